//===- ModelRunner.cpp - Descriptions imported and computed ---------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tests/unit/mlc/ModelRunner.h"

#include "compiler/gradient/Gradient.h"
#include "dialects/nn/Interpreter.h"
#include "dialects/nn/NN.h"
#include "dialects/nn/gradient/Gradient.h"
#include "dialects/rt/RT.h"
#include "dialects/train/Train.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassManager.h"
#include "gtest/gtest.h"

#include <cmath>

using namespace mlir;
using namespace mlcc;

static DialectRegistry makeRegistry() {
  DialectRegistry registry;
  registry.insert<nn::NNDialect, rt::RTDialect, train::TrainDialect,
                  func::FuncDialect>();
  nn::registerGradientModels(registry);
  return registry;
}

Numbers waves(int count) {
  Numbers values;
  for (int i = 0; i < count; ++i)
    values.push_back(std::cos(0.37 * i));
  return values;
}

TestContext::TestContext() : MLIRContext(makeRegistry()) {
  loadAllAvailableDialects();
}

static FileLineColLoc fileOf(Location location) {
  FileLineColLoc found;
  location->walk([&](Location part) {
    if (auto file = dyn_cast<FileLineColLoc>(part))
      found = file;
    return WalkResult::advance();
  });
  return found;
}

std::string problemsOf(const std::string &text,
                       const mlc_frontend::ImportOptions &options) {
  TestContext context;
  std::string messages;
  ScopedDiagnosticHandler collect(&context, [&](Diagnostic &diagnostic) {
    if (FileLineColLoc file = fileOf(diagnostic.getLocation()))
      messages += std::to_string(file.getLine()) + ":" +
                  std::to_string(file.getColumn()) + ": ";
    messages += diagnostic.str() + "\n";
    return success();
  });
  auto module =
      mlc_frontend::importText(text, "m.mlc.textproto", options, &context);
  if (!module)
    EXPECT_NE(messages, "") << "failed without an error:\n" << text;
  if (module && failed(verify(*module)))
    messages += "the module is not valid\n";
  return module && messages.empty() ? "imported" : messages;
}

ModelRunner::ModelRunner(const std::string &text,
                         mlc_frontend::ImportOptions options) {
  module = mlc_frontend::importText(text, "m.mlc.textproto", options, &context);
  if (!module || failed(verify(*module))) {
    ADD_FAILURE() << "not imported:\n" << text;
    module = nullptr;
    return;
  }
  PassManager passes(&context);
  buildGradientPipeline(passes);
  if (failed(passes.run(*module)) || failed(verify(*module))) {
    ADD_FAILURE() << "not differentiated:\n" << text;
    module = nullptr;
    return;
  }
  clearVariables();
}

void ModelRunner::clearVariables() {
  if (module)
    for (auto variable : module->getOps<rt::VariableOp>())
      variables[variable.getSymName().str()] =
          nn::HostTensor(cast<RankedTensorType>(variable.getType()));
}

int64_t ModelRunner::inputSize(const std::string &function,
                               const std::string &input) {
  auto op = module ? module->lookupSymbol<func::FuncOp>(function) : nullptr;
  for (unsigned i = 0; op && i < op.getNumArguments(); ++i)
    if (auto name = op.getArgAttrOfType<StringAttr>(i, rt::nameAttrName))
      if (name.getValue() == input)
        return cast<RankedTensorType>(op.getArgumentTypes()[i])
            .getNumElements();
  ADD_FAILURE() << "there is no input " << input << " of " << function;
  return 0;
}

llvm::SmallVector<int64_t> ModelRunner::outputShape(const std::string &function,
                                                    const std::string &output) {
  auto op = module ? module->lookupSymbol<func::FuncOp>(function) : nullptr;
  for (unsigned i = 0; op && i < op.getNumResults(); ++i)
    if (auto name = op.getResultAttrOfType<StringAttr>(i, rt::nameAttrName))
      if (name.getValue() == output)
        return llvm::SmallVector<int64_t>(
            cast<RankedTensorType>(op.getResultTypes()[i]).getShape());
  ADD_FAILURE() << "there is no output " << output << " of " << function;
  return {};
}

nn::HostTensor &ModelRunner::tensorOf(const std::string &variable) {
  auto entry = variables.find(variable);
  if (entry == variables.end()) {
    ADD_FAILURE() << "there is no variable " << variable;
    static nn::HostTensor none(
        RankedTensorType::get({}, Float64Type::get(&context)));
    return none;
  }
  return entry->second;
}

static Numbers numbersOf(const nn::HostTensor &tensor) {
  Numbers numbers;
  for (int64_t i = 0; i < tensor.getNumElements(); ++i)
    numbers.push_back(tensor.getAsDouble(i));
  return numbers;
}

static nn::HostTensor tensorFrom(RankedTensorType type, const Numbers &values) {
  nn::HostTensor tensor(type);
  EXPECT_EQ(int64_t(values.size()), type.getNumElements());
  for (auto [index, value] : llvm::enumerate(values))
    if (int64_t(index) < type.getNumElements())
      tensor.setDouble(index, value);
  return tensor;
}

Numbers ModelRunner::get(const std::string &variable) {
  return numbersOf(tensorOf(variable));
}

void ModelRunner::set(const std::string &variable, const Numbers &values) {
  nn::HostTensor &tensor = tensorOf(variable);
  tensor = tensorFrom(tensor.getType(), values);
}

llvm::SmallVector<int64_t> ModelRunner::shapeOf(const std::string &variable) {
  return llvm::SmallVector<int64_t>(tensorOf(variable).getShape());
}

std::vector<std::string> ModelRunner::variablesOf(const std::string &role) {
  std::vector<std::string> names;
  if (module)
    for (auto variable : module->getOps<rt::VariableOp>())
      if (rt::stringifyRole(variable.getRole()) == role)
        names.push_back(variable.getSymName().str());
  return names;
}

void ModelRunner::fillParameters() {
  int number = 0;
  for (const std::string &name : variablesOf("parameter")) {
    Numbers values(tensorOf(name).getNumElements());
    for (auto [index, value] : llvm::enumerate(values))
      value = 0.3 * std::sin(1.3 * double(index) + number);
    set(name, values);
    ++number;
  }
}

std::map<std::string, Numbers>
ModelRunner::run(const std::string &name,
                 const std::map<std::string, Numbers> &inputs) {
  auto function =
      module ? module->lookupSymbol<func::FuncOp>(name) : func::FuncOp();
  if (!function) {
    ADD_FAILURE() << "there is no function " << name;
    return {};
  }
  llvm::SmallVector<nn::HostTensor> arguments;
  int64_t batch = 1;
  for (BlockArgument argument : function.getArguments()) {
    unsigned index = argument.getArgNumber();
    auto type = cast<RankedTensorType>(argument.getType());
    if (auto variable = function.getArgAttrOfType<FlatSymbolRefAttr>(
            index, rt::variableAttrName)) {
      arguments.push_back(tensorOf(variable.getValue().str()));
      continue;
    }
    std::string input =
        function.getArgAttrOfType<StringAttr>(index, rt::nameAttrName).str();
    if (arguments.empty() && type.getRank() > 0)
      batch = type.getDimSize(0);
    auto given = inputs.find(input);
    if (given == inputs.end() && input != "sample_count")
      ADD_FAILURE() << "no input " << input << " of " << name;
    arguments.push_back(tensorFrom(
        type, given == inputs.end() ? Numbers{double(batch)} : given->second));
  }
  auto results = nn::interpret(function.front(), arguments);
  std::map<std::string, Numbers> outputs;
  if (failed(results)) {
    ADD_FAILURE() << "not evaluated: " << name;
    return outputs;
  }
  for (auto [index, result] : llvm::enumerate(*results)) {
    if (auto variable = function.getResultAttrOfType<FlatSymbolRefAttr>(
            index, rt::variableAttrName))
      tensorOf(variable.getValue().str()) = result;
    else
      outputs[function.getResultAttrOfType<StringAttr>(index, rt::nameAttrName)
                  .str()] = numbersOf(result);
  }
  return outputs;
}

std::string ModelRunner::text() {
  std::string text;
  llvm::raw_string_ostream stream(text);
  if (module)
    module->print(stream);
  return text;
}
