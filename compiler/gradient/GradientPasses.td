//===- GradientPasses.td - Passes of the gradient stage -------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_COMPILER_GRADIENT_PASSES
#define MLCC_COMPILER_GRADIENT_PASSES

include "mlir/Pass/PassBase.td"

def DifferentiateFunction : Pass<"nn-differentiate", "::mlir::ModuleOp"> {
  let summary = "Make a function of the gradients of another function's first result";
  let description = [{
    For tests and for users who want to look. From a function `@f` whose first result, the
    loss, is a single float, makes `@f_gradient` with the same arguments that returns the loss
    and its gradients by the chosen arguments. Done again on the new function, with a loss
    made of the gradients, it gives second derivatives.
  }];
  let options = [
    Option<"of", "of", "std::string", /*default=*/"",
           "The function to differentiate; without it, every function">,
    ListOption<"wrt", "wrt", "int64_t",
               "Numbers of the arguments; without them, all that are floats">];
  let dependentDialects = ["::mlcc::nn::NNDialect"];
}

def ExpandTrainStep : Pass<"train-expand-step", "::mlir::ModuleOp"> {
  let summary = "Make the functions that train.step asks for";
  let description = [{
    From `train.step @s of @loss`: a function `@s` that computes `@loss`, the gradients of
    its objectives by the parameters that it reads and no group freezes, bounds them, and
    returns what the optimizer makes of the parameters. New variables: `learning_rate` (a
    number that users may set), `step` (how many were made) and the optimizer's slots,
    PARAMETER.SLOT; those of a step that is not called `train_step` have its name and a
    point in front. `@initialize` gives them their first values. Private loss functions, which are
    there only to be trained, are erased.
  }];
  let dependentDialects = ["::mlcc::nn::NNDialect", "::mlcc::rt::RTDialect"];
}

def RemoveBarriers : Pass<"nn-remove-barriers", "::mlir::func::FuncOp"> {
  let summary = "Remove nn.stop_gradient, which has done its work";
}

#endif // MLCC_COMPILER_GRADIENT_PASSES
