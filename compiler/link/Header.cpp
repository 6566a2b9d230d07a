//===- Header.cpp - The C header of a compiled model ----------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/link/Link.h"
#include "dialects/rt/RT.h"

#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlcc;
using llvm::StringRef;

/// The C type of an element; f16 and bf16 are passed as their bits.
static StringRef cType(mlir::Type type) {
  if (type.isF32())
    return "float";
  if (type.isF64())
    return "double";
  if (type.isF16() || type.isBF16())
    return "uint16_t";
  bool isUnsigned = type.isUnsignedInteger();
  switch (type.getIntOrFloatBitWidth()) {
  case 1:
    return "uint8_t";
  case 8:
    return isUnsigned ? "uint8_t" : "int8_t";
  case 16:
    return isUnsigned ? "uint16_t" : "int16_t";
  case 32:
    return isUnsigned ? "uint32_t" : "int32_t";
  default:
    return isUnsigned ? "uint64_t" : "int64_t";
  }
}

namespace {

/// An input or output with its name as a C identifier.
struct Parameter {
  std::string identifier;
  rt::TensorAttr tensor;
};

} // namespace

/// `name` as a C identifier that is not in `used`, to which it is added.
static std::string identifierFor(StringRef name, llvm::StringSet<> &used) {
  std::string base;
  for (char c : name)
    base += llvm::isAlnum(c) ? c : '_';
  if (base.empty() || llvm::isDigit(base.front()))
    base = "tensor_" + base;
  static const llvm::StringSet<> keywords = {
      "auto",     "bool",   "break",    "case",     "char",    "class",
      "const",    "delete", "default",  "do",       "double",  "else",
      "enum",     "extern", "float",    "for",      "goto",    "if",
      "inline",   "int",    "long",     "new",      "or",      "and",
      "not",      "return", "short",    "signed",   "sizeof",  "static",
      "struct",   "switch", "this",     "template", "typedef", "union",
      "unsigned", "void",   "volatile", "while",    "session", "operator"};
  if (keywords.contains(base))
    base += '_';
  std::string identifier = base;
  for (int number = 2; !used.insert(identifier).second; ++number)
    identifier = base + "_" + std::to_string(number);
  return identifier;
}

/// The tensors of a program; identifiers are unique among `used`.
static llvm::SmallVector<Parameter> parameters(mlir::ArrayAttr tensors,
                                               llvm::StringSet<> &used) {
  llvm::SmallVector<Parameter> result;
  for (auto tensor : tensors.getAsRange<rt::TensorAttr>())
    result.push_back({identifierFor(tensor.getName(), used), tensor});
  return result;
}

static std::string upper(StringRef text) { return text.upper(); }

/// The shape as "1x3x224x224".
static std::string shapeText(mlir::RankedTensorType type) {
  auto shape = type.getShape();
  if (shape.empty())
    return "scalar";
  return llvm::join(
      llvm::map_range(shape,
                      [](int64_t extent) { return std::to_string(extent); }),
      "x");
}

static void writeMacros(llvm::ArrayRef<Parameter> list, StringRef prefix,
                        llvm::raw_ostream &stream) {
  for (const Parameter &parameter : list) {
    std::string name = upper(prefix) + "_" + upper(parameter.identifier);
    mlir::RankedTensorType type = parameter.tensor.getType();
    stream << "#define " << name << "_RANK " << type.getRank() << '\n';
    stream << "#define " << name << "_SIZE " << type.getNumElements()
           << " /* elements, " << shapeText(type) << " */\n";
    for (auto [index, extent] : llvm::enumerate(type.getShape()))
      stream << "#define " << name << "_DIM" << index << ' ' << extent << '\n';
  }
}

/// A C array of no elements is not allowed.
static int64_t arrayExtent(rt::TensorAttr tensor) {
  return std::max<int64_t>(tensor.getType().getNumElements(), 1);
}

static void writeFunction(rt::ProgramOp program, unsigned number,
                          StringRef name, llvm::raw_ostream &stream) {
  llvm::StringSet<> used;
  auto inputs = parameters(program.getInputs(), used);
  auto outputs = parameters(program.getOutputs(), used);
  std::string function = (name + "_" + program.getSymName()).str();
  writeMacros(inputs, function, stream);
  writeMacros(outputs, function, stream);

  stream << "\n/* Runs " << program.getSymName() << ":\n";
  auto explain = [&](llvm::ArrayRef<Parameter> list, StringRef kind) {
    for (const Parameter &parameter : list)
      stream << " *   " << kind << ' ' << parameter.identifier << ": '"
             << parameter.tensor.getName().getValue() << "', "
             << shapeText(parameter.tensor.getType())
             << (parameter.tensor.getValue()
                     ? ", must have the value it was compiled for"
                     : "")
             << '\n';
  };
  explain(inputs, "input ");
  explain(outputs, "output");
  stream << " * Returns 0, or a code that mlcc_last_error() explains. */\n"
         << "static inline mlcc_status " << function
         << "(mlcc_session *session";
  for (const Parameter &input : inputs)
    stream << ",\n    const " << cType(input.tensor.getType().getElementType())
           << ' ' << input.identifier << '[' << arrayExtent(input.tensor)
           << ']';
  for (const Parameter &output : outputs)
    stream << ",\n    " << cType(output.tensor.getType().getElementType())
           << ' ' << output.identifier << '[' << arrayExtent(output.tensor)
           << ']';
  stream << ") {\n";
  auto list = [&](StringRef declaration, llvm::ArrayRef<Parameter> values) {
    stream << "  " << declaration << "[] = {";
    llvm::interleaveComma(values, stream, [&](const Parameter &value) {
      stream << value.identifier;
    });
    stream << (values.empty() ? "0};\n" : "};\n");
  };
  list("const void *const mlcc_inputs", inputs);
  list("void *const mlcc_outputs", outputs);
  stream << "  return mlcc_run(session, " << number
         << ", mlcc_inputs, mlcc_outputs);\n}\n\n";
}

/// The numbers of variables, for mlcc_variable_get and its kin. Names may
/// differ in what macros cannot show: numbers make them unique.
static void writeVariables(mlir::ModuleOp module, StringRef name,
                           llvm::raw_ostream &stream) {
  auto variables = module.getOps<rt::VariableOp>();
  if (variables.empty())
    return;
  stream << "/* Variables, as mlcc_variable_get and mlcc_variable_set number "
            "them. */\n";
  llvm::StringSet<> used;
  for (auto [number, variable] : llvm::enumerate(variables))
    stream << "#define " << upper(name) << "_VARIABLE_"
           << identifierFor(upper(variable.getSymName()), used) << ' ' << number
           << " /* '" << variable.getSymName() << "', "
           << rt::stringifyRole(variable.getRole()) << ", "
           << cType(variable.getType().getElementType()) << ' '
           << shapeText(variable.getType()) << " */\n";
  stream << '\n';
}

void mlcc::writeHeader(mlir::ModuleOp module, StringRef name,
                       llvm::raw_pwrite_stream &stream) {
  std::string guard = upper(name) + "_H";
  stream << "/* " << name << ".h - made by mlcc with the compiled model. */\n\n"
         << "#ifndef " << guard << "\n#define " << guard << "\n\n"
         << "#include \"mlcc/runtime.h\"\n\n#include <stdint.h>\n\n"
         << "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n"
         << "extern const mlcc_model mlcc_model_" << name << ";\n\n"
         << "/* Loads the model; see mlcc_load. `options` may be null. */\n"
         << "static inline mlcc_status " << name
         << "_load(const mlcc_options *options,\n"
         << "                                      mlcc_session **session) {\n"
         << "  return mlcc_load(&mlcc_model_" << name
         << ", options, session);\n}\n\n";
  writeVariables(module, name, stream);
  unsigned number = 0;
  for (auto program : module.getOps<rt::ProgramOp>())
    if (!rt::isBody(program))
      writeFunction(program, number++, name, stream);
  stream << "#ifdef __cplusplus\n}\n#endif\n\n#endif /* " << guard << " */\n";
}
