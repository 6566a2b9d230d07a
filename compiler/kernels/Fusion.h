//===- Fusion.h - Which ops share a kernel ------------------------*- C++
//-*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_COMPILER_KERNELS_FUSION_H
#define MLCC_COMPILER_KERNELS_FUSION_H

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Operation.h"

#include "llvm/ADT/DenseMap.h"

namespace mlcc::kernels {

/// Ops that become one kernel: a root, whose results leave the kernel, and
/// producers. Results of producers that others use too leave it as well.
class KernelGroup {
public:
  explicit KernelGroup(mlir::Operation *root);

  mlir::Operation *root() const { return members.front(); }
  /// The root's results, then those of producers.
  llvm::SmallVector<mlir::Value> results() const;
  /// From the root towards the inputs.
  llvm::ArrayRef<mlir::Operation *> ops() const { return members; }
  void setOps(llvm::ArrayRef<mlir::Operation *> ops) {
    members.assign(ops.begin(), ops.end());
  }

  /// Whether `producer`, all of whose users are in the group, may join: nothing
  /// expensive is computed repeatedly, and all reductions run over the same
  /// rows.
  bool accepts(mlir::Operation *producer) const;
  void add(mlir::Operation *producer);

  /// Whether `producer`, which has users in the group, may join so that its
  /// result leaves the kernel too: it has an element where the root has one,
  /// and nothing expensive is computed repeatedly.
  bool acceptsResult(mlir::Operation *producer) const;
  void addResult(mlir::Operation *op);
  /// Whether the reduction `op` may join so that its result leaves the kernel:
  /// it reduces the rows that the root reduces, in the same loops.
  bool acceptsReduction(mlir::Operation *op) const;
  /// Whether `producer` may be computed again for its users in the group: it
  /// costs no more than loading what was stored.
  bool acceptsCopy(mlir::Operation *producer) const;

private:
  /// The rows of the group's reductions: a shape and the reduced dimensions.
  struct Rows {
    llvm::SmallVector<int64_t> shape;
    llvm::SmallVector<int64_t> axes;
    bool operator==(const Rows &other) const {
      return shape == other.shape && axes == other.axes;
    }
    llvm::SmallVector<int64_t> reducedShape() const;
  };
  static std::optional<Rows> rowsOf(mlir::Operation *op);
  bool hasRoomFor(mlir::Operation *producer) const;
  bool acceptsRows(const Rows &candidate, mlir::Operation *producer) const;
  double evaluations(mlir::Operation *producer) const;

  llvm::SmallVector<mlir::Operation *> members;
  /// Those but the root whose results leave the kernel.
  llvm::SmallVector<mlir::Operation *> shared;
  std::optional<Rows> rows;
  /// How often an element of an op is computed.
  llvm::DenseMap<mlir::Operation *, double> evaluated;
};

} // namespace mlcc::kernels

#endif // MLCC_COMPILER_KERNELS_FUSION_H
