//===- Reductions.h - Means and their kin, as exporters write them *- C++
//-*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_COMPILER_GRAPH_REDUCTIONS_H
#define MLCC_COMPILER_GRAPH_REDUCTIONS_H

#include "compiler/graph/Constants.h"

namespace mlcc::graph {

/// `value` without the reshapes above it. Only where the shape that it had at
/// the end is checked by itself: elements keep their row-major order.
mlir::Value withoutReshapes(mlir::Value value);

/// The shape of `type` with the extents of `axes` replaced by one.
llvm::SmallVector<int64_t> keptShape(mlir::RankedTensorType type,
                                     llvm::ArrayRef<int64_t> axes);

/// A value whose elements, in row-major order, are those of a reduction.
struct Reduction {
  mlir::Value input;
  llvm::SmallVector<int64_t> axes;

  /// `value` as the mean of something: a `reduce_mean`, or a `reduce_sum` times
  /// or over the number of elements.
  static std::optional<Reduction> mean(mlir::Value value);
  static std::optional<Reduction> sum(mlir::Value value);
  static std::optional<Reduction> max(mlir::Value value);

  /// Whether `value`, as it is used, stands beside the input's elements
  /// that it was reduced from: it has the input's shape, reduced extents one.
  bool isAligned(mlir::Value value) const {
    return typeOf(value).getShape() ==
           llvm::ArrayRef(keptShape(typeOf(input), axes));
  }
  bool isOver(mlir::Value of, llvm::ArrayRef<int64_t> over) const {
    return input == of && llvm::ArrayRef(axes) == over;
  }
};

} // namespace mlcc::graph

#endif // MLCC_COMPILER_GRAPH_REDUCTIONS_H
