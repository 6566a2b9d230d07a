//===- Work.cpp - How much an operation computes --------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/dnn/DNN.h"
#include "dialects/nn/Loops.h"
#include "tools/mlcc-dump/Dump.h"

#include "llvm/ADT/StringSwitch.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlcc;

static int64_t elements(Value value) {
  return cast<RankedTensorType>(value.getType()).getNumElements();
}

static int64_t extent(Value value, int64_t dimension) {
  auto shape = cast<RankedTensorType>(value.getType()).getShape();
  return shape[dimension < 0 ? shape.size() + dimension : dimension];
}

/// Every result element is a sum over one output channel's weights.
static int64_t convolution(Value result, Value weights) {
  int64_t channels = std::max<int64_t>(extent(result, 1), 1);
  return elements(result) * (elements(weights) / channels);
}

/// Every source element meets one input channel's weights.
static int64_t deconvolution(Value source, Value weights) {
  int64_t channels = std::max<int64_t>(extent(source, 1), 1);
  return elements(source) * (elements(weights) / channels);
}

static int64_t matrixProduct(Value result, Value lhs, bool transposed) {
  auto rank = cast<RankedTensorType>(lhs.getType()).getRank();
  int64_t inner = extent(lhs, transposed && rank > 1 ? -2 : -1);
  return elements(result) * inner;
}

/// Every step of every sequence meets all weights.
static int64_t recurrent(Value input, Value weights, Value recurrentWeights) {
  return extent(input, 0) * extent(input, 1) *
         (elements(weights) + elements(recurrentWeights));
}

/// What all trips of a loop count together, at most; nothing for other ops.
static std::optional<int64_t> repeated(Operation *op,
                                       int64_t (*count)(Operation *)) {
  if (!nn::isLoop(op))
    return std::nullopt;
  auto scan = dyn_cast<nn::ScanOp>(op);
  int64_t trips = scan ? scan.getTrips() : cast<nn::WhileOp>(op).getLimit();
  int64_t sum = 0;
  for (Operation &inner : nn::bodyOf(op).front().without_terminator())
    sum += count(&inner);
  return trips * sum;
}

/// Operations that compute something from each element.
static bool isPerElement(Operation *op) {
  if (op->hasTrait<nn::IsElementwise>())
    return true;
  StringRef name = op->getName().stripDialect();
  return name.contains("norm") || name.contains("pool") ||
         name.contains("softmax") || name.starts_with("reduce") ||
         llvm::StringSwitch<bool>(name)
             .Cases({"lrn", "resize", "quantize", "dequantize", "cumsum"}, true)
             .Cases({"eltwise", "binary", "sum", "argmax", "argmin"}, true)
             .Default(false);
}

int64_t tools::countMultiplyAdds(Operation *op) {
  if (auto all = repeated(op, countMultiplyAdds))
    return *all;
  return llvm::TypeSwitch<Operation *, int64_t>(op)
      .Case<nn::ConvOp, dnn::ConvolutionOp>(
          [](auto op) { return convolution(op.getResult(), op.getWeights()); })
      .Case([](nn::ConvTransposeOp op) {
        return deconvolution(op.getInput(), op.getWeights());
      })
      .Case([](dnn::DeconvolutionOp op) {
        return deconvolution(op.getSrc(), op.getWeights());
      })
      .Case([](nn::MatMulOp op) {
        return matrixProduct(op.getResult(), op.getLhs(), op.getTransposeLhs());
      })
      .Case([](dnn::MatMulOp op) {
        return matrixProduct(op.getResult(), op.getSrc(), op.getTransposeSrc());
      })
      .Case<nn::LstmOp, nn::GruOp, nn::RnnOp>([](auto op) {
        return recurrent(op.getInput(), op.getWeights(),
                         op.getRecurrentWeights());
      })
      .Case([](dnn::RnnOp op) {
        return recurrent(op.getSrcLayer(), op.getWeightsLayer(),
                         op.getWeightsIter());
      })
      .Default([](Operation *) { return 0; });
}

int64_t tools::countOperations(Operation *op) {
  if (auto all = repeated(op, countOperations))
    return *all;
  if (int64_t multiplyAdds = countMultiplyAdds(op))
    return 2 * multiplyAdds;
  if (!isPerElement(op) || op->getNumOperands() == 0)
    return 0;
  return std::max(elements(op->getOperand(0)), elements(op->getResult(0)));
}
