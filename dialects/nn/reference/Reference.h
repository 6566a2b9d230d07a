//===- Reference.h - What reference evaluations share ------------*- C++
//-*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The evaluations are slow and obvious: each computes one result element after
// the other with double accumulation, from the formula in the op's description.
// They trust that the op was verified.
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_DIALECTS_NN_REFERENCE_REFERENCE_H
#define MLCC_DIALECTS_NN_REFERENCE_REFERENCE_H

#include "dialects/nn/NN.h"

namespace mlcc::nn {

using Operands = llvm::ArrayRef<HostTensor>;
using Results = llvm::SmallVectorImpl<HostTensor>;
using Extents = llvm::SmallVector<int64_t>;

/// Distances in elements between neighbours along each dimension.
Extents rowMajorStrides(llvm::ArrayRef<int64_t> shape);

/// The strides with which an operand of shape `from` is read at the positions
/// of the broadcast shape `to`: 0 where it is repeated.
Extents broadcastStrides(llvm::ArrayRef<int64_t> from,
                         llvm::ArrayRef<int64_t> to);

/// Walks the positions of a shape in row-major order, and keeps the offsets of
/// operands that lie there with other strides:
///
///   for (Walk walk(shape, {lhsStrides, rhsStrides}); walk; walk.next())
///     result[walk.position()] = lhs[walk.offset(0)] + rhs[walk.offset(1)];
class Walk {
public:
  explicit Walk(llvm::ArrayRef<int64_t> shape,
                llvm::ArrayRef<Extents> strides = {});
  explicit operator bool() const { return linear < count; }
  void next();
  /// Positions walked before this one.
  int64_t position() const { return linear; }
  llvm::ArrayRef<int64_t> index() const { return indices; }
  int64_t offset(unsigned operand) const { return offsets[operand]; }

private:
  Extents shape;
  llvm::SmallVector<Extents, 2> strides;
  Extents indices;
  Extents offsets;
  int64_t linear = 0;
  int64_t count = 1;
};

/// Where elements of a tensor lie: `start + index * strides`.
struct Placement {
  int64_t start = 0;
  Extents strides;
};

/// Copies the elements of a block of extents `shape`; the tensors have one
/// element type.
void copyBlock(llvm::ArrayRef<int64_t> shape, HostTensor &target,
               const Placement &targetPlacement, const HostTensor &source,
               const Placement &sourcePlacement);

/// target[targetIndex] = source[sourceIndex]; the tensors have one element
/// type.
void copyElement(HostTensor &target, int64_t targetIndex,
                 const HostTensor &source, int64_t sourceIndex);

/// The blocks of elements that a reduction over `axes` takes together, as
/// offsets into the tensor: each base plus each of the inner offsets.
struct Blocks {
  Blocks(llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<int64_t> axes);
  Extents bases;
  Extents inner;
};

/// Whether the elements are floating-point numbers.
bool isFloat(const HostTensor &tensor);
/// Whether the elements are unsigned integers.
bool isUnsigned(const HostTensor &tensor);

/// C's division, remainder and comparison of integers as signed or as unsigned
/// numbers, but without undefined cases: by zero gives 0.
int64_t divideIntegers(int64_t lhs, int64_t rhs, bool asUnsigned);
int64_t remainderOfIntegers(int64_t lhs, int64_t rhs, bool asUnsigned);
bool isLess(int64_t lhs, int64_t rhs, bool asUnsigned);
/// Wrap on overflow, as integers in compiled programs do.
int64_t wrappingAdd(int64_t lhs, int64_t rhs);
int64_t wrappingSub(int64_t lhs, int64_t rhs);
int64_t wrappingMul(int64_t lhs, int64_t rhs);

/// The larger or the smaller; NaN if either is NaN.
double maxOrNaN(double lhs, double rhs);
double minOrNaN(double lhs, double rhs);

} // namespace mlcc::nn

#endif // MLCC_DIALECTS_NN_REFERENCE_REFERENCE_H
