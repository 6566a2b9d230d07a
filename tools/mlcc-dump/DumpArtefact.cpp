//===- DumpArtefact.cpp - The descriptor of a compiled model --------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/plan/Names.h"
#include "dialects/diagnostics/Diagnostics.h"
#include "mlcc/abi.h"
#include "runtime/src/primitive_spec.h"
#include "tools/mlcc-dump/ArtefactReader.h"
#include "tools/mlcc-dump/Dump.h"

#include "mlir/IR/Builders.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlcc;
using namespace mlcc::tools;
using llvm::Error;
using llvm::Expected;

/// Continues with the value of an Expected, or returns its error.
#define MLCC_TRY(declaration, expression)                                      \
  auto declaration##OrError = (expression);                                    \
  if (!declaration##OrError)                                                   \
    return declaration##OrError.takeError();                                   \
  auto &declaration = *declaration##OrError

static llvm::StringRef typeName(int32_t type) {
  static constexpr llvm::StringLiteral names[] = {
      "?",   "f32", "f64", "f16", "bf16", "i8",  "u8",
      "i16", "u16", "i32", "u32", "i64",  "u64", "bool"};
  return type > 0 && type < int32_t(std::size(names)) ? names[type] : names[0];
}

namespace {

class ArtefactDumper {
public:
  ArtefactDumper(const ArtefactReader &reader, llvm::raw_ostream &stream)
      : reader(reader), stream(stream) {}

  Error dumpModel(uint64_t address);

private:
  Error dumpFunction(llvm::StringRef kind, const mlcc_function &function);
  Error dumpLoop(const mlcc_step &step);
  Error dumpTensors(llvm::StringRef kind, const mlcc_tensor_info *tensors,
                    uint32_t count);
  Error dumpVariables(const mlcc_model &model);
  Error dumpUses(const mlcc_function &function);
  Error dumpStep(uint64_t number, const mlcc_step &step);

  const ArtefactReader &reader;
  llvm::raw_ostream &stream;
  std::vector<std::string> variables, bodies;
};

} // namespace

Error ArtefactDumper::dumpTensors(llvm::StringRef kind,
                                  const mlcc_tensor_info *tensors,
                                  uint32_t count) {
  MLCC_TRY(infos, reader.readArray(tensors, count));
  for (const mlcc_tensor_info &info : infos) {
    MLCC_TRY(name, reader.readString(info.name));
    MLCC_TRY(dims, reader.readArray(info.dims, info.rank));
    stream << "  " << kind << ' ' << name << ": " << typeName(info.type) << ' ';
    llvm::interleave(dims, stream, "x");
    stream << " (" << info.bytes << " bytes"
           << (info.required_value ? ", bound" : "") << ")";
    if (info.upper > info.lower)
      stream << " from " << info.lower << " to " << info.upper - 1;
    stream << '\n';
  }
  return Error::success();
}

static llvm::StringRef roleName(int32_t role) {
  static constexpr llvm::StringLiteral names[] = {
      "parameter", "statistic", "optimizer", "counter", "random", "scalar"};
  return role >= 0 && role < int32_t(std::size(names)) ? names[role] : "?";
}

Error ArtefactDumper::dumpVariables(const mlcc_model &model) {
  MLCC_TRY(infos, reader.readArray(model.variables, model.variable_count));
  for (const mlcc_variable_info &info : infos) {
    MLCC_TRY(name, reader.readString(info.tensor.name));
    MLCC_TRY(dims, reader.readArray(info.tensor.dims, info.tensor.rank));
    stream << "variable " << name << ": " << roleName(info.role) << ' '
           << typeName(info.tensor.type) << ' ';
    llvm::interleave(dims, stream, "x");
    stream << " at " << info.offset << '\n';
    variables.push_back(name);
  }
  return Error::success();
}

Error ArtefactDumper::dumpUses(const mlcc_function &function) {
  MLCC_TRY(uses, reader.readArray(function.variable_uses,
                                  function.variable_use_count));
  for (const mlcc_variable_use &use : uses) {
    if (use.variable >= variables.size())
      return llvm::createStringError("a function uses an unknown variable");
    stream << "  " << (use.access & MLCC_READS ? "reads" : "")
           << (use.access == MLCC_READS_WRITES ? " and " : "")
           << (use.access & MLCC_WRITES ? "writes" : "") << ' '
           << variables[use.variable] << '\n';
  }
  return Error::success();
}

static void printPlace(const mlcc_place &place, llvm::raw_ostream &stream) {
  static constexpr llvm::StringLiteral spaces[] = {"arena", "weights", "input",
                                                   "output", "state"};
  bool numbered = place.space == MLCC_INPUT || place.space == MLCC_OUTPUT;
  stream << ' '
         << (place.space < std::size(spaces) ? spaces[place.space] : "?");
  if (numbered)
    stream << place.index;
  if (place.offset || !numbered)
    stream << '+' << place.offset;
}

Error ArtefactDumper::dumpLoop(const mlcc_step &step) {
  MLCC_TRY(loops, reader.readArray(step.loop, 1));
  const mlcc_loop &loop = loops.front();
  if (loop.body >= bodies.size())
    return llvm::createStringError("a loop has an unknown body");
  stream << (loop.is_while ? "while loop of at most " : "loop of ")
         << loop.trips << " trips of " << bodies[loop.body];
  return Error::success();
}

Error ArtefactDumper::dumpStep(uint64_t number, const mlcc_step &step) {
  MLCC_TRY(name, reader.readString(step.name));
  MLCC_TRY(places, reader.readArray(step.places, step.place_count));
  stream << "    " << number << ": ";
  if (step.kind == MLCC_STEP_PRIMITIVE) {
    MLCC_TRY(bytes, reader.readArray(step.spec, step.spec_bytes));
    try {
      stream << describePrimitive(
          PrimitiveSpec::deserialize(bytes.data(), bytes.size()));
    } catch (const std::runtime_error &error) {
      return llvm::createStringError(error.what());
    }
  } else if (step.kind == MLCC_STEP_KERNEL) {
    stream << "kernel, " << step.work << " iterations, at least " << step.grain
           << " a thread";
  } else if (step.kind == MLCC_STEP_LOOP) {
    if (Error error = dumpLoop(step))
      return error;
  } else {
    stream << "copy of " << step.work << " bytes";
  }
  stream << " '" << name << "':";
  for (const mlcc_place &place : places)
    printPlace(place, stream);
  stream << '\n';
  return Error::success();
}

Error ArtefactDumper::dumpFunction(llvm::StringRef kind,
                                   const mlcc_function &function) {
  MLCC_TRY(name, reader.readString(function.name));
  stream << kind << ' ' << name << '\n';
  if (Error error = dumpTensors("input", function.inputs, function.input_count))
    return error;
  if (Error error =
          dumpTensors("output", function.outputs, function.output_count))
    return error;
  if (Error error = dumpUses(function))
    return error;
  stream << "  " << function.step_count << " steps\n";
  MLCC_TRY(steps, reader.readArray(function.steps, function.step_count));
  for (auto [number, step] : llvm::enumerate(steps))
    if (Error error = dumpStep(number, step))
      return error;
  return Error::success();
}

Error ArtefactDumper::dumpModel(uint64_t address) {
  MLCC_TRY(model, reader.read<mlcc_model>(address));
  if (model.abi_version != MLCC_ABI_VERSION ||
      model.struct_bytes != sizeof(mlcc_model))
    return llvm::createStringError(
        "the model has ABI version " + llvm::Twine(model.abi_version) +
        "; this program reads " + llvm::Twine(MLCC_ABI_VERSION));
  MLCC_TRY(name, reader.readString(model.name));
  MLCC_TRY(info, reader.readString(model.build_info));
  MLCC_TRY(features, reader.readString(model.cpu_features));
  stream << "model " << name << "\nbuild " << info << "\ncpu features "
         << features << "\nweights " << model.weights_bytes << " bytes\narena "
         << model.arena_bytes << " bytes\n";
  if (model.state_bytes > 0)
    stream << "state " << model.state_bytes << " bytes\n";
  if (Error error = dumpVariables(model))
    return error;
  MLCC_TRY(bodyInfos, reader.readArray(model.bodies, model.body_count));
  for (const mlcc_function &body : bodyInfos) {
    MLCC_TRY(name, reader.readString(body.name));
    bodies.push_back(name);
  }
  for (const mlcc_function &body : bodyInfos)
    if (Error error = dumpFunction("body", body))
      return error;
  MLCC_TRY(functions, reader.readArray(model.functions, model.function_count));
  for (const mlcc_function &function : functions)
    if (Error error = dumpFunction("function", function))
      return error;
  return Error::success();
}

llvm::LogicalResult tools::dumpArtefact(llvm::StringRef path,
                                        mlir::MLIRContext *context,
                                        llvm::raw_ostream &stream) {
  auto location = mlir::FileLineColLoc::get(context, path, 0, 0);
  auto reader = ArtefactReader::open(path);
  if (!reader)
    return emitError(location, ErrorCode::CannotRead)
           << llvm::toString(reader.takeError());
  if (reader->models().empty())
    return emitError(location, ErrorCode::UnsupportedFormat)
           << "the file has no compiled model, or its symbols were stripped";
  for (const auto &[name, address] : reader->models())
    if (Error error = ArtefactDumper(*reader, stream).dumpModel(address))
      return emitError(location, ErrorCode::CannotRead)
             << llvm::toString(std::move(error));
  return llvm::success();
}
