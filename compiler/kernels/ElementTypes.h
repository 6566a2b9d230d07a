//===- ElementTypes.h - How kernels hold elements ----------------*- C++
//-*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// In memory a boolean is a byte, 0 or 1, and unsigned integers are signless
// ones of the same width (`memory` types: those of the kernel's memrefs). As a
// scalar a boolean is an i1 (`scalar` types).
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_COMPILER_KERNELS_ELEMENTTYPES_H
#define MLCC_COMPILER_KERNELS_ELEMENTTYPES_H

#include "mlir/IR/BuiltinTypes.h"

namespace mlcc::kernels {

/// The type of an nn element in memory.
mlir::Type memoryType(mlir::Type element);
/// The type of an nn element as a scalar.
mlir::Type scalarType(mlir::Type element);
/// The memref that a kernel gets for a tensor: the physical shape of its
/// layout.
mlir::MemRefType memoryType(mlir::RankedTensorType type);

} // namespace mlcc::kernels

#endif // MLCC_COMPILER_KERNELS_ELEMENTTYPES_H
