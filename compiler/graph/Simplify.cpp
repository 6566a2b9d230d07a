//===- Simplify.cpp - The pass nn-simplify --------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/graph/GraphPasses.h"
#include "compiler/graph/Patterns.h"

#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace mlcc {
#define GEN_PASS_DEF_SIMPLIFY
#include "compiler/graph/GraphPasses.h.inc"
} // namespace mlcc

using namespace mlir;
using namespace mlcc;

LogicalResult graph::applyPatterns(Operation *function,
                                   RewritePatternSet &&patterns,
                                   bool foldConstants) {
  GreedyRewriteConfig config;
  config.enableFolding(foldConstants);
  config.setRegionSimplificationLevel(GreedySimplifyRegionLevel::Disabled);
  config.setUseTopDownTraversal(true);
  return applyPatternsGreedily(function, std::move(patterns), config);
}

namespace {
class Simplify : public mlcc::impl::SimplifyBase<Simplify> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    graph::addArithmeticPatterns(patterns);
    graph::addBroadcastPatterns(patterns);
    graph::addMovementPatterns(patterns);
    graph::addMatMulPatterns(patterns);
    graph::addQuantizationPatterns(patterns);
    graph::addWindowPatterns(patterns);
    nn::ReshapeOp::getCanonicalizationPatterns(patterns, &getContext());
    if (failed(graph::applyPatterns(getOperation(), std::move(patterns),
                                    /*foldConstants=*/false)))
      signalPassFailure();
  }
};
} // namespace
