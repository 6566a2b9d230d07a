//===- AffineChain.cpp - Chains of per-channel multiplications and additions
//===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/graph/AffineChain.h"

#include <cmath>

using namespace mlir;
using namespace mlcc;
using namespace mlcc::graph;

bool Affine::hasUnitScale() const {
  return llvm::all_of(scales, [](double scale) { return scale == 1; });
}

bool Affine::hasZeroShift() const {
  return llvm::all_of(shifts, [](double shift) { return shift == 0; });
}

bool Affine::isFinite() const {
  auto finite = [](double value) { return std::isfinite(value); };
  return llvm::all_of(scales, finite) && llvm::all_of(shifts, finite);
}

bool Affine::append(const Affine &next) {
  if (!isUniform() && !next.isUniform() && axis != next.axis)
    return false;
  size_t size = std::max(scales.size(), next.scales.size());
  std::vector<double> newScales(size), newShifts(size);
  for (size_t i = 0; i < size; ++i) {
    newScales[i] = scale(i) * next.scale(i);
    newShifts[i] = shift(i) * next.scale(i) + next.shift(i);
  }
  axis = isUniform() ? next.axis : axis;
  scales = std::move(newScales);
  shifts = std::move(newShifts);
  return true;
}

/// The elements of a constant that, broadcast to `type`, is uniform (one
/// element, axis -1) or varies along one axis.
static std::optional<std::pair<int64_t, std::vector<double>>>
elementsAlongAxis(Value value, RankedTensorType type) {
  if (std::optional<double> number = uniformOf(value))
    return std::pair{int64_t(-1), std::vector<double>{*number}};
  auto from = typeOf(value);
  int64_t axis = -1;
  for (auto [i, extent] : llvm::enumerate(from.getShape())) {
    if (extent == 1)
      continue;
    if (axis >= 0)
      return std::nullopt;
    axis = type.getRank() - from.getRank() + static_cast<int64_t>(i);
  }
  std::optional<nn::HostTensor> tensor = constantOf(value);
  if (!tensor || axis < 0)
    return std::nullopt;
  std::vector<double> elements(tensor->getNumElements());
  for (auto [i, element] : llvm::enumerate(elements))
    element = tensor->getAsDouble(i);
  return std::pair{axis, std::move(elements)};
}

std::optional<Affine> Affine::fromBatchNorm(nn::BatchNormOp op) {
  std::optional<nn::HostTensor> parameters[] = {
      constantOf(op.getScale()), constantOf(op.getBias()),
      constantOf(op.getMean()), constantOf(op.getVariance())};
  for (const auto &parameter : parameters)
    if (!parameter)
      return std::nullopt;
  int64_t channels = parameters[0]->getNumElements();
  Affine affine;
  affine.axis = 1;
  affine.scales.resize(channels);
  affine.shifts.resize(channels);
  double epsilon = op.getEpsilon().convertToDouble();
  for (int64_t i = 0; i < channels; ++i) {
    double scale = parameters[0]->getAsDouble(i) /
                   std::sqrt(parameters[3]->getAsDouble(i) + epsilon);
    affine.scales[i] = scale;
    affine.shifts[i] =
        parameters[1]->getAsDouble(i) - scale * parameters[2]->getAsDouble(i);
  }
  return affine;
}

Value Affine::inputOf(Operation *op) {
  if (op->getNumResults() != 1 || !isa<nn::BatchNormOp, nn::AddOp, nn::SubOp,
                                       nn::MulOp, nn::DivOp, nn::NegOp>(op))
    return nullptr;
  if (isa<nn::NegOp, nn::BatchNormOp>(op))
    return op->getOperand(0);
  bool leftConstant = isConstant(op->getOperand(0));
  if (leftConstant == isConstant(op->getOperand(1)))
    return nullptr;
  return op->getOperand(leftConstant ? 1 : 0);
}

std::optional<Affine> Affine::of(Operation *op, Value input) {
  Value variable = inputOf(op);
  if (!variable || variable != input ||
      input.getType() != op->getResult(0).getType() ||
      !isa<FloatType>(typeOf(input).getElementType()))
    return std::nullopt;
  if (auto norm = dyn_cast<nn::BatchNormOp>(op))
    return fromBatchNorm(norm);
  Affine affine;
  if (isa<nn::NegOp>(op)) {
    affine.scales = {-1};
    return affine;
  }
  bool constantLeft = op->getOperand(1) == input;
  auto elements =
      elementsAlongAxis(op->getOperand(constantLeft ? 0 : 1), typeOf(input));
  if (!elements)
    return std::nullopt;
  std::vector<double> &numbers = elements->second;
  affine.axis = elements->first;
  affine.scales.assign(numbers.size(), 1);
  affine.shifts.assign(numbers.size(), 0);
  if (isa<nn::MulOp>(op)) {
    affine.scales = std::move(numbers);
  } else if (isa<nn::DivOp>(op)) {
    if (constantLeft)
      return std::nullopt;
    for (auto [scale, divisor] : llvm::zip_equal(affine.scales, numbers))
      scale = 1 / divisor;
  } else {
    if (isa<nn::SubOp>(op) && !constantLeft)
      for (double &number : numbers)
        number = -number;
    if (isa<nn::SubOp>(op) && constantLeft)
      affine.scales.assign(numbers.size(), -1);
    affine.shifts = std::move(numbers);
  }
  return affine;
}

/// Whether `op` rounds its operand to whole numbers.
static bool isRounding(Operation *op) {
  if (auto cast = dyn_cast<nn::CastOp>(op))
    return isa<IntegerType>(typeOf(cast).getElementType());
  return isa<nn::RoundOp, nn::FloorOp, nn::CeilOp, nn::QuantizeOp>(op);
}

std::optional<AffineChain> AffineChain::from(Operation *first) {
  AffineChain chain;
  chain.input = Affine::inputOf(first);
  if (!chain.input)
    return std::nullopt;
  Value at = chain.input;
  for (Operation *op = first;;) {
    std::optional<Affine> step = Affine::of(op, at);
    if (!step || !chain.affine.append(*step))
      break;
    chain.ops.push_back(op);
    at = op->getResult(0);
    if (!at.hasOneUse())
      break;
    op = *at.getUsers().begin();
  }
  // A number that is about to be rounded must be computed as the model says: the
  // last bit decides between two whole numbers.
  if (chain.ops.empty() || llvm::any_of(at.getUsers(), isRounding))
    return std::nullopt;
  return chain;
}
