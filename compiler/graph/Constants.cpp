//===- Constants.cpp - Constants as the passes read and make them ---------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/graph/Constants.h"

#include <cmath>

using namespace mlir;
using namespace mlcc;
using namespace mlcc::graph;

bool graph::isConstant(Value value) {
  return isa_and_nonnull<nn::ConstantOp>(value.getDefiningOp());
}

std::optional<nn::HostTensor> graph::constantOf(Value value) {
  auto constant = value.getDefiningOp<nn::ConstantOp>();
  if (!constant)
    return std::nullopt;
  return nn::HostTensor::fromAttribute(constant.getValue());
}

static double asDouble(Attribute element) {
  if (auto number = dyn_cast<FloatAttr>(element))
    return number.getValueAsDouble();
  auto integer = cast<IntegerAttr>(element);
  if (integer.getType().isUnsignedInteger() || integer.getType().isInteger(1))
    return integer.getValue().roundToDouble(/*isSigned=*/false);
  return integer.getValue().roundToDouble(/*isSigned=*/true);
}

std::optional<double> graph::uniformOf(Value value) {
  auto constant = value.getDefiningOp<nn::ConstantOp>();
  if (!constant)
    return std::nullopt;
  if (auto dense = dyn_cast<DenseElementsAttr>(constant.getValue()))
    if (dense.isSplat())
      return asDouble(dense.getSplatValue<Attribute>());
  if (typeOf(value).getNumElements() != 1)
    return std::nullopt;
  if (auto tensor = nn::HostTensor::fromAttribute(constant.getValue()))
    return tensor->getAsDouble(0);
  return std::nullopt;
}

bool graph::isUniform(Value value, double expected) {
  std::optional<double> actual = uniformOf(value);
  return actual && *actual == expected;
}

bool graph::nearlyEqual(double actual, double expected) {
  return std::abs(actual - expected) <= 1e-4 * std::abs(expected);
}

bool graph::isNearlyUniform(Value value, double expected) {
  std::optional<double> actual = uniformOf(value);
  return actual && nearlyEqual(*actual, expected);
}

std::string graph::nameOf(Location location) {
  if (auto name = dyn_cast<NameLoc>(location))
    return name.getName().str();
  if (auto fused = dyn_cast<FusedLoc>(location))
    if (!fused.getLocations().empty())
      return nameOf(fused.getLocations().front());
  return "constant";
}

Value graph::makeConstant(OpBuilder &builder, Location location,
                          const nn::HostTensor &tensor) {
  return nn::ConstantOp::create(builder, location,
                                tensor.toAttribute(nameOf(location)));
}

Value graph::makeUniform(OpBuilder &builder, Location location,
                         RankedTensorType type, double value) {
  Type element = type.getElementType();
  Attribute attribute =
      isa<FloatType>(element)
          ? Attribute(FloatAttr::get(element, value))
          : IntegerAttr::get(element, static_cast<int64_t>(value));
  return nn::ConstantOp::create(
      builder, location,
      cast<ElementsAttr>(DenseElementsAttr::get(type, attribute)));
}

/// The same elements under another shape, sharing a resource blob.
static ElementsAttr reshaped(ElementsAttr elements, RankedTensorType type) {
  if (auto dense = dyn_cast<DenseElementsAttr>(elements))
    return dense.reshape(type);
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(elements))
    return DenseResourceElementsAttr::get(type, resource.getRawHandle());
  return nullptr;
}

Value graph::reshapeTo(OpBuilder &builder, Location location, Value value,
                       ArrayRef<int64_t> shape) {
  if (typeOf(value).getShape() == shape)
    return value;
  if (auto constant = value.getDefiningOp<nn::ConstantOp>())
    if (ElementsAttr elements =
            reshaped(constant.getValue(), typeOf(value).clone(shape)))
      return nn::ConstantOp::create(builder, location, elements);
  return nn::ReshapeOp::create(builder, location, value, shape);
}
