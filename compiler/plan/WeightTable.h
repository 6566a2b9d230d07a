//===- WeightTable.h - Constants, equal ones once ----------------*- C++
//-*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_COMPILER_PLAN_WEIGHTTABLE_H
#define MLCC_COMPILER_PLAN_WEIGHTTABLE_H

#include "mlir/IR/BuiltinAttributes.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"

namespace mlcc {

/// Collects the constants of a module and gives each an offset. Constants of
/// equal bytes share one.
class WeightTable {
public:
  struct Entry {
    int64_t offset;
    mlir::ElementsAttr value;
  };

  /// The offset of `value`, in bytes; fails if its data is not available.
  llvm::FailureOr<int64_t> add(mlir::ElementsAttr value);

  llvm::ArrayRef<Entry> entries() const { return table; }
  int64_t bytes() const { return end; }
  /// Bytes of constants that were found in the table already.
  int64_t sharedBytes() const { return shared; }

private:
  llvm::SmallVector<Entry> table;
  llvm::DenseMap<mlir::Attribute, int64_t> byAttribute;
  /// Hash of the bytes -> numbers of entries.
  llvm::DenseMap<uint64_t, llvm::SmallVector<size_t, 1>> byContent;
  int64_t end = 0;
  int64_t shared = 0;
};

} // namespace mlcc

#endif // MLCC_COMPILER_PLAN_WEIGHTTABLE_H
