//===- CostModel.h - What primitives and reorders cost ----------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The one rule by which layouts are chosen: the time of the primitive with its
// layouts, plus the time of the reorders that they need. Both are estimates in
// seconds of one core; only their ratios matter.
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_COMPILER_LAYOUT_COSTMODEL_H
#define MLCC_COMPILER_LAYOUT_COSTMODEL_H

#include "dialects/dnn/DNN.h"

namespace mlcc {

/// The time of the primitive `spec` (all layouts known) in the implementation
/// that oneDNN names `implementation`: the larger of its arithmetic and its
/// memory traffic, each at the rate of that kind of implementation.
double primitiveSeconds(const PrimitiveSpec &spec,
                        llvm::StringRef implementation);

/// The time to bring a tensor of `type` into another layout.
double reorderSeconds(mlir::RankedTensorType type);

} // namespace mlcc

#endif // MLCC_COMPILER_LAYOUT_COSTMODEL_H
