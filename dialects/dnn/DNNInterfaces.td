//===- DNNInterfaces.td - What every oneDNN primitive op can tell ---------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_DIALECTS_DNN_INTERFACES
#define MLCC_DIALECTS_DNN_INTERFACES

include "mlir/IR/OpBase.td"

def DNN_PrimitiveOpInterface : OpInterface<"PrimitiveOpInterface"> {
  let cppNamespace = "::mlcc::dnn";
  let description = [{An op that is one oneDNN primitive.}];
  let methods = [
    InterfaceMethod<[{The description of the primitive; layouts are those of the
        tensor types' encodings, `any` where a type has none yet.}],
      "::mlcc::PrimitiveSpec", "getPrimitiveSpec">,
    InterfaceMethod<[{The values (operands and results) that the description's
        `arguments` and then its binary post-ops stand for, in that order.}],
      "::llvm::SmallVector<::mlir::Value>", "getPrimitiveArguments">,
    InterfaceMethod<[{The operand whose memory the result takes over because a
        `sum` post-op accumulates onto it; null if there is none.}],
      "::mlir::Value", "getAccumulatedOperand">,
  ];
}

#endif // MLCC_DIALECTS_DNN_INTERFACES
