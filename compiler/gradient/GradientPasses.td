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

#endif // MLCC_COMPILER_GRADIENT_PASSES
