//===- LossFormulas.cpp - The values of losses at each position -----------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/nn/LossFormulas.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace mlcc;
using namespace mlcc::nn;

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

FailureOr<Positions> mlcc::nn::buildCrossEntropy(LossBuilder &loss) {
  if (failed(loss.checkIndices()))
    return failure();
  return negativeLogLikelihood(loss, loss.logSoftmax(loss.operand(0)));
}

FailureOr<Positions> mlcc::nn::buildNegativeLogLikelihood(LossBuilder &loss) {
  if (failed(loss.checkIndices()))
    return failure();
  return negativeLogLikelihood(loss, loss.operand(0));
}

FailureOr<Positions> mlcc::nn::buildCrossEntropyDense(LossBuilder &loss) {
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

FailureOr<Positions> mlcc::nn::buildBinary(LossBuilder &loss) {
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

FailureOr<Positions> mlcc::nn::buildBinaryLogits(LossBuilder &loss) {
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

FailureOr<Positions> mlcc::nn::buildFocal(LossBuilder &loss) {
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

FailureOr<Positions> mlcc::nn::buildHinge(LossBuilder &loss) {
  if (failed(loss.checkAlike({"scores", "targets"})))
    return failure();
  Math &math = loss.math;
  Value agreement = math.mul(loss.operand(0), loss.operand(1));
  return Positions{
      loss.atLeastZero(math.sub(loss.getOptions().margin, agreement)), {}};
}

FailureOr<Positions> mlcc::nn::buildSquaredHinge(LossBuilder &loss) {
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

FailureOr<Positions> mlcc::nn::buildSquaredError(LossBuilder &loss) {
  FailureOr<Value> difference = buildDifference(loss);
  if (failed(difference))
    return failure();
  return Positions{loss.math.square(*difference), {}};
}

FailureOr<Positions> mlcc::nn::buildValue(LossBuilder &loss) {
  if (failed(loss.checkFloat(0, "values")))
    return failure();
  return Positions{loss.operand(0), {}};
}

FailureOr<Positions> mlcc::nn::buildAbsoluteError(LossBuilder &loss) {
  FailureOr<Value> difference = buildDifference(loss);
  if (failed(difference))
    return failure();
  return Positions{loss.math.abs(*difference), {}};
}

FailureOr<Positions> mlcc::nn::buildHuber(LossBuilder &loss) {
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

FailureOr<Positions> mlcc::nn::buildSmoothL1(LossBuilder &loss) {
  FailureOr<Positions> huber = buildHuber(loss);
  if (succeeded(huber))
    huber->values = loss.math.div(huber->values, loss.getOptions().delta);
  return huber;
}

FailureOr<Positions> mlcc::nn::buildKlDivergence(LossBuilder &loss) {
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

FailureOr<Positions> mlcc::nn::buildTriplet(LossBuilder &loss) {
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

FailureOr<Positions> mlcc::nn::buildContrastive(LossBuilder &loss) {
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

FailureOr<Positions> mlcc::nn::buildAccuracy(LossBuilder &loss) {
  if (failed(loss.checkIndices()))
    return failure();
  Math &math = loss.math;
  Value labels = math.cast(loss.operand(1), loss.indexType());
  Value isRight = math.equal(loss.bestClass(), labels);
  return Positions{math.castLike(isRight, loss.operand(0)),
                   loss.labelWeights()};
}

FailureOr<Positions> mlcc::nn::buildBinaryAccuracy(LossBuilder &loss) {
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
