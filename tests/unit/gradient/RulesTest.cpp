//===- RulesTest.cpp - Every nn op has a right gradient or none -----------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/nn/gradient/Gradient.h"
#include "tests/unit/gradient/GradientCheck.h"

#include <gtest/gtest.h>

#include <set>

using namespace mlir;
using namespace mlcc;
using namespace mlcc::nn;

/// Whether the op says that its derivatives are zero; asked of an op without
/// operands, as the answer depends on none.
static bool isLocallyConstant(RegisteredOperationName name) {
  OperationState state(UnknownLoc::get(name.getContext()), name);
  Operation *op = Operation::create(state);
  bool constant = cast<GradientOpInterface>(op).isLocallyConstant();
  op->destroy();
  return constant;
}

TEST(Rules, EveryOpIsTestedOrHasNone) {
  MLIRContext context;
  loadGradients(context);
  std::set<std::string> tested, ruled;
  for (const Case &c : allCases())
    tested.insert(c.op);
  for (RegisteredOperationName name :
       context.getRegisteredOperationsByDialect("nn")) {
    std::string op = name.getStringRef().str();
    // Whoever trains through quantization must say how.
    if (op == "nn.quantize") {
      EXPECT_FALSE(name.hasInterface<GradientOpInterface>());
      continue;
    }
    ASSERT_TRUE(name.hasInterface<GradientOpInterface>())
        << op << " has neither a gradient nor is it declared to have none";
    if (isLocallyConstant(name))
      EXPECT_FALSE(tested.contains(op)) << op;
    else
      ruled.insert(op);
  }
  EXPECT_EQ(ruled, tested);
}

namespace {
class Rule : public ::testing::TestWithParam<Case> {};
} // namespace

TEST_P(Rule, AgreesWithDifferencesTwice) {
  for (unsigned seed = 0; seed < 5; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    MLIRContext context(MLIRContext::Threading::DISABLED);
    loadGradients(context);
    Trial trial(&context, seed);
    GetParam().build(trial);
    trial.checkTwice();
    if (HasFailure())
      return;
  }
}

// Of factors that are zero only the first derivatives are right.
TEST(Rules, ScatteredProductsOfZerosHaveFirstDerivatives) {
  MLIRContext context(MLIRContext::Threading::DISABLED);
  loadGradients(context);
  Trial t(&context, 0);
  Value zeros = t.input({3}, {0, 0}), others = t.input({3}), x = t.input({4});
  Value updates = t.emitter().concat({zeros, others}, 0);
  // One zero, two zeros, none.
  Value indices = t.emitter().indices({6}, {0, 1, 1, 0, 1, 2});
  Value y = t.make<ScatterElementsOp>(x, indices, updates, 0, ScatterMode::mul);
  t.output(y);
  t.check(t.total(), "product");
}

INSTANTIATE_TEST_SUITE_P(All, Rule, ::testing::ValuesIn(allCases()),
                         [](const auto &info) {
                           std::string name =
                               std::string(info.param.op).substr(3) + "_" +
                               info.param.name;
                           for (char &c : name)
                             if (!std::isalnum(static_cast<unsigned char>(c)))
                               c = '_';
                           return name;
                         });
