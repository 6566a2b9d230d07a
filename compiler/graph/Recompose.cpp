//===- Recompose.cpp - The pass nn-recompose ------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/graph/GraphPasses.h"
#include "compiler/graph/Patterns.h"

namespace mlcc {
#define GEN_PASS_DEF_RECOMPOSE
#include "compiler/graph/GraphPasses.h.inc"
} // namespace mlcc

using namespace mlir;
using namespace mlcc;

namespace {
class Recompose : public mlcc::impl::RecomposeBase<Recompose> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    graph::addActivationPatterns(patterns);
    graph::addNormalizationPatterns(patterns);
    graph::addSoftmaxPatterns(patterns);
    if (failed(graph::applyPatterns(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
