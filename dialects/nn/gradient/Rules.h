//===- Rules.h - Writing gradients of nn ops ---------------------*- C++
//-*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A rule is a function `void rule(Op op, Vjp &vjp)` that is attached to its op
// by `attach<Op, rule>(context)`. An op family is a file with a function that
// attaches its rules; Models.cpp calls these.
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_DIALECTS_NN_GRADIENT_RULES_H
#define MLCC_DIALECTS_NN_GRADIENT_RULES_H

#include "dialects/nn/gradient/Emitter.h"
#include "dialects/nn/gradient/Gradient.h"

namespace mlcc::nn::gradient {

/// Where the ops of a gradient come from: the node with "/gradient" behind its
/// name.
mlir::Location gradientLocation(mlir::Operation *op);

/// What a rule is given, and where it puts its results.
class Vjp : public Emitter {
public:
  Vjp(mlir::OpBuilder &builder, mlir::Operation *op,
      llvm::ArrayRef<mlir::Value> resultGradients,
      llvm::SmallVectorImpl<mlir::Value> &operandGradients)
      : Emitter(builder, gradientLocation(op)), op(op),
        resultGradients(resultGradients), operandGradients(operandGradients) {}

  /// The gradient of the only result.
  mlir::Value gradient() const { return resultGradients.front(); }
  /// Null if it is zero.
  mlir::Value gradient(unsigned result) const {
    return resultGradients[result];
  }
  llvm::ArrayRef<mlir::Value> gradients() const { return resultGradients; }

  /// Gives operand number `index` its gradient.
  void set(unsigned index, mlir::Value gradient) {
    operandGradients[index] = gradient;
  }
  /// The same with a gradient of the shape that the operand broadcasts to.
  void setSummed(unsigned index, mlir::Value gradient) {
    set(index, sumTo(gradient, shapeOf(op->getOperand(index))));
  }

  Term term(mlir::Value value) { return {*this, value}; }

private:
  mlir::Operation *op;
  llvm::ArrayRef<mlir::Value> resultGradients;
  llvm::SmallVectorImpl<mlir::Value> &operandGradients;
};

template <typename Op, auto rule>
struct RuleModel : GradientOpInterface::ExternalModel<RuleModel<Op, rule>, Op> {
  void buildVjp(mlir::Operation *op, mlir::OpBuilder &builder,
                llvm::ArrayRef<mlir::Value> resultGradients,
                llvm::SmallVectorImpl<mlir::Value> &operandGradients) const {
    Vjp vjp(builder, op, resultGradients, operandGradients);
    rule(mlir::cast<Op>(op), vjp);
  }
};

template <typename Op, auto rule> void attach(mlir::MLIRContext *context) {
  Op::template attachInterface<RuleModel<Op, rule>>(*context);
}

// The families.
void attachElementwise(mlir::MLIRContext *context);
void attachIndexing(mlir::MLIRContext *context);
void attachLinear(mlir::MLIRContext *context);
void attachLocallyConstant(mlir::MLIRContext *context);
void attachLoops(mlir::MLIRContext *context);
void attachMovement(mlir::MLIRContext *context);
void attachNormalization(mlir::MLIRContext *context);
void attachPooling(mlir::MLIRContext *context);
void attachQuantization(mlir::MLIRContext *context);
void attachRecurrent(mlir::MLIRContext *context);
void attachReduction(mlir::MLIRContext *context);

} // namespace mlcc::nn::gradient

#endif // MLCC_DIALECTS_NN_GRADIENT_RULES_H
