//===- Registry.h - The dialects that mlcc works with ------------*- C++
//-*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_COMPILER_DRIVER_REGISTRY_H
#define MLCC_COMPILER_DRIVER_REGISTRY_H

namespace mlir {
class DialectRegistry;
} // namespace mlir

namespace mlcc {

/// Registers every dialect that a stage may use, with the upstream interface
/// implementations that stages depend on.
void registerAllDialects(mlir::DialectRegistry &registry);

} // namespace mlcc

#endif // MLCC_COMPILER_DRIVER_REGISTRY_H
