//===- Models.cpp - Which nn ops have gradients ---------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/nn/gradient/Rules.h"

#include "mlir/IR/DialectRegistry.h"

using namespace mlir;
using namespace mlcc;
using namespace mlcc::nn;
using namespace mlcc::nn::gradient;

#include "dialects/nn/gradient/GradientInterface.cpp.inc"

Location gradient::gradientLocation(Operation *op) {
  auto name = op->getLoc()->findInstanceOf<NameLoc>();
  if (!name)
    return op->getLoc();
  auto derived = StringAttr::get(op->getContext(),
                                 name.getName().getValue() + "/gradient");
  return NameLoc::get(derived, name.getChildLoc());
}

namespace {
template <typename Op>
struct ConstantModel
    : GradientOpInterface::ExternalModel<ConstantModel<Op>, Op> {
  // No operand has a gradient.
  void buildVjp(Operation *, OpBuilder &, ArrayRef<Value>,
                SmallVectorImpl<Value> &) const {}
  bool isLocallyConstant(Operation *) const { return true; }
};
} // namespace

template <typename... Ops> static void attachConstant(MLIRContext *context) {
  (Ops::template attachInterface<ConstantModel<Ops>>(*context), ...);
}

/// The ops whose results do not change with their operands, or in steps, or
/// that are barriers. Quantization has no gradient at all: training that meets
/// it wants a decision (straight through or not) that only the user can make.
void gradient::attachLocallyConstant(MLIRContext *context) {
  attachConstant<SignOp, NotOp, FloorOp, CeilOp, RoundOp, IsNanOp, IsInfOp,
                 AndOp, OrOp, XorOp, ShiftLeftOp, ShiftRightOp, EqualOp, LessOp,
                 LessEqualOp, ArgMaxOp, ArgMinOp, ConstantOp, StopGradientOp,
                 RandomBitsOp>(context);
}

void nn::registerGradientModels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, NNDialect *) {
    attachLocallyConstant(context);
    attachElementwise(context);
    attachLinear(context);
    attachLoops(context);
    attachNormalization(context);
    attachPooling(context);
    attachReduction(context);
    attachMovement(context);
    attachIndexing(context);
    attachRecurrent(context);
    attachQuantization(context);
  });
}
