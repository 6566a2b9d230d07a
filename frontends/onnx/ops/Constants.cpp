//===- Constants.cpp - Import of operators that make constants ------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Shapes are static, so Shape and Size are constants too.
//
//===----------------------------------------------------------------------===//

#include "frontends/onnx/NodeContext.h"

#include "llvm/ADT/Sequence.h"

#include <algorithm>
#include <cmath>

using namespace mlir;
using mlcc::nn::HostTensor;

namespace mlcc::onnx_frontend {

//===----------------------------------------------------------------------===//
// Constant
//===----------------------------------------------------------------------===//

static void importConstantTensor(NodeContext &node) {
  auto value =
      node.importer().tensors().read(*node.tensor("value"), node.loc());
  if (!value)
    return node.fail();
  StringRef name = cast<NameLoc>(node.loc()).getName();
  node.setResult(0, node.constant(value->toAttribute(name)));
}

static void importConstant(NodeContext &node) {
  Builder builder = node.getBuilder();
  auto vectorType = [&](size_t size, Type element) {
    return RankedTensorType::get({static_cast<int64_t>(size)}, element);
  };
  if (node.hasAttribute("value"))
    return importConstantTensor(node);
  if (node.hasAttribute("value_int")) {
    auto type = RankedTensorType::get({}, builder.getI64Type());
    return node.setResult(0, node.constant(DenseElementsAttr::get(
                                 type, node.integer("value_int", 0))));
  }
  if (node.hasAttribute("value_ints"))
    return node.setResult(0, node.integerVector(node.integers("value_ints")));
  if (node.hasAttribute("value_float")) {
    auto type = RankedTensorType::get({}, builder.getF32Type());
    return node.setResult(0, node.splat(type, node.number("value_float", 0)));
  }
  if (node.hasAttribute("value_floats")) {
    SmallVector<double> numbers = node.numbers("value_floats");
    HostTensor tensor(vectorType(numbers.size(), builder.getF32Type()));
    for (auto [index, number] : llvm::enumerate(numbers))
      tensor.setDouble(index, number);
    return node.setResult(0, node.constant(tensor));
  }
  if (node.hasAttribute("sparse_value")) {
    node.error(ErrorCode::UnsupportedAttribute)
        << "Constant with a sparse tensor is not supported";
    return;
  }
  if (node.hasAttribute("value_string") || node.hasAttribute("value_strings")) {
    node.error(ErrorCode::UnsupportedType)
        << "Constant of strings is not supported";
    return;
  }
  node.error(ErrorCode::InvalidAttribute) << "the attribute 'value' is missing";
}

static void importConstantOfShape(NodeContext &node) {
  SmallVector<int64_t> shape = node.requireIntegers(0, "input");
  if (node.failed())
    return;
  HostTensor element(
      RankedTensorType::get({1}, node.getBuilder().getF32Type()));
  if (onnx::TensorProto *value = node.tensor("value")) {
    auto tensor = node.importer().tensors().read(*value, node.loc());
    if (!tensor)
      return node.fail();
    if (tensor->getNumElements() != 1) {
      node.error(ErrorCode::InvalidAttribute)
          << "'value' must have one element, but has the shape "
          << nn::shapeText(tensor->getShape());
      return;
    }
    element = *tensor;
  }
  Type type = element.getElementType();
  if (!checkedElements(shape, nn::elementBytes(type))) {
    bool negative =
        llvm::any_of(shape, [](int64_t extent) { return extent < 0; });
    node.error(negative ? ErrorCode::ShapeMismatch : ErrorCode::TooLarge)
        << "the shape " << nn::shapeText(shape)
        << (negative ? " has a negative extent" : " has more than 2^40 bytes");
    return;
  }
  auto attribute = cast<DenseElementsAttr>(element.toAttribute("constant"));
  auto result = RankedTensorType::get(shape, type);
  node.setResult(0, node.constant(DenseElementsAttr::get(
                        result, *attribute.value_begin<Attribute>())));
}

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

static void importShape(NodeContext &node) {
  ArrayRef<int64_t> shape = node.shape(node.operand(0));
  int64_t rank = shape.size();
  auto clamp = [&](int64_t position) {
    if (position < 0)
      position = std::max<int64_t>(position, -rank) + rank;
    return std::min(position, rank);
  };
  int64_t start = clamp(node.integer("start", 0));
  int64_t end = clamp(node.integer("end", rank));
  node.setResult(0, node.integerVector(
                        shape.slice(start, std::max<int64_t>(end - start, 0))));
}

static void importSize(NodeContext &node) {
  auto type = RankedTensorType::get({}, node.getBuilder().getI64Type());
  int64_t elements = node.type(node.operand(0)).getNumElements();
  node.setResult(0, node.constant(DenseElementsAttr::get(type, elements)));
}

//===----------------------------------------------------------------------===//
// Sequences and patterns
//===----------------------------------------------------------------------===//

/// Nobody computes with longer sequences, but a hostile model might ask for
/// one.
static constexpr int64_t maxMadeElements = int64_t(1) << 26;

static void importRange(NodeContext &node) {
  std::optional<HostTensor> start = node.requireConstant(0, "start");
  std::optional<HostTensor> limit = node.requireConstant(1, "limit");
  std::optional<HostTensor> delta = node.requireConstant(2, "delta");
  if (!start || !limit || !delta)
    return;
  for (const auto &value : {*start, *limit, *delta})
    if (value.getNumElements() != 1 ||
        value.getElementType() != start->getElementType()) {
      node.error(ErrorCode::TypeMismatch)
          << "'start', 'limit' and 'delta' must be scalars of one type";
      return;
    }
  double first = start->getAsDouble(0), step = delta->getAsDouble(0);
  double count = std::ceil((limit->getAsDouble(0) - first) / step);
  constexpr double most = maxMadeElements;
  if (std::isnan(count) || step == 0 || count > most) {
    node.error(std::isnan(count) || step == 0 ? ErrorCode::InvalidGraph
                                              : ErrorCode::TooLarge)
        << "the range from " << first << " in steps of " << step
        << " has no end or too many elements";
    return;
  }
  HostTensor result(RankedTensorType::get(
      {static_cast<int64_t>(std::max(count, 0.0))}, start->getElementType()));
  bool isInteger = isa<IntegerType>(start->getElementType());
  for (int64_t i : llvm::seq(result.getNumElements()))
    if (isInteger)
      result.setInt(i, start->getAsInt(0) + i * delta->getAsInt(0));
    else
      result.setDouble(i, first + i * step);
  node.setResult(0, node.constant(result));
}

static void importEyeLike(NodeContext &node) {
  RankedTensorType like = node.type(node.operand(0));
  Type element = node.hasAttribute("dtype")
                     ? node.typeAttribute(node.integer("dtype", 0))
                     : like.getElementType();
  if (node.failed())
    return;
  if (like.getRank() != 2) {
    node.error(ErrorCode::ShapeMismatch)
        << "the input must have rank 2, but has the shape "
        << nn::shapeText(like.getShape());
    return;
  }
  if (!checkedElements(like.getShape(), nn::elementBytes(element)) ||
      like.getNumElements() > maxMadeElements) {
    node.error(ErrorCode::TooLarge) << "the result has more than 2^26 elements";
    return;
  }
  HostTensor result(like.clone(element));
  int64_t rows = like.getDimSize(0), columns = like.getDimSize(1);
  int64_t diagonal = node.integer("k", 0);
  if (diagonal > -rows && diagonal < columns)
    for (int64_t row = std::max<int64_t>(0, -diagonal);
         row < rows && row + diagonal < columns; ++row)
      result.setInt(row * columns + row + diagonal, 1);
  node.setResult(0, node.constant(result));
}

static const Operator table[] = {
    {"Constant", 1, 25, 0, 0, 1,
     "value:t value_int:i value_ints:is value_float:f value_floats:fs "
     "value_string:s value_strings:ss sparse_value:x",
     importConstant, "sparse tensors, strings"},
    {"ConstantOfShape", 9, 25, 1, 1, 1, "value:t", importConstantOfShape},
    {"EyeLike", 9, 22, 1, 1, 1, "dtype:i k:i", importEyeLike},
    {"Range", 11, 11, 3, 3, 1, "", importRange,
     "values not known at compile time"},
    {"Shape", 1, 25, 1, 1, 1, "start:i end:i", importShape},
    {"Size", 1, 25, 1, 1, 1, "", importSize},
};

llvm::ArrayRef<Operator> constantOperators() { return table; }

} // namespace mlcc::onnx_frontend
