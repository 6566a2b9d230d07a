//===- Reference.cpp - What reference evaluations share -------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/nn/reference/Reference.h"

#include <cmath>
#include <cstring>

using namespace mlir;

namespace mlcc::nn {

//===----------------------------------------------------------------------===//
// Positions
//===----------------------------------------------------------------------===//

Extents rowMajorStrides(ArrayRef<int64_t> shape) {
  Extents strides(shape.size(), 1);
  for (size_t i = shape.size(); i-- > 1;)
    strides[i - 1] = strides[i] * shape[i];
  return strides;
}

Extents broadcastStrides(ArrayRef<int64_t> from, ArrayRef<int64_t> to) {
  Extents own = rowMajorStrides(from);
  Extents strides(to.size(), 0);
  size_t missing = to.size() - from.size();
  for (size_t i = 0; i < from.size(); ++i)
    strides[missing + i] = from[i] == 1 ? 0 : own[i];
  return strides;
}

Walk::Walk(ArrayRef<int64_t> shape, ArrayRef<Extents> strides)
    : shape(shape), strides(strides), indices(shape.size(), 0),
      offsets(strides.size(), 0) {
  for (int64_t extent : shape)
    count *= extent;
}

void Walk::next() {
  ++linear;
  for (size_t i = shape.size(); i-- > 0;) {
    ++indices[i];
    for (size_t operand = 0; operand < offsets.size(); ++operand)
      offsets[operand] += strides[operand][i];
    if (indices[i] < shape[i])
      return;
    for (size_t operand = 0; operand < offsets.size(); ++operand)
      offsets[operand] -= strides[operand][i] * shape[i];
    indices[i] = 0;
  }
}

void copyBlock(ArrayRef<int64_t> shape, HostTensor &target,
               const Placement &targetPlacement, const HostTensor &source,
               const Placement &sourcePlacement) {
  size_t size = elementBytes(target.getElementType());
  char *to = target.mutableBytes().data();
  const char *from = source.bytes().data();
  auto copy = [&](auto bytes) {
    using Element = decltype(bytes);
    for (Walk walk(shape, {targetPlacement.strides, sourcePlacement.strides});
         walk; walk.next())
      std::memcpy(
          to + (targetPlacement.start + walk.offset(0)) * sizeof(Element),
          from + (sourcePlacement.start + walk.offset(1)) * sizeof(Element),
          sizeof(Element));
  };
  // A size known to the compiler makes memcpy a move.
  switch (size) {
  case 1:
    return copy(uint8_t());
  case 2:
    return copy(uint16_t());
  case 4:
    return copy(uint32_t());
  default:
    return copy(uint64_t());
  }
}

void copyElement(HostTensor &target, int64_t targetIndex,
                 const HostTensor &source, int64_t sourceIndex) {
  size_t size = elementBytes(target.getElementType());
  std::memcpy(target.mutableBytes().data() + targetIndex * size,
              source.bytes().data() + sourceIndex * size, size);
}

Blocks::Blocks(ArrayRef<int64_t> shape, ArrayRef<int64_t> axes) {
  Extents strides = rowMajorStrides(shape);
  Extents keptShape, keptStrides, reducedShape, reducedStrides;
  for (size_t i = 0; i < shape.size(); ++i) {
    bool reduced = llvm::is_contained(axes, static_cast<int64_t>(i));
    (reduced ? reducedShape : keptShape).push_back(shape[i]);
    (reduced ? reducedStrides : keptStrides).push_back(strides[i]);
  }
  for (Walk walk(keptShape, {keptStrides}); walk; walk.next())
    bases.push_back(walk.offset(0));
  for (Walk walk(reducedShape, {reducedStrides}); walk; walk.next())
    inner.push_back(walk.offset(0));
}

//===----------------------------------------------------------------------===//
// Numbers
//===----------------------------------------------------------------------===//

bool isFloat(const HostTensor &tensor) {
  return isa<FloatType>(tensor.getElementType());
}

bool isUnsigned(const HostTensor &tensor) {
  return tensor.getElementType().isUnsignedInteger();
}

int64_t divideIntegers(int64_t lhs, int64_t rhs, bool asUnsigned) {
  if (rhs == 0)
    return 0;
  if (asUnsigned)
    return static_cast<uint64_t>(lhs) / static_cast<uint64_t>(rhs);
  // The least integer by -1 overflows.
  return rhs == -1 ? wrappingSub(0, lhs) : lhs / rhs;
}

int64_t remainderOfIntegers(int64_t lhs, int64_t rhs, bool asUnsigned) {
  if (rhs == 0)
    return 0;
  if (asUnsigned)
    return static_cast<uint64_t>(lhs) % static_cast<uint64_t>(rhs);
  return rhs == -1 ? 0 : lhs % rhs;
}

bool isLess(int64_t lhs, int64_t rhs, bool asUnsigned) {
  return asUnsigned ? static_cast<uint64_t>(lhs) < static_cast<uint64_t>(rhs)
                    : lhs < rhs;
}

int64_t wrappingAdd(int64_t lhs, int64_t rhs) {
  return static_cast<uint64_t>(lhs) + static_cast<uint64_t>(rhs);
}

int64_t wrappingSub(int64_t lhs, int64_t rhs) {
  return static_cast<uint64_t>(lhs) - static_cast<uint64_t>(rhs);
}

int64_t wrappingMul(int64_t lhs, int64_t rhs) {
  return static_cast<uint64_t>(lhs) * static_cast<uint64_t>(rhs);
}

double maxOrNaN(double lhs, double rhs) {
  return std::isnan(lhs) || lhs > rhs ? lhs : rhs;
}

double minOrNaN(double lhs, double rhs) {
  return std::isnan(lhs) || lhs < rhs ? lhs : rhs;
}

} // namespace mlcc::nn
