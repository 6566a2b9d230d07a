//===- NNInterfaces.td - Interfaces that nn ops implement -----------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_DIALECTS_NN_INTERFACES
#define MLCC_DIALECTS_NN_INTERFACES

include "mlir/IR/OpBase.td"

def NN_ReferenceOpInterface : OpInterface<"ReferenceOpInterface"> {
  let cppNamespace = "::mlcc::nn";
  let description = [{
    The meaning of an op in plain C++: slow, obvious, accumulating in double.
    Constant folding, `--verify` and tests use it.
  }];
  let methods = [
    InterfaceMethod<
      [{Computes the results of the op for the given operands, in order; an
        absent optional operand has no entry. The results have the op's result
        types. Fails, without a diagnostic, for an element type that the op does not
        evaluate.}],
      "::llvm::LogicalResult", "evaluate",
      (ins "::llvm::ArrayRef<::mlcc::nn::HostTensor>":$operands,
           "::llvm::SmallVectorImpl<::mlcc::nn::HostTensor> &":$results)>,
    InterfaceMethod<
      [{Roughly how many elementary steps evaluation takes: by default, one for
        each element of the operands and results.}],
      "double", "evaluationWork", (ins), /*methodBody=*/"",
      /*defaultImplementation=*/[{ return ::mlcc::nn::elementsOf($_op); }]>,
  ];
}

#endif // MLCC_DIALECTS_NN_INTERFACES
