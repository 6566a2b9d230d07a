//===- Values.cpp - Variables, constants, random numbers ------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "frontends/mlc/Layer.h"

#include "dialects/nn/Random.h"

using namespace mlir;
using namespace mlcc;
using namespace mlcc::mlc_frontend;

/// A tensor type that nn can hold; null after an error.
static RankedTensorType checkedType(Layer &layer, ArrayRef<int64_t> shape,
                                    Type elementType) {
  auto type = RankedTensorType::get(shape, elementType);
  if (succeeded(nn::checkTensor(layer.loc(), type, "the tensor")))
    return type;
  layer.fail();
  return {};
}

void mlcc::mlc_frontend::importParameter(Layer &layer) {
  const auto &parameter = layer.as<v1::Parameter>();
  auto shape = layer.shapeOf("shape", parameter.shape());
  if (layer.node.name().empty() && layer.node.share().empty())
    layer.error(ErrorCode::InvalidField, "name") << "a variable needs a name";
  if (!v1::ElementType_IsValid(parameter.type()) ||
      !v1::Parameter::Role_IsValid(parameter.role()))
    layer.error(ErrorCode::InvalidField, "role")
        << "this number is no role, or no type";
  if (!layer.inputs.empty() && !layer.node.input().empty())
    layer.checkInputs(0, 0);
  if (!shape || layer.failed())
    return;
  Type elementType = layer.typeOf(parameter.type());
  bool isFloat = isa<FloatType>(elementType);
  if (!isFloat && parameter.role() != v1::Parameter::STATE) {
    layer.error(ErrorCode::InvalidField, "type")
        << "only variables with the role STATE can hold integers";
    return;
  }
  RankedTensorType type = checkedType(layer, *shape, elementType);
  if (!type)
    return;
  rt::Role role = rt::Role::Parameter;
  if (parameter.role() == v1::Parameter::STATE)
    role = rt::Role::Statistic;
  if (parameter.role() == v1::Parameter::RUN_TIME)
    role = rt::Role::Scalar;
  Variable *variable = layer.variable("", type, role, parameter.initializer());
  if (!variable)
    return;
  // A matrix [outputs, inputs], or by analogy.
  double all = double(type.getNumElements());
  variable->fanOut = shape->empty() ? 1 : double(shape->front());
  variable->fanIn =
      shape->size() < 2 ? variable->fanOut : all / double(shape->front());
  layer.setResults(layer.getFunction().read(*variable));
}

void mlcc::mlc_frontend::importAssign(Layer &layer) {
  const auto &assign = layer.as<v1::Assign>();
  if (!layer.checkInputs(1, 1))
    return;
  Variable *variable = layer.getVariables().find(assign.variable());
  if (!variable || (variable->role != rt::Role::Statistic &&
                    variable->role != rt::Role::Parameter)) {
    layer.error(ErrorCode::UnknownName, "variable")
        << "no parameter or variable with the role STATE is called '"
        << assign.variable() << "' before this";
    return;
  }
  if (layer.inputs[0].getType() != variable->type) {
    layer.error(ErrorCode::ShapeMismatch, "variable")
        << "the variable is " << nn::typeText(variable->type) << ", the value "
        << nn::typeText(layer.inputs[0].getType());
    return;
  }
  layer.getFunction().write(*variable, layer.inputs[0]);
  layer.setResults(layer.inputs[0]);
}

void mlcc::mlc_frontend::importConstant(Layer &layer) {
  const auto &constant = layer.as<v1::Constant>();
  auto shape = layer.shapeOf("shape", constant.shape());
  if (!v1::ElementType_IsValid(constant.type()))
    layer.error(ErrorCode::InvalidField, "type") << "this number is no type";
  if (constant.values().empty())
    layer.error(ErrorCode::InvalidField, "values") << "values must be given";
  if (!shape || layer.failed())
    return;
  if (constant.shape().empty() && constant.values_size() > 1)
    shape->push_back(constant.values_size());
  RankedTensorType type =
      checkedType(layer, *shape, layer.typeOf(constant.type()));
  if (!type)
    return;
  if (constant.values_size() != 1 &&
      constant.values_size() != type.getNumElements()) {
    layer.error(ErrorCode::InvalidField, "values")
        << "there are " << constant.values_size() << " values for "
        << type.getNumElements() << " elements";
    return;
  }
  nn::HostTensor elements(RankedTensorType::get(int64_t(constant.values_size()),
                                                type.getElementType()));
  for (auto [index, value] : llvm::enumerate(constant.values()))
    elements.setDouble(index, value);
  Value result = layer.create<nn::ConstantOp>(
      constant.values_size() == 1
          ? elements.reshaped(RankedTensorType::get({}, type.getElementType()))
                .toAttribute(layer.node.name())
          : elements.reshaped(type).toAttribute(layer.node.name()));
  if (constant.values_size() == 1 && type.getRank() > 0)
    result = layer.create<nn::BroadcastOp>(result, *shape);
  layer.setResults(result);
}

//===----------------------------------------------------------------------===//
// Random numbers
//===----------------------------------------------------------------------===//

/// low + (high - low) * uniform, or mean + deviation * normal.
static Value scaled(Layer &layer, Value draw, double offset, double factor) {
  if (factor != 1)
    draw = layer.math.mul(draw, factor);
  return offset == 0 ? draw : layer.math.add(draw, offset);
}

static void drawClass(Layer &layer) {
  if (!layer.checkInputs(1, 1) || !layer.checkFloatInput(0, 1) ||
      layer.failed())
    return;
  Value key = layer.getFunction().randomKey();
  if (!key)
    return layer.fail();
  Value logits = layer.inputs[0];
  layer.setResults(nn::drawCategorical(layer.builder(), layer.loc(), key,
                                       logits, Layer::rank(logits) - 1,
                                       layer.getFunction().nextStream()));
}

void mlcc::mlc_frontend::importRandom(Layer &layer) {
  const auto &random = layer.as<v1::Random>();
  if (random.distribution() == v1::Random::CATEGORICAL)
    return drawClass(layer);
  auto shape = layer.shapeOf("shape", random.shape());
  double probability = random.has_probability() ? random.probability() : 0.5;
  if (!(probability >= 0 && probability <= 1))
    layer.error(ErrorCode::InvalidField, "probability")
        << "a probability is from 0 to 1";
  if (!shape || layer.failed())
    return;
  RankedTensorType type = checkedType(layer, *shape, layer.elementType);
  Value key = type ? layer.getFunction().randomKey() : Value();
  if (!key)
    return layer.fail();
  OpBuilder &builder = layer.builder();
  int64_t stream = layer.getFunction().nextStream();
  double low = random.low(), high = random.has_high() ? random.high() : 1;
  double deviation = random.has_deviation() ? random.deviation() : 1;
  switch (random.distribution()) {
  case v1::Random::UNIFORM:
    layer.setResults(
        scaled(layer, nn::drawUniform(builder, layer.loc(), key, type, stream),
               low, high - low));
    return;
  case v1::Random::NORMAL:
    layer.setResults(
        scaled(layer, nn::drawNormal(builder, layer.loc(), key, type, stream),
               random.mean(), deviation));
    return;
  case v1::Random::BERNOULLI:
    layer.setResults(layer.math.cast(
        nn::drawBernoulli(builder, layer.loc(), key,
                          layer.math.scalar(probability, layer.elementType),
                          *shape, stream),
        layer.elementType));
    return;
  default:
    layer.error(ErrorCode::InvalidField, "distribution")
        << "this number is no distribution";
  }
}
