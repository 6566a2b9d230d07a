//===- Conformance.cpp - ONNX backend test cases --------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tests/onnx/Conformance.h"

#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/nn/NN.h"
#include "frontends/onnx/Import.h"
#include "frontends/onnx/Inputs.h"
#include "frontends/onnx/ModelFile.h"
#include "frontends/onnx/Tensors.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/Sequence.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/MemoryBuffer.h"

#include <cmath>

using namespace mlir;
using mlcc::nn::HostTensor;

namespace mlcc::onnx_frontend {

namespace {

/// One folder's cases.
class CaseRunner {
public:
  explicit CaseRunner(StringRef folder)
      : folder(folder.str()), handler(context.getDiagEngine().registerHandler(
                                  [this](Diagnostic &diagnostic) {
                                    if (errors.empty())
                                      errors = diagnostic.str();
                                    return success();
                                  })) {}
  ~CaseRunner() { context.getDiagEngine().eraseHandler(handler); }

  CaseResult run();

private:
  CaseResult runSet(const std::string &data);
  std::optional<HostTensor> readTensor(const std::string &file,
                                       const onnx::ValueInfoProto *declared);
  OwningOpRef<ModuleOp> import(const ImportOptions &options);
  std::optional<std::vector<HostTensor>> evaluate(func::FuncOp function);

  std::string folder;
  MLIRContext context;
  std::string errors; ///< The first one.
  DiagnosticEngine::HandlerID handler;
  std::vector<HostTensor> inputs;
};

} // namespace

/// Nothing, with `errors` set, if the file is no tensor of a type that nn has.
std::optional<HostTensor>
CaseRunner::readTensor(const std::string &file,
                       const onnx::ValueInfoProto *declared) {
  auto buffer = llvm::MemoryBuffer::getFile(file);
  onnx::TensorProto tensor;
  if (!buffer || !tensor.ParseFromArray((*buffer)->getBufferStart(),
                                        (*buffer)->getBufferSize())) {
    errors = "cannot read " + file;
    return std::nullopt;
  }
  // The cases were made with numpy, which has no bfloat16: they hold its bits.
  if (declared && tensor.data_type() == onnx::TensorProto::UINT16 &&
      declared->type().tensor_type().elem_type() == onnx::TensorProto::BFLOAT16)
    tensor.set_data_type(onnx::TensorProto::BFLOAT16);
  TensorReader reader(&context, file);
  return reader.read(tensor, UnknownLoc::get(&context));
}

/// The elements as --bind takes them.
static std::string elementsText(const HostTensor &tensor) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  for (int64_t i : llvm::seq(tensor.getNumElements())) {
    stream << (i ? "," : "");
    if (isa<FloatType>(tensor.getElementType()))
      stream << llvm::format("%.17g", tensor.getAsDouble(i));
    else
      stream << tensor.getAsInt(i);
  }
  return text;
}

OwningOpRef<ModuleOp> CaseRunner::import(const ImportOptions &options) {
  errors.clear();
  return importModel(folder + "/model.onnx", options, &context);
}

std::optional<std::vector<HostTensor>>
CaseRunner::evaluate(func::FuncOp function) {
  llvm::DenseMap<Value, HostTensor> values;
  for (auto [argument, input] :
       llvm::zip_equal(function.getArguments(), inputs))
    values[argument] = input;
  for (Operation &op : function.getBody().front()) {
    SmallVector<HostTensor> operands, results;
    for (Value operand : op.getOperands())
      operands.push_back(values.at(operand));
    if (isa<func::ReturnOp>(op))
      return std::vector<HostTensor>(operands.begin(), operands.end());
    if (auto constant = dyn_cast<nn::ConstantOp>(op)) {
      values[constant] = *HostTensor::fromAttribute(constant.getValue());
      continue;
    }
    if (failed(
            cast<nn::ReferenceOpInterface>(op).evaluate(operands, results))) {
      errors =
          "no reference evaluation of " + op.getName().getStringRef().str();
      return std::nullopt;
    }
    for (auto [result, value] : llvm::zip_equal(op.getResults(), results))
      values[result] = value;
  }
  return std::nullopt;
}

/// How the tensors differ; empty if they agree.
static std::string difference(const HostTensor &actual,
                              const HostTensor &expected) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  if (actual.getType() != expected.getType()) {
    stream << "type " << actual.getType() << " instead of "
           << expected.getType();
    return text;
  }
  for (int64_t i : llvm::seq(actual.getNumElements())) {
    double a = actual.getAsDouble(i), e = expected.getAsDouble(i);
    double tolerance =
        isa<FloatType>(actual.getElementType()) ? 1e-7 + 1e-3 * std::abs(e) : 0;
    bool equal = a == e || (std::isnan(a) && std::isnan(e)) ||
                 std::abs(a - e) <= tolerance;
    if (equal)
      continue;
    stream << llvm::format("element %lld is %.9g instead of %.9g", (long long)i,
                           a, e);
    return text;
  }
  return text;
}

CaseResult CaseRunner::runSet(const std::string &data) {
  inputs.clear();
  std::vector<std::string> files;
  for (int i = 0;; ++i) {
    std::string file = data + "/input_" + std::to_string(i) + ".pb";
    if (!llvm::sys::fs::exists(file))
      break;
    files.push_back(file);
  }
  auto model = readModelFile(folder + "/model.onnx", &context);
  if (!model)
    return {Outcome::Broken, errors};
  std::vector<const onnx::ValueInfoProto *> declared =
      freeInputs(model->graph());
  if (declared.size() != files.size())
    return {Outcome::Broken, "the inputs do not match the model's"};
  for (auto [file, input] : llvm::zip_equal(files, declared)) {
    std::optional<HostTensor> value = readTensor(file, input);
    if (!value)
      return {Outcome::Unsupported, errors};
    inputs.push_back(*value);
  }

  ImportOptions options;
  for (auto [input, value] : llvm::zip_equal(declared, inputs))
    if (value.getNumElements() > 0)
      options.shapes[input->name()] = std::vector<int64_t>(value.getShape());
  OwningOpRef<ModuleOp> module = import(options);
  // Then with values bound: first integers, then all but the first input.
  for (int attempt : {0, 1}) {
    if (module ||
        StringRef(errors).starts_with(toString(ErrorCode::UnsupportedOp)))
      break;
    for (auto [index, input] : llvm::enumerate(declared)) {
      const HostTensor &value = inputs[index];
      bool bind = isa<IntegerType>(value.getElementType()) ||
                  (attempt == 1 && index > 0);
      if (bind && value.getNumElements() > 0 && value.getNumElements() <= 4096)
        options.bindings[input->name()] = elementsText(value);
    }
    std::string first = errors;
    module = import(options);
    if (!module && !first.empty())
      errors = first;
  }
  if (!module)
    return {StringRef(errors).starts_with("MLCC-1") ||
                    StringRef(errors).starts_with("MLCC-2")
                ? Outcome::Unsupported
                : Outcome::Broken,
            errors};

  auto results = evaluate(module->lookupSymbol<func::FuncOp>("predict"));
  if (!results)
    return {Outcome::Broken, errors};
  for (auto [index, actual] : llvm::enumerate(*results)) {
    std::string file = data + "/output_" + std::to_string(index) + ".pb";
    std::optional<HostTensor> expected =
        readTensor(file, &model->graph().output(index));
    if (!expected)
      return {Outcome::Broken, errors};
    if (std::string text = difference(actual, *expected); !text.empty())
      return {Outcome::Mismatch,
              "output " + std::to_string(index) + ": " + text};
  }
  return {Outcome::Pass, ""};
}

CaseResult CaseRunner::run() {
  for (int set = 0;; ++set) {
    std::string data = folder + "/test_data_set_" + std::to_string(set);
    if (!llvm::sys::fs::is_directory(data))
      return set ? CaseResult{Outcome::Pass, ""}
                 : CaseResult{Outcome::Broken, "no test_data_set_0"};
    CaseResult result = runSet(data);
    if (result.outcome != Outcome::Pass)
      return result;
  }
}

CaseResult runConformanceCase(StringRef folder) {
  return CaseRunner(folder).run();
}

} // namespace mlcc::onnx_frontend
