//===- GradientInterface.td - How nn ops are differentiated ---------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_DIALECTS_NN_GRADIENT_INTERFACE
#define MLCC_DIALECTS_NN_GRADIENT_INTERFACE

include "mlir/IR/OpBase.td"

def NN_GradientOpInterface : OpInterface<"GradientOpInterface"> {
  let cppNamespace = "::mlcc::nn";
  let description = [{
    Reverse-mode differentiation of an op: its vector-Jacobian product (VJP),
    built of nn ops so that it can be differentiated again. Ops get it as an
    external model (registerGradientModels); an op without it has no gradient, and
    differentiation through it is an error. docs/gradients.md lists the
    conventions where a function has no derivative.
  }];
  let methods = [
    InterfaceMethod<
      [{Emits the gradients of the operands: for each, the sum over all results of the
        result's gradient times the derivative of the result by the operand.
        `resultGradients` has one value of the result's type for each result, null
        for zero, not all null. `operandGradients` comes with a null for each
        operand; those that the results do not depend on, or not differentiably,
        stay null, the others get a value of the operand's type.}],
      "void", "buildVjp",
      (ins "::mlir::OpBuilder &":$builder,
           "::llvm::ArrayRef<::mlir::Value>":$resultGradients,
           "::llvm::SmallVectorImpl<::mlir::Value> &":$operandGradients)>,
    InterfaceMethod<
      [{The same where only the gradients of operands whose number is set in `needed`
        matter. Fails, after errors, if there are none because of what the op consists
        of.}],
      "::llvm::LogicalResult", "buildNeededVjp",
      (ins "::mlir::OpBuilder &":$builder, "const ::llvm::BitVector &":$needed,
           "::llvm::ArrayRef<::mlir::Value>":$resultGradients,
           "::llvm::SmallVectorImpl<::mlir::Value> &":$operandGradients),
      /*methodBody=*/"",
      /*defaultImplementation=*/[{
        ::llvm::cast<::mlcc::nn::GradientOpInterface>($_op.getOperation())
            .buildVjp(builder, resultGradients, operandGradients);
        return ::mlir::success();
      }]>,
    InterfaceMethod<
      [{Whether the derivatives are zero wherever they exist, by nature (floor, less) or
        by decree (stop_gradient). buildVjp is not called then.}],
      "bool", "isLocallyConstant", (ins), /*methodBody=*/"",
      /*defaultImplementation=*/"return false;">,
  ];
}

#endif // MLCC_DIALECTS_NN_GRADIENT_INTERFACE
