//===- ConstantFolding.cpp - Evaluation of nn ops on constants ------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/nn/ConstantFolding.h"

#include "dialects/nn/NN.h"

using namespace mlir;
using namespace mlcc;
using namespace mlcc::nn;

/// A result may have this many elements, or as many as the operands together:
/// folding computes shapes, indices, masks and forms of weights, but does not
/// blow a small constant up to a large one.
static constexpr double maxGrownElements = 1 << 20;
/// What only repeats elements is better repeated where it is used.
static constexpr double maxRepeatedElements = 1 << 16;
/// Steps that an evaluation may take, a few seconds.
static constexpr double maxWork = 1 << 28;

double mlcc::nn::elementsOf(Operation *op) {
  double count = 0;
  auto add = [&](TypeRange types) {
    for (Type type : types)
      if (auto tensor = dyn_cast<RankedTensorType>(type);
          tensor && tensor.hasStaticShape())
        count += tensor.getNumElements();
  };
  add(op->getOperandTypes());
  add(op->getResultTypes());
  return count;
}

/// The name that the op's resources have: its own if it has one.
static std::string resourceName(Operation *op) {
  if (auto name = op->getLoc()->findInstanceOf<NameLoc>())
    return name.getName().str();
  return op->getName().stripDialect().str();
}

/// Whether the results may be stored, and computed in reasonable time.
static bool isWorthwhile(ReferenceOpInterface op) {
  double results = 0;
  for (Type type : op->getResultTypes()) {
    auto tensor = cast<RankedTensorType>(type);
    // A constant has no layout before layouts are assigned.
    if (tensor.getEncoding())
      return false;
    results += tensor.getNumElements();
  }
  double operands = elementsOf(op) - results;
  double limit =
      isa<BroadcastOp, TileOp>(op) ? maxRepeatedElements : maxGrownElements;
  return results <= std::max(limit, operands) && op.evaluationWork() <= maxWork;
}

LogicalResult
ConstantFolding::fold(Operation *op, ArrayRef<Attribute> operands,
                      SmallVectorImpl<OpFoldResult> &results) const {
  auto reference = dyn_cast<ReferenceOpInterface>(op);
  if (!reference || operands.empty() ||
      llvm::any_of(operands, [](Attribute operand) { return !operand; }) ||
      !isWorthwhile(reference))
    return failure();
  SmallVector<HostTensor> values, computed;
  for (Attribute operand : operands) {
    std::optional<HostTensor> value = HostTensor::fromAttribute(operand);
    if (!value)
      return failure();
    values.push_back(*value);
  }
  if (failed(reference.evaluate(values, computed)))
    return failure();
  std::string name = resourceName(op);
  for (const HostTensor &tensor : computed)
    results.push_back(tensor.toAttribute(name));
  return success();
}
