//===- Losses.cpp - Losses and metrics as nn operations -------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/nn/Losses.h"

#include "dialects/nn/Math.h"
#include "dialects/nn/NN.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"
#include "llvm/ADT/StringExtras.h"

#include <numbers>

using namespace mlir;
using namespace mlcc;
using namespace mlcc::nn;

namespace {

/// The value of each position and what its weight is multiplied by beyond what
/// the caller gives (null: 1).
struct Positions {
  Value values;
  Value weights;
};

/// What the formulas of losses share.
class LossBuilder {
public:
  LossBuilder(OpBuilder &builder, Location location, ValueRange operands,
              const LossOptions &options)
      : math(builder, location), builder(builder), location(location),
        operands(operands), options(options) {}

  // Checks. Each emits a coded error.

  LogicalResult error(ErrorCode code, const Twine &message) {
    return emitError(location, code) << message;
  }
  RankedTensorType typeOf(unsigned index) {
    return cast<RankedTensorType>(operands[index].getType());
  }
  LogicalResult checkFloat(unsigned index, StringRef name);
  /// The operands have one shape and one floating element type.
  LogicalResult checkAlike(ArrayRef<StringLiteral> names);
  /// Operand 1 holds integers, one for each row of operand 0 [..., classes].
  LogicalResult checkIndices();

  // Pieces.

  Value logSoftmax(Value logits) {
    return LogSoftmaxOp::create(builder, location, logits, lastAxis(logits));
  }
  int64_t lastAxis(Value value) {
    return cast<RankedTensorType>(value.getType()).getRank() - 1;
  }
  /// Whether the class of the last dimension is that of operand 1, as booleans
  /// of the shape of operand 0.
  Value hits();
  /// values[..., label], 0 for labels that are no class.
  Value atLabel(Value values);
  /// The weights of labels: of their classes, 0 where ignored.
  Value labelWeights();
  /// The index of the largest score along the last dimension.
  Value bestClass() {
    return ArgMaxOp::create(builder, location, operand(0), lastAxis(operand(0)),
                            /*keepdims=*/false);
  }
  Type indexType() { return builder.getI64Type(); }
  /// Euclidean distances of the last dimension's vectors; 1e-6 is added to each
  /// difference, as libtorch does, so that there is a gradient at 0.
  Value distance(Value lhs, Value rhs);
  Value atLeastZero(Value value) {
    return math.max(value, math.scalarLike(0, value));
  }
  Value operand(unsigned index) { return operands[index]; }
  const LossOptions &getOptions() { return options; }

  Math math;

private:
  OpBuilder &builder;
  Location location;
  ValueRange operands;
  const LossOptions &options;
};

} // namespace

LogicalResult LossBuilder::checkFloat(unsigned index, StringRef name) {
  if (isa<FloatType>(typeOf(index).getElementType()))
    return success();
  return error(ErrorCode::TypeMismatch,
               name + " are floating-point numbers, not " +
                   typeText(typeOf(index)));
}

LogicalResult LossBuilder::checkAlike(ArrayRef<StringLiteral> names) {
  if (failed(checkFloat(0, names.front())))
    return failure();
  for (unsigned index = 1; index < names.size(); ++index) {
    if (typeOf(index).getElementType() != typeOf(0).getElementType())
      return error(ErrorCode::TypeMismatch,
                   names[index] + " (" + typeText(typeOf(index)) + ") and " +
                       names[0] + " (" + typeText(typeOf(0)) +
                       ") differ in element type");
    if (typeOf(index).getShape() != typeOf(0).getShape())
      return error(ErrorCode::ShapeMismatch,
                   names[index] + " (" + shapeText(typeOf(index).getShape()) +
                       ") and " + names[0] + " (" +
                       shapeText(typeOf(0).getShape()) + ") differ in shape");
  }
  return success();
}

LogicalResult LossBuilder::checkIndices() {
  if (failed(checkFloat(0, "scores")))
    return failure();
  if (!isa<IntegerType>(typeOf(1).getElementType()))
    return error(ErrorCode::TypeMismatch,
                 "labels are integers, not " + typeText(typeOf(1)));
  if (typeOf(0).getRank() == 0 ||
      typeOf(1).getShape() != typeOf(0).getShape().drop_back())
    return error(ErrorCode::ShapeMismatch,
                 "labels (" + shapeText(typeOf(1).getShape()) +
                     ") are one for each row of scores (" +
                     shapeText(typeOf(0).getShape()) +
                     "), whose last dimension is the classes");
  int64_t classes = typeOf(0).getShape().back();
  if (!options.classWeights.empty() &&
      int64_t(options.classWeights.size()) != classes)
    return error(ErrorCode::ShapeMismatch,
                 "there are " + Twine(options.classWeights.size()) +
                     " class weights for " + Twine(classes) + " classes");
  return success();
}

Value LossBuilder::hits() {
  Type boolean = builder.getI1Type();
  RankedTensorType scores = typeOf(0);
  return OneHotOp::create(builder, location, operand(1),
                          math.scalar(0, boolean), math.scalar(1, boolean),
                          scores.getShape().back(), scores.getRank() - 1);
}

Value LossBuilder::atLabel(Value values) {
  // A selection, not a product: 0 times an infinite logarithm is no number.
  return math.sum(math.where(hits(), values, math.scalarLike(0, values)),
                  lastAxis(values));
}

Value LossBuilder::labelWeights() {
  Type elementType = typeOf(0).getElementType();
  Value weights;
  if (!options.classWeights.empty()) {
    auto type = RankedTensorType::get(options.classWeights.size(), elementType);
    SmallVector<Attribute> elements;
    for (double weight : options.classWeights)
      elements.push_back(builder.getFloatAttr(elementType, weight));
    Value table = ConstantOp::create(builder, location,
                                     DenseElementsAttr::get(type, elements));
    weights = atLabel(math.broadcast(table, typeOf(0).getShape()));
  }
  if (options.ignoreIndex) {
    Value ignored = math.scalarLike(*options.ignoreIndex, operand(1));
    Value counts = math.cast(math.logicalNot(math.equal(operand(1), ignored)),
                             elementType);
    weights = weights ? math.mul(weights, counts) : counts;
  }
  return weights;
}

Value LossBuilder::distance(Value lhs, Value rhs) {
  Value difference = math.add(math.sub(lhs, rhs), 1e-6);
  return math.sqrt(math.sum(math.square(difference), lastAxis(lhs)));
}

//===----------------------------------------------------------------------===//
// Classification
//===----------------------------------------------------------------------===//

using Formula = FailureOr<Positions> (*)(LossBuilder &);

/// -log p[label], smoothed, of log-probabilities.
static Positions negativeLogLikelihood(LossBuilder &loss, Value logs) {
  Math &math = loss.math;
  Value values = math.neg(loss.atLabel(logs));
  if (double smoothing = loss.getOptions().labelSmoothing; smoothing != 0) {
    int64_t classes = cast<RankedTensorType>(logs.getType()).getShape().back();
    Value all = math.mul(math.sum(logs, loss.lastAxis(logs)),
                         -smoothing / double(classes));
    values = math.add(math.mul(values, 1 - smoothing), all);
  }
  return {values, loss.labelWeights()};
}

static FailureOr<Positions> buildCrossEntropy(LossBuilder &loss) {
  if (failed(loss.checkIndices()))
    return failure();
  return negativeLogLikelihood(loss, loss.logSoftmax(loss.operand(0)));
}

static FailureOr<Positions> buildNegativeLogLikelihood(LossBuilder &loss) {
  if (failed(loss.checkIndices()))
    return failure();
  return negativeLogLikelihood(loss, loss.operand(0));
}

static FailureOr<Positions> buildCrossEntropyDense(LossBuilder &loss) {
  if (failed(loss.checkAlike({"logits", "probabilities"})))
    return failure();
  if (loss.typeOf(0).getRank() == 0)
    return loss.error(ErrorCode::ShapeMismatch,
                      "logits need a dimension of classes");
  Math &math = loss.math;
  Value target = loss.operand(1);
  if (double smoothing = loss.getOptions().labelSmoothing; smoothing != 0) {
    int64_t classes = loss.typeOf(0).getShape().back();
    target =
        math.add(math.mul(target, 1 - smoothing), smoothing / double(classes));
  }
  Value logs = loss.logSoftmax(loss.operand(0));
  return Positions{
      math.neg(math.sum(math.mul(target, logs), loss.lastAxis(logs))), {}};
}

static FailureOr<Positions> buildBinary(LossBuilder &loss) {
  if (failed(loss.checkAlike({"probabilities", "targets"})))
    return failure();
  Math &math = loss.math;
  Value p = loss.operand(0), y = loss.operand(1);
  // As in libtorch, so that a certain mistake costs 100 and not infinity.
  auto boundedLog = [&](Value value) {
    return math.max(math.log(value), math.scalarLike(-100, value));
  };
  Value positive = math.mul(y, boundedLog(p));
  Value negative = math.mul(math.sub(1, y), boundedLog(math.sub(1, p)));
  return Positions{math.neg(math.add(positive, negative)), {}};
}

static FailureOr<Positions> buildBinaryLogits(LossBuilder &loss) {
  if (failed(loss.checkAlike({"logits", "targets"})))
    return failure();
  Math &math = loss.math;
  Value x = loss.operand(0), y = loss.operand(1);
  double weight = loss.getOptions().positiveWeight;
  if (weight == 1)
    return Positions{math.sub(math.softplus(x), math.mul(x, y)), {}};
  // (1 - y) x + (1 + (w - 1) y) softplus(-x)
  Value factor = math.add(math.mul(y, weight - 1), 1);
  Value rest = math.mul(factor, math.softplus(math.neg(x)));
  return Positions{math.add(math.mul(math.sub(1, y), x), rest), {}};
}

static FailureOr<Positions> buildFocal(LossBuilder &loss) {
  if (failed(loss.checkIndices()))
    return failure();
  Math &math = loss.math;
  Value logs = loss.atLabel(loss.logSoftmax(loss.operand(0)));
  Value missing = loss.atLeastZero(math.sub(1, math.exp(logs)));
  double focus = loss.getOptions().focus;
  Value values = math.neg(logs);
  if (focus != 0)
    values =
        math.mul(math.pow(missing, math.scalarLike(focus, missing)), values);
  return Positions{values, loss.labelWeights()};
}

static FailureOr<Positions> buildHinge(LossBuilder &loss) {
  if (failed(loss.checkAlike({"scores", "targets"})))
    return failure();
  Math &math = loss.math;
  Value agreement = math.mul(loss.operand(0), loss.operand(1));
  return Positions{
      loss.atLeastZero(math.sub(loss.getOptions().margin, agreement)), {}};
}

static FailureOr<Positions> buildSquaredHinge(LossBuilder &loss) {
  FailureOr<Positions> hinge = buildHinge(loss);
  if (succeeded(hinge))
    hinge->values = loss.math.square(hinge->values);
  return hinge;
}

//===----------------------------------------------------------------------===//
// Regression and distributions
//===----------------------------------------------------------------------===//

static FailureOr<Value> buildDifference(LossBuilder &loss) {
  if (failed(loss.checkAlike({"predictions", "targets"})))
    return failure();
  return loss.math.sub(loss.operand(0), loss.operand(1));
}

static FailureOr<Positions> buildSquaredError(LossBuilder &loss) {
  FailureOr<Value> difference = buildDifference(loss);
  if (failed(difference))
    return failure();
  return Positions{loss.math.square(*difference), {}};
}

static FailureOr<Positions> buildAbsoluteError(LossBuilder &loss) {
  FailureOr<Value> difference = buildDifference(loss);
  if (failed(difference))
    return failure();
  return Positions{loss.math.abs(*difference), {}};
}

static FailureOr<Positions> buildHuber(LossBuilder &loss) {
  FailureOr<Value> difference = buildDifference(loss);
  if (failed(difference))
    return failure();
  Math &math = loss.math;
  double delta = loss.getOptions().delta;
  Value size = math.abs(*difference);
  Value parabola = math.mul(math.square(*difference), 0.5);
  Value line = math.mul(math.add(size, -delta / 2), delta);
  Value isNear = math.lessEqual(size, math.scalarLike(delta, size));
  return Positions{math.where(isNear, parabola, line), {}};
}

static FailureOr<Positions> buildSmoothL1(LossBuilder &loss) {
  FailureOr<Positions> huber = buildHuber(loss);
  if (succeeded(huber))
    huber->values = loss.math.div(huber->values, loss.getOptions().delta);
  return huber;
}

static FailureOr<Positions> buildKlDivergence(LossBuilder &loss) {
  if (failed(loss.checkAlike({"log_probabilities", "targets"})))
    return failure();
  Math &math = loss.math;
  Value target = loss.operand(1);
  Value zero = math.scalarLike(0, target);
  Value isPositive = math.less(zero, target);
  // 0 log 0 = 0; the logarithm sees no 0, for the sake of its gradient.
  Value safe = math.where(isPositive, target, math.scalarLike(1, target));
  Value term = math.mul(target, math.sub(math.log(safe), loss.operand(0)));
  return Positions{math.where(isPositive, term, zero), {}};
}

//===----------------------------------------------------------------------===//
// Distances
//===----------------------------------------------------------------------===//

static FailureOr<Positions> buildTriplet(LossBuilder &loss) {
  if (failed(loss.checkAlike({"anchor", "positive", "negative"})))
    return failure();
  if (loss.typeOf(0).getRank() == 0)
    return loss.error(ErrorCode::ShapeMismatch, "embeddings are vectors");
  Math &math = loss.math;
  Value near = loss.distance(loss.operand(0), loss.operand(1));
  Value far = loss.distance(loss.operand(0), loss.operand(2));
  return Positions{
      loss.atLeastZero(math.add(math.sub(near, far), loss.getOptions().margin)),
      {}};
}

static FailureOr<Positions> buildContrastive(LossBuilder &loss) {
  if (failed(loss.checkAlike({"first", "second"})))
    return failure();
  RankedTensorType type = loss.typeOf(0);
  if (type.getRank() == 0 ||
      loss.typeOf(2).getShape() != type.getShape().drop_back() ||
      loss.typeOf(2).getElementType() != type.getElementType())
    return loss.error(ErrorCode::ShapeMismatch,
                      "'same' (" + typeText(loss.typeOf(2)) +
                          ") is a number for each pair of vectors (" +
                          typeText(type) + ")");
  Math &math = loss.math;
  Value same = loss.operand(2);
  Value d = loss.distance(loss.operand(0), loss.operand(1));
  Value missing = loss.atLeastZero(math.sub(loss.getOptions().margin, d));
  Value together = math.mul(same, math.square(d));
  Value apart = math.mul(math.sub(1, same), math.square(missing));
  return Positions{math.add(together, apart), {}};
}

//===----------------------------------------------------------------------===//
// Metrics
//===----------------------------------------------------------------------===//

static FailureOr<Positions> buildAccuracy(LossBuilder &loss) {
  if (failed(loss.checkIndices()))
    return failure();
  Math &math = loss.math;
  Value labels = math.cast(loss.operand(1), loss.indexType());
  Value isRight = math.equal(loss.bestClass(), labels);
  return Positions{math.castLike(isRight, loss.operand(0)),
                   loss.labelWeights()};
}

static FailureOr<Positions> buildBinaryAccuracy(LossBuilder &loss) {
  if (failed(loss.checkAlike({"scores", "targets"})))
    return failure();
  Math &math = loss.math;
  auto isAbove = [&](Value value, double threshold) {
    return math.less(math.scalarLike(threshold, value), value);
  };
  Value isRight =
      math.equal(isAbove(loss.operand(0), loss.getOptions().threshold),
                 isAbove(loss.operand(1), 0.5));
  return Positions{math.castLike(isRight, loss.operand(0)), {}};
}

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

/// 1 for rows before `count`, 0 for padding: [rows].
static Value rowsBefore(OpBuilder &builder, Location location, Math &math,
                        Value count, int64_t rows, Type elementType) {
  SmallVector<int64_t> numbers = llvm::to_vector(llvm::seq<int64_t>(0, rows));
  Value row = ConstantOp::create(
      builder, location,
      DenseElementsAttr::get(RankedTensorType::get(rows, builder.getI64Type()),
                             ArrayRef<int64_t>(numbers)));
  return math.cast(math.less(row, math.cast(count, builder.getI64Type())),
                   elementType);
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
    factors.push_back(rowsBefore(builder, location, loss.math, sampleCount,
                                 type.getDimSize(0), type.getElementType()));
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
  Formula formula;
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
     buildContrastive}};

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
    {{"mean_absolute_error", regression, "|x - y|"}, buildAbsoluteError}};

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
