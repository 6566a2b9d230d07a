//===- CheckGradientsTest.cpp - Whether wrong gradients are found ---------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/gradient/CheckGradients.h"

#include "compiler/driver/Registry.h"
#include "compiler/gradient/DoublePrecision.h"
#include "dialects/nn/Math.h"
#include "dialects/nn/NN.h"
#include "dialects/nn/gradient/Rules.h"

#include "mlir/Parser/Parser.h"
#include "llvm/Support/raw_ostream.h"

#include <gmock/gmock.h>

using namespace mlir;
using namespace mlcc;
using ::testing::HasSubstr;
using ::testing::Not;

namespace {

/// exp' = 1.001 exp.
struct WrongExp : nn::GradientOpInterface::ExternalModel<WrongExp, nn::ExpOp> {
  void buildVjp(Operation *op, OpBuilder &builder,
                ArrayRef<Value> resultGradients,
                SmallVectorImpl<Value> &operandGradients) const {
    nn::Math math(builder, op->getLoc());
    operandGradients[0] =
        math.mul(math.mul(resultGradients[0], op->getResult(0)), 1.001);
  }
};

class CheckGradientsTest : public ::testing::Test {
protected:
  void load(bool wrong) {
    DialectRegistry registry;
    // The first model that an op gets is the one that it keeps.
    if (wrong)
      registry.addExtension(+[](MLIRContext *context, nn::NNDialect *) {
        nn::ExpOp::attachInterface<WrongExp>(*context);
      });
    registerAllDialects(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
  }

  /// Checks sum(z), where `body` makes %z of %y, exp(x w), of 2x3
  /// elements.
  bool check(StringRef body, StringRef element = "f64") {
    std::string text = R"(
      rt.variable @w : tensor<2x3xf64> role(parameter)
      func.func @initialize(%seed: tensor<i64> {rt.name = "seed"})
          -> (tensor<2x3xf64> {rt.variable = @w}) {
        %0 = nn.constant dense<[[0.1, 0.2, 0.3], [-0.4, 0.5, 0.6]]> : tensor<2x3xf64>
        return %0 : tensor<2x3xf64>
      }
      func.func @loss(%x: tensor<2x3xf64> {rt.name = "x"}, %w: tensor<2x3xf64> {rt.variable = @w})
          -> (tensor<f64> {rt.name = "loss"}) {
        %p = nn.mul %x, %w : (tensor<2x3xf64>, tensor<2x3xf64>) -> tensor<2x3xf64> loc("product")
        %y = nn.exp %p : (tensor<2x3xf64>) -> tensor<2x3xf64>
    )" + body.str() + R"(
        %s = nn.reduce_sum %z {axes = array<i64: 0, 1>, keepdims = false} : (tensor<2x3xf64>) -> tensor<f64>
        return %s : tensor<f64>
      }
      train.step @train_step of @loss minimize [#train.objective<"loss">] optimizer(#train.sgd<>)
    )";
    if (element != "f64")
      for (size_t at; (at = text.find("f64")) != std::string::npos;)
        text.replace(at, 3, element.str());
    auto module = parseSourceString<ModuleOp>(text, &context);
    EXPECT_TRUE(module);
    ScopedDiagnosticHandler errors(&context, [&](Diagnostic &diagnostic) {
      report += diagnostic.str();
      return success();
    });
    llvm::raw_string_ostream stream(report);
    return module && succeeded(convertToDouble(*module)) &&
           succeeded(checkGradients(*module, {}, stream));
  }

  static constexpr const char *square =
      "%z = nn.mul %y, %y : (tensor<2x3xf64>, tensor<2x3xf64>) -> "
      "tensor<2x3xf64>";
  MLIRContext context;
  std::string report;
};

} // namespace

TEST_F(CheckGradientsTest, RightGradientsAgree) {
  load(/*wrong=*/false);
  EXPECT_TRUE(check(square)) << report;
  EXPECT_THAT(report, HasSubstr("ok    w"));
  EXPECT_THAT(report, HasSubstr("product"));
}

TEST_F(CheckGradientsTest, AWrongGradientIsFound) {
  load(/*wrong=*/true);
  EXPECT_FALSE(check(square));
  EXPECT_THAT(report, HasSubstr("WRONG w"));
  EXPECT_THAT(report, HasSubstr("MLCC-3001: the gradient of 'w', which nn.mul "
                                "uses, is not the derivative"));
}

TEST_F(CheckGradientsTest, SingleFloatsAreWidened) {
  load(/*wrong=*/false);
  EXPECT_TRUE(check(square, "f32")) << report;
}

TEST_F(CheckGradientsTest, BarriersAreConstantsToDifferencesToo) {
  load(/*wrong=*/false);
  EXPECT_TRUE(check(R"(
    %b = nn.stop_gradient %y : (tensor<2x3xf64>) -> tensor<2x3xf64>
    %z = nn.mul %y, %b : (tensor<2x3xf64>, tensor<2x3xf64>) -> tensor<2x3xf64>
  )")) << report;
  EXPECT_THAT(report, Not(HasSubstr("WRONG")));
}
