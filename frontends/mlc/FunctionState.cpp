//===- FunctionState.cpp - A function while it is built -------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "frontends/mlc/FunctionState.h"

#include "dialects/nn/Random.h"

using namespace mlir;
using namespace mlcc;
using namespace mlcc::mlc_frontend;

FunctionState::FunctionState(ModuleOp module, Location location, StringRef name,
                             bool training, VariableTable &variables)
    : builder(module.getContext()), training(training), variables(variables) {
  builder.setInsertionPointToEnd(module.getBody());
  function = func::FuncOp::create(builder, location, name,
                                  builder.getFunctionType({}, {}));
  builder.setInsertionPointToStart(function.addEntryBlock());
}

static DictionaryAttr attribute(OpBuilder &builder, StringRef name,
                                Attribute value) {
  return builder.getDictionaryAttr(builder.getNamedAttr(name, value));
}

Value FunctionState::addInput(StringRef name, RankedTensorType type,
                              Location location) {
  argumentAttributes.push_back(
      attribute(builder, rt::nameAttrName, builder.getStringAttr(name)));
  return function.front().addArgument(type, location);
}

void FunctionState::addOutput(StringRef name, Value value) {
  outputs.push_back({name.str(), value});
}

Value FunctionState::read(const Variable &variable) {
  if (Value written = progress.written.lookup(&variable))
    return written;
  return valueOnEntry(variable);
}

Value FunctionState::valueOnEntry(const Variable &variable) {
  Value &value = readValues[&variable];
  if (!value) {
    argumentAttributes.push_back(
        attribute(builder, rt::variableAttrName,
                  FlatSymbolRefAttr::get(builder.getContext(), variable.name)));
    value = function.front().addArgument(variable.type, variable.location);
  }
  return value;
}

void FunctionState::write(const Variable &variable, Value value) {
  progress.written[&variable] = value;
}

Value FunctionState::randomKey() {
  if (progress.key)
    return progress.key;
  auto type = RankedTensorType::get({2}, builder.getI64Type());
  generator = variables.declare({.name = "random",
                                 .type = type,
                                 .role = rt::Role::Random,
                                 .initializer = {},
                                 .location = function.getLoc()});
  if (!generator)
    return nullptr;
  return progress.key = keyOnEntry = valueOnEntry(*generator);
}

void FunctionState::finish() {
  // The next call draws other numbers.
  if (progress.key)
    write(*generator,
          nn::advanceRandom(builder, function.getLoc(), progress.key));
  SmallVector<Value> values;
  SmallVector<DictionaryAttr> attributes;
  for (auto &[name, value] : outputs) {
    values.push_back(value);
    attributes.push_back(
        attribute(builder, rt::nameAttrName, builder.getStringAttr(name)));
  }
  for (auto &[variable, value] : progress.written) {
    values.push_back(value);
    attributes.push_back(attribute(
        builder, rt::variableAttrName,
        FlatSymbolRefAttr::get(builder.getContext(), variable->name)));
  }
  func::ReturnOp::create(builder, function.getLoc(), values);
  function.setType(builder.getFunctionType(function.front().getArgumentTypes(),
                                           ValueRange(values).getTypes()));
  function.setAllArgAttrs(argumentAttributes);
  function.setAllResultAttrs(attributes);
}
