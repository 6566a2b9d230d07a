//===- Reductions.cpp - Means and their kin, as exporters write them ------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/graph/Reductions.h"

using namespace mlir;
using namespace mlcc;
using namespace mlcc::graph;

Value graph::withoutReshapes(Value value) {
  while (auto reshape = value.getDefiningOp<nn::ReshapeOp>())
    value = reshape.getInput();
  return value;
}

SmallVector<int64_t> graph::keptShape(RankedTensorType type,
                                      ArrayRef<int64_t> axes) {
  SmallVector<int64_t> shape(type.getShape());
  for (int64_t axis : axes)
    shape[axis] = 1;
  return shape;
}

template <typename Op>
static std::optional<Reduction> reductionBy(Value value) {
  auto op = withoutReshapes(value).getDefiningOp<Op>();
  if (!op || op.getAxes().empty())
    return std::nullopt;
  SmallVector<int64_t> axes(op.getAxes());
  llvm::sort(axes);
  return Reduction{op.getInput(), std::move(axes)};
}

std::optional<Reduction> Reduction::sum(Value value) {
  return reductionBy<nn::ReduceSumOp>(value);
}

std::optional<Reduction> Reduction::max(Value value) {
  return reductionBy<nn::ReduceMaxOp>(value);
}

std::optional<Reduction> Reduction::mean(Value value) {
  if (auto mean = reductionBy<nn::ReduceMeanOp>(value))
    return mean;
  Operation *op = withoutReshapes(value).getDefiningOp();
  if (!isa_and_nonnull<nn::MulOp, nn::DivOp>(op))
    return std::nullopt;
  for (int i : {0, 1}) {
    if (i == 1 && isa<nn::DivOp>(op))
      break;
    Value total = op->getOperand(i);
    std::optional<double> number = uniformOf(op->getOperand(1 - i));
    std::optional<Reduction> sum = Reduction::sum(total);
    if (!number || !sum || total.getType() != op->getResult(0).getType())
      continue;
    double count = 1;
    for (int64_t axis : sum->axes)
      count *= typeOf(sum->input).getDimSize(axis);
    if (nearlyEqual(*number, isa<nn::DivOp>(op) ? count : 1 / count))
      return sum;
  }
  return std::nullopt;
}
