//===- Emitter.cpp - Building gradients of nn ops -------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/nn/gradient/Emitter.h"

using namespace mlir;
using namespace mlcc;
using namespace mlcc::nn;
using namespace mlcc::nn::gradient;

int64_t gradient::elementCount(ArrayRef<int64_t> extents) {
  int64_t count = 1;
  for (int64_t extent : extents)
    count *= extent;
  return count;
}

Extents gradient::axesBetween(int64_t begin, int64_t end) {
  return llvm::to_vector(llvm::seq(begin, end));
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

Value Emitter::uniform(RankedTensorType type, double number) {
  type = RankedTensorType::get(type.getShape(), type.getElementType());
  Type element = type.getElementType();
  if (auto floating = dyn_cast<FloatType>(element))
    return make<ConstantOp>(DenseElementsAttr::get(
        type, ArrayRef<Attribute>(FloatAttr::get(floating, number))));
  return make<ConstantOp>(DenseElementsAttr::get(
      type, ArrayRef<Attribute>(
                IntegerAttr::get(element, static_cast<int64_t>(number)))));
}

Value Emitter::constant(Type elementType, ArrayRef<int64_t> shape,
                        ArrayRef<double> elements) {
  HostTensor tensor(RankedTensorType::get(shape, elementType));
  for (auto [i, element] : llvm::enumerate(elements))
    tensor.setDouble(i, element);
  return make<ConstantOp>(tensor.toAttribute("gradient"));
}

Value Emitter::indices(ArrayRef<int64_t> shape, ArrayRef<int64_t> elements) {
  HostTensor tensor(RankedTensorType::get(shape, builder.getI64Type()));
  for (auto [i, element] : llvm::enumerate(elements))
    tensor.setInt(i, element);
  return make<ConstantOp>(tensor.toAttribute("indices"));
}

//===----------------------------------------------------------------------===//
// Reductions
//===----------------------------------------------------------------------===//

Value Emitter::sumOver(Value value, ArrayRef<int64_t> axes, bool keepdims) {
  return axes.empty() ? value : make<ReduceSumOp>(value, axes, keepdims);
}

Value Emitter::meanOver(Value value, ArrayRef<int64_t> axes, bool keepdims) {
  return axes.empty() ? value : make<ReduceMeanOp>(value, axes, keepdims);
}

Value Emitter::sumTo(Value value, ArrayRef<int64_t> shape) {
  ArrayRef<int64_t> from = shapeOf(value);
  size_t missing = from.size() - shape.size();
  Extents axes;
  for (size_t i = 0; i < from.size(); ++i)
    if (i < missing || (shape[i - missing] == 1 && from[i] != 1))
      axes.push_back(i);
  return reshape(sumOver(value, axes), shape);
}

//===----------------------------------------------------------------------===//
// Movement
//===----------------------------------------------------------------------===//

static bool areZero(ArrayRef<int64_t> numbers) {
  return llvm::all_of(numbers, [](int64_t number) { return number == 0; });
}

Value Emitter::transpose(Value value, ArrayRef<int64_t> permutation) {
  bool identity =
      llvm::equal(permutation, llvm::seq<int64_t>(0, permutation.size()));
  return identity ? value : make<TransposeOp>(value, permutation);
}

Value Emitter::slice(Value value, ArrayRef<int64_t> starts,
                     ArrayRef<int64_t> sizes, ArrayRef<int64_t> steps) {
  Extents ones(sizes.size(), 1);
  if (steps.empty())
    steps = ones;
  if (areZero(starts) && sizes == shapeOf(value) && steps == ArrayRef(ones))
    return value;
  return make<SliceOp>(value, starts, sizes, steps);
}

Value Emitter::sliceAlong(Value value, int64_t axis, int64_t begin,
                          int64_t size) {
  Extents starts(shapeOf(value).size(), 0), sizes(shapeOf(value));
  starts[axis] = begin;
  sizes[axis] = size;
  return slice(value, starts, sizes);
}

Value Emitter::reverseAlong(Value value, int64_t axis) {
  Extents sizes(shapeOf(value)), starts(sizes.size(), 0),
      steps(sizes.size(), 1);
  if (sizes[axis] <= 1)
    return value;
  starts[axis] = sizes[axis] - 1;
  steps[axis] = -1;
  return slice(value, starts, sizes, steps);
}

Value Emitter::pad(Value value, ArrayRef<int64_t> begin,
                   ArrayRef<int64_t> end) {
  if (areZero(begin) && areZero(end))
    return value;
  return make<PadOp>(value, /*value=*/Value(), begin, end);
}

Value Emitter::padAlong(Value value, int64_t axis, int64_t begin, int64_t end) {
  Extents before(shapeOf(value).size(), 0), after(before);
  before[axis] = begin;
  after[axis] = end;
  return pad(value, before, after);
}

Value Emitter::concat(ValueRange values, int64_t axis) {
  return values.size() == 1 ? values.front() : make<ConcatOp>(values, axis);
}
