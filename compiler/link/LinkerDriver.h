//===- LinkerDriver.h - Running the C++ compiler as a linker -----*- C++
//-*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_COMPILER_LINK_LINKERDRIVER_H
#define MLCC_COMPILER_LINK_LINKERDRIVER_H

#include "mlir/IR/Location.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/LogicalResult.h"

#include <string>

namespace mlcc {

/// Runs a C++ compiler driver (see LinkOptions::linker) with `arguments`. Fails
/// with LinkFailed and what the linker said.
llvm::LogicalResult runLinker(mlir::Location location,
                              const std::string &linker,
                              llvm::ArrayRef<std::string> arguments);

} // namespace mlcc

#endif // MLCC_COMPILER_LINK_LINKERDRIVER_H
