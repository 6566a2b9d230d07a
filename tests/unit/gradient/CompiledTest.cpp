//===- CompiledTest.cpp - Gradients as generated kernels ------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Whatever rules emit can be compiled, and computes what the reference does.
//
//===----------------------------------------------------------------------===//

#include "compiler/gradient/Differentiate.h"
#include "tests/unit/gradient/GradientCheck.h"
#include "tests/unit/kernels/KernelRunner.h"

#include <gtest/gtest.h>

using namespace mlir;
using namespace mlcc;
using namespace mlcc::nn;

namespace {
class Compiled : public ::testing::TestWithParam<Case> {};
} // namespace

TEST_P(Compiled, AgreesWithTheReference) {
  MLIRContext context(MLIRContext::Threading::DISABLED);
  loadGradients(context);
  Trial trial(&context, /*seed=*/1);
  GetParam().build(trial);
  auto gradients = differentiate(trial.emitter().getBuilder(), trial.total(),
                                 trial.getInputs());
  ASSERT_TRUE(succeeded(gradients));
  test::RunOptions options;
  options.tolerance = 1e-9;
  EXPECT_TRUE(test::kernelsAgree(trial.textOf(*gradients), options));
}

/// Loops are no kernels; tests/e2e runs them.
static std::vector<Case> casesWithoutLoops() {
  std::vector<Case> cases = allCases();
  std::erase_if(cases, [](const Case &c) {
    llvm::StringRef op = c.op;
    return op == "nn.scan" || op == "nn.while";
  });
  return cases;
}

INSTANTIATE_TEST_SUITE_P(All, Compiled,
                         ::testing::ValuesIn(casesWithoutLoops()),
                         [](const auto &info) {
                           return info.param.identifier();
                         });
