//===- Forms.h - A value in the layouts it is wanted in ---------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_COMPILER_LAYOUT_FORMS_H
#define MLCC_COMPILER_LAYOUT_FORMS_H

#include "dialects/dnn/DNN.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/DenseMap.h"

namespace mlcc {

/// Whether `tag` only permutes the dimensions: no blocks, nothing opaque.
bool isPermutation(llvm::StringRef tag);

/// Whether a tensor of `shape` has the same bytes in both layouts, because
/// they differ in the place of dimensions of extent one only.
bool haveSameBytes(llvm::ArrayRef<int64_t> shape, llvm::StringRef lhs,
                   llvm::StringRef rhs);

/// The tensor of permuted layout `tag` as it lies: a plain one, the dimensions
/// in the order of the tag.
mlir::RankedTensorType physicalType(mlir::RankedTensorType type,
                                    llvm::StringRef tag);

/// The tag with the channels (dimension 1) last, "acdb" for rank 4; the plain
/// one below rank 3.
std::string channelsLast(int64_t rank);

/// Whether the bytes of `value` are known when compiling: a constant, or a view
/// or reorder of one.
bool isConstant(mlir::Value value);

/// The same, or an invariant of a loop in its body: once for all trips it can
/// be brought into any layout.
bool isFixed(mlir::Value value);

/// Values in the layouts they are wanted in. Each form is made once, where it
/// is first wanted; values must be wanted in the order of the ops.
class Forms {
public:
  explicit Forms(mlir::OpBuilder &builder) : builder(builder) {}

  /// `value` in the layout `tag`, for `user`: itself, a view, or a reorder.
  mlir::Value get(mlir::Value value, llvm::StringRef tag,
                  mlir::Operation *user);

  /// Estimated seconds that `get` adds to a run of the model.
  double seconds(mlir::Value value, llvm::StringRef tag) const;

  /// A reorder of a value that is not constant, and who wanted it first (an op
  /// that may be gone by now).
  struct Reorder {
    mlir::Value source, result;
    mlir::OperationName user;
    mlir::Location location;
  };
  llvm::ArrayRef<Reorder> reorders() const { return made; }

private:
  mlir::OpBuilder &builder;
  llvm::DenseMap<std::pair<mlir::Value, mlir::Type>, mlir::Value> forms;
  llvm::SmallVector<Reorder> made;
};

} // namespace mlcc

#endif // MLCC_COMPILER_LAYOUT_FORMS_H
