//===- Losses.cpp - Losses and metrics as nn operations -------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/nn/LossFormulas.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"
#include "llvm/ADT/StringExtras.h"

#include <numbers>

using namespace mlir;
using namespace mlcc;
using namespace mlcc::nn;

//===----------------------------------------------------------------------===//
// Reduction
//===----------------------------------------------------------------------===//

/// `value` with dimensions of extent 1 behind its own, up to `rank`.
static FailureOr<Value> alignFront(LossBuilder &loss, Value value,
                                   RankedTensorType positions) {
  auto type = cast<RankedTensorType>(value.getType());
  SmallVector<int64_t> shape(type.getShape());
  if (type.getRank() > positions.getRank())
    return loss.error(ErrorCode::ShapeMismatch,
                      "there are " + shapeText(shape) + " weights for " +
                          shapeText(positions.getShape()) + " positions");
  shape.resize(positions.getRank(), 1);
  for (auto [have, want] : llvm::zip_equal(shape, positions.getShape()))
    if (have != want && have != 1)
      return loss.error(ErrorCode::ShapeMismatch,
                        "there are " + shapeText(type.getShape()) +
                            " weights for " + shapeText(positions.getShape()) +
                            " positions");
  return loss.math.reshape(value, shape);
}

namespace {
/// The weights of all positions, and what they are reduced with.
struct Reducer {
  OpBuilder &builder;
  Location location;
  LossBuilder &loss;
  Value sampleCount;

  /// Null if every position weighs 1.
  FailureOr<Value> weightsOf(Positions positions, Value given);
  FailureOr<Value> reduce(Positions positions, Value given,
                          Reduction reduction);
};
} // namespace

FailureOr<Value> Reducer::weightsOf(Positions positions, Value given) {
  auto type = cast<RankedTensorType>(positions.values.getType());
  SmallVector<Value> factors;
  if (positions.weights)
    factors.push_back(positions.weights);
  if (given)
    factors.push_back(loss.math.cast(given, type.getElementType()));
  if (sampleCount && type.getRank() > 0)
    factors.push_back(
        loss.math.cast(loss.math.rowsBefore(sampleCount, type.getDimSize(0)),
                       type.getElementType()));
  Value weights;
  for (Value factor : factors) {
    FailureOr<Value> aligned = alignFront(loss, factor, type);
    if (failed(aligned))
      return failure();
    weights = weights ? loss.math.mul(weights, *aligned) : *aligned;
  }
  return weights;
}

FailureOr<Value> Reducer::reduce(Positions positions, Value given,
                                 Reduction reduction) {
  FailureOr<Value> weights = weightsOf(positions, given);
  if (failed(weights))
    return failure();
  Math &math = loss.math;
  auto type = cast<RankedTensorType>(positions.values.getType());
  if (reduction == Reduction::Mean && !*weights)
    return math.mean(positions.values);
  Value values =
      *weights ? math.mul(positions.values, *weights) : positions.values;
  if (reduction == Reduction::None)
    return values;
  Value sum = math.sum(values);
  if (reduction == Reduction::Sum)
    return sum;
  Value divisor;
  if (reduction == Reduction::Mean)
    divisor = math.sum(math.broadcast(*weights, type.getShape()));
  else if (sampleCount)
    divisor = math.castLike(sampleCount, sum);
  else
    divisor = math.scalarLike(type.getRank() ? type.getDimSize(0) : 1, sum);
  // Where nothing counts the sum is 0, and so is the mean.
  return math.div(sum, math.max(divisor, math.scalarLike(1e-30, divisor)));
}

//===----------------------------------------------------------------------===//
// Tables
//===----------------------------------------------------------------------===//

namespace {
struct Row {
  LossInfo info;
  LossFormula formula;
  /// Of metrics: a function of the mean.
  Value (*finish)(Math &, Value) = nullptr;
};
} // namespace

static constexpr StringLiteral logitsLabels[] = {"logits [..., C]",
                                                 "labels [...]"};
static constexpr StringLiteral scoresLabels[] = {"scores [..., C]",
                                                 "labels [...]"};
static constexpr StringLiteral logsLabels[] = {"log-probabilities [..., C]",
                                               "labels [...]"};
static constexpr StringLiteral logitsDense[] = {"logits [..., C]",
                                                "probabilities [..., C]"};
static constexpr StringLiteral binary[] = {"p", "y"};
static constexpr StringLiteral binaryLogits[] = {"x", "y"};
static constexpr StringLiteral signs[] = {"x", "y in {-1, 1}"};
static constexpr StringLiteral regression[] = {"x", "y"};
static constexpr StringLiteral divergence[] = {"log q", "p"};
static constexpr StringLiteral values[] = {"x"};
static constexpr StringLiteral triplet[] = {"a [..., F]", "p [..., F]",
                                            "n [..., F]"};
static constexpr StringLiteral pairs[] = {"a [..., F]", "b [..., F]",
                                          "y [...] (1: alike, 0: not)"};

static Value exponential(Math &math, Value mean) { return math.exp(mean); }
static Value inBits(Math &math, Value mean) {
  return math.mul(mean, 1 / std::numbers::ln2);
}

static const Row lossRows[] = {
    {{"cross_entropy", logitsLabels, "-log softmax(logits)[label]"},
     buildCrossEntropy},
    {{"cross_entropy_dense", logitsDense, "-sum_c p_c log softmax(logits)_c"},
     buildCrossEntropyDense},
    {{"negative_log_likelihood", logsLabels, "-log p[label]"},
     buildNegativeLogLikelihood},
    {{"binary_cross_entropy", binary,
      "-y log p - (1 - y) log(1 - p), logarithms at least -100"},
     buildBinary},
    {{"binary_cross_entropy_logits", binaryLogits,
      "-w y log s(x) - (1 - y) log(1 - s(x)), s the sigmoid, w "
      "positive_weight"},
     buildBinaryLogits},
    {{"focal", logitsLabels,
      "-(1 - p)^focus log p, p = softmax(logits)[label]"},
     buildFocal},
    {{"mean_squared_error", regression, "(x - y)^2"}, buildSquaredError},
    {{"mean_absolute_error", regression, "|x - y|"}, buildAbsoluteError},
    {{"huber", regression,
      "(x - y)^2 / 2 where |x - y| <= delta, else delta (|x - y| - delta / 2)"},
     buildHuber},
    {{"smooth_l1", regression, "huber / delta"}, buildSmoothL1},
    {{"hinge", signs, "max(0, margin - x y)"}, buildHinge},
    {{"squared_hinge", signs, "max(0, margin - x y)^2"}, buildSquaredHinge},
    {{"kl_divergence", divergence, "p (log p - log q), 0 where p = 0"},
     buildKlDivergence},
    {{"triplet", triplet, "max(0, margin + |a - p| - |a - n|)"}, buildTriplet},
    {{"contrastive", pairs, "y |a - b|^2 + (1 - y) max(0, margin - |a - b|)^2"},
     buildContrastive},
    {{"value", values, "x"}, buildValue}};

static const Row metricRows[] = {
    {{"accuracy", scoresLabels, "1 where the largest score is the label's"},
     buildAccuracy},
    {{"binary_accuracy", regression, "1 where x > threshold just if y > 1/2"},
     buildBinaryAccuracy},
    {{"perplexity", logitsLabels, "e to the mean cross-entropy"},
     buildCrossEntropy,
     exponential},
    {{"bits", logitsLabels, "cross-entropy in bits"},
     buildCrossEntropy,
     inBits},
    {{"mean_squared_error", regression, "(x - y)^2"}, buildSquaredError},
    {{"mean_absolute_error", regression, "|x - y|"}, buildAbsoluteError},
    {{"value", values, "x"}, buildValue}};

template <size_t count>
static std::vector<LossInfo> infosOf(const Row (&rows)[count]) {
  std::vector<LossInfo> infos;
  for (const Row &row : rows)
    infos.push_back(row.info);
  return infos;
}

ArrayRef<LossInfo> mlcc::nn::allLosses() {
  static const std::vector<LossInfo> infos = infosOf(lossRows);
  return infos;
}
ArrayRef<LossInfo> mlcc::nn::allMetrics() {
  static const std::vector<LossInfo> infos = infosOf(metricRows);
  return infos;
}

/// The positions of a row of a table, reduced.
static FailureOr<Value> build(OpBuilder &builder, Location location,
                              const Row &row, ValueRange operands,
                              const LossOptions &options, Value sampleCount) {
  LossBuilder loss(builder, location, operands, options);
  size_t expected = row.info.operands.size();
  if (operands.size() != expected && operands.size() != expected + 1)
    return loss.error(ErrorCode::ShapeMismatch,
                      row.info.name + " takes " + Twine(expected) +
                          " inputs (" + llvm::join(row.info.operands, ", ") +
                          "), and then weights or not; here are " +
                          Twine(operands.size()));
  for (Value operand : operands)
    if (failed(checkTensor(location, operand.getType(), "an input")))
      return failure();
  FailureOr<Positions> positions = row.formula(loss);
  if (failed(positions))
    return failure();
  Value given = operands.size() > expected ? operands.back() : Value();
  Reducer reducer{builder, location, loss, sampleCount};
  FailureOr<Value> reduced =
      reducer.reduce(*positions, given, options.reduction);
  if (failed(reduced))
    return failure();
  if (row.finish)
    reduced = row.finish(loss.math, *reduced);
  if (options.scale != 1)
    reduced = loss.math.mul(*reduced, options.scale);
  return reduced;
}

static FailureOr<Value> buildNamed(OpBuilder &builder, Location location,
                                   ArrayRef<Row> rows, StringRef name,
                                   ValueRange operands,
                                   const LossOptions &options,
                                   Value sampleCount) {
  for (const Row &row : rows)
    if (row.info.name == name)
      return build(builder, location, row, operands, options, sampleCount);
  InFlightDiagnostic error = emitError(location, ErrorCode::UnknownName);
  error << "'" << name << "' is none of";
  for (const Row &row : rows)
    error << ' ' << row.info.name;
  return error;
}

FailureOr<Value> mlcc::nn::buildLoss(OpBuilder &builder, Location location,
                                     StringRef name, ValueRange operands,
                                     const LossOptions &options,
                                     Value sampleCount) {
  return buildNamed(builder, location, lossRows, name, operands, options,
                    sampleCount);
}

FailureOr<Value> mlcc::nn::buildMetric(OpBuilder &builder, Location location,
                                       StringRef name, ValueRange operands,
                                       const LossOptions &options,
                                       Value sampleCount) {
  return buildNamed(builder, location, metricRows, name, operands, options,
                    sampleCount);
}
