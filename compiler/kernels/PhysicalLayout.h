//===- PhysicalLayout.h - Where a tensor's elements lie -----------*- C++
//-*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_COMPILER_KERNELS_PHYSICALLAYOUT_H
#define MLCC_COMPILER_KERNELS_PHYSICALLAYOUT_H

#include "compiler/kernels/IndexSpace.h"

#include "mlir/IR/BuiltinTypes.h"

namespace mlcc::kernels {

/// A tensor's layout as a row-major tensor of physical dimensions: for
/// `aBcd16b` of 1x40x7x7 those are 1x3x7x7x16, whose channels from 40 to 47 are
/// padding that holds zeros.
class PhysicalLayout {
public:
  /// The layout of the type's encoding, row-major without one. Nothing for a
  /// layout without a tag.
  static std::optional<PhysicalLayout> of(mlir::RankedTensorType type);

  llvm::ArrayRef<int64_t> shape() const { return extents; }
  /// The place of the element with these logical indices.
  IndexExpr place(IndexSpace &space, llvm::ArrayRef<IndexExpr> logical) const;
  /// The logical indices of a physical one; in padding they pass the shape.
  llvm::SmallVector<IndexExpr>
  logicalIndex(llvm::ArrayRef<IndexExpr> physical) const;
  /// Whether some elements in memory are padding of logical dimension `dim`.
  bool isPadded(unsigned dim) const { return padded[dim]; }

private:
  /// A physical dimension: the logical one, and the logical step of one step.
  struct Dim {
    unsigned logical;
    int64_t stride;
  };
  llvm::SmallVector<Dim> dims;
  llvm::SmallVector<int64_t> extents;
  llvm::SmallVector<bool> padded;
};

} // namespace mlcc::kernels

#endif // MLCC_COMPILER_KERNELS_PHYSICALLAYOUT_H
