//===- Names.h - What steps are called ---------------------------*- C++
//-*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_COMPILER_PLAN_NAMES_H
#define MLCC_COMPILER_PLAN_NAMES_H

#include <string>

namespace mlir {
class Location;
} // namespace mlir

namespace mlcc {
struct PrimitiveSpec;

/// The nodes of the user's model that `location` names: "conv1+relu1"; the
/// first few of many. Empty if it names none.
std::string nodeNames(mlir::Location location);

/// One line on a primitive, for readers: "convolution f32 1x3x224x224:abcd
/// ...".
std::string describePrimitive(const PrimitiveSpec &spec);

} // namespace mlcc

#endif // MLCC_COMPILER_PLAN_NAMES_H
