//===- Registration.cpp - Passes over loops by name -----------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/loops/LoopPasses.h"

#include "mlir/Pass/PassRegistry.h"

namespace mlcc::loops {
#define GEN_PASS_REGISTRATION
#include "compiler/loops/LoopPasses.h.inc"
} // namespace mlcc::loops

void mlcc::registerLoopPasses() { loops::registerLoopPasses(); }
