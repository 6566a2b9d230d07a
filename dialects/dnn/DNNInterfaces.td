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
        tensor types' encodings, plain row-major where a type has none.}],
      "::mlcc::PrimitiveSpec", "getPrimitiveSpec">,
    InterfaceMethod<[{The values (operands and results) that the description's
        `arguments` and then its binary post-ops stand for, in that order.}],
      "::llvm::SmallVector<::mlir::Value>", "getPrimitiveArguments">,
    InterfaceMethod<[{The operand whose memory the result takes over because a
        `sum` post-op accumulates onto it; null if there is none.}],
      "::mlir::Value", "getAccumulatedOperand", (ins), [{}],
      [{ return {}; }]>,
  ];
}

def DNN_PostOpInterface : OpInterface<"PostOpInterface"> {
  let cppNamespace = "::mlcc::dnn";
  let description = [{
    An op that applies a list of post-ops to its result before storing it.

    `post_ops` is an array of `#dnn.eltwise`, `#dnn.sum` and `#dnn.binary`,
    applied in order; the n-th `#dnn.binary` takes the n-th of `post_operands`,
    and `#dnn.sum` (one at most) takes `accumulate`.
  }];
  let methods = [
    InterfaceMethod<"The list of post-ops.", "::mlir::ArrayAttr", "getPostOps">,
    InterfaceMethod<"See appendPostOp of DNN.h.", "void", "setPostOpsAttr", (ins "::mlir::ArrayAttr":$postOps)>,
    InterfaceMethod<"The operands of `#dnn.binary` post-ops.", "::mlir::OperandRange", "getPostOperands">,
    InterfaceMethod<"The same, to change.", "::mlir::MutableOperandRange", "getPostOperandsMutable">,
    InterfaceMethod<"The operand of `#dnn.sum`, or none.", "::mlir::MutableOperandRange", "getAccumulateMutable">,
  ];
}

#endif // MLCC_DIALECTS_DNN_INTERFACES
