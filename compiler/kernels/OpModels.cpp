//===- OpModels.cpp - What the generator knows of each nn op --------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/kernels/OpModels.h"

namespace mlcc::kernels {

const OpModel *lookupOpModel(mlir::Operation *op) {
  static const OpModelTable table = [] {
    OpModelTable rows;
    registerElementwise(rows);
    registerMovement(rows);
    registerReductions(rows);
    registerQuantization(rows);
    registerNormalizations(rows);
    registerWindows(rows);
    registerSequential(rows);
    registerRecurrent(rows);
    registerGradients(rows);
    registerRandom(rows);
    return rows;
  }();
  auto row = table.find(op->getName().getStringRef());
  return row == table.end() ? nullptr : &row->second;
}

} // namespace mlcc::kernels
