//===- NNReduction.td - Reductions of nn ----------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_DIALECTS_NN_REDUCTION
#define MLCC_DIALECTS_NN_REDUCTION

include "dialects/nn/NNDialect.td"

class NN_ReduceOp<string mnemonic, string meaning, Type type = NN_Tensor, string kind = "Any">
    : NN_Op<mnemonic, [], [{
      return ::mlcc::nn::inferReduction(location, adaptor.getInput().getType(),
          ::mlcc::nn::ElementKind::}] # kind # [{, adaptor.getAxes(), adaptor.getKeepdims(),
          inferred);
    }]> {
  let summary = meaning # " over `axes`";
  let description = [{
    `axes` are distinct and non-negative; empty axes reduce nothing. A reduced
    dimension stays with extent 1 if `keepdims`, else it is dropped.
  }];
  let arguments = (ins type:$input, DenseI64ArrayAttr:$axes, BoolAttr:$keepdims);
  let results = (outs type:$result);
}

def NN_ReduceSumOp : NN_ReduceOp<"reduce_sum", "Sum"> {
  let hasFolder = 1;
}
def NN_ReduceMeanOp : NN_ReduceOp<"reduce_mean", "Mean"> {
  let hasFolder = 1;
}
def NN_ReduceMaxOp : NN_ReduceOp<"reduce_max", "Maximum"> {
  let hasFolder = 1;
}
def NN_ReduceMinOp : NN_ReduceOp<"reduce_min", "Minimum"> {
  let hasFolder = 1;
}
def NN_ReduceProdOp : NN_ReduceOp<"reduce_prod", "Product"> {
  let hasFolder = 1;
}
def NN_ReduceL1Op : NN_ReduceOp<"reduce_l1", "Sum of absolute values">;
def NN_ReduceL2Op : NN_ReduceOp<"reduce_l2", "Square root of the sum of squares">;
def NN_ReduceSumSquareOp : NN_ReduceOp<"reduce_sum_square", "Sum of squares">;
def NN_ReduceLogSumOp : NN_ReduceOp<"reduce_log_sum", "Logarithm of the sum", NN_FloatTensor, "Float">;
def NN_ReduceLogSumExpOp : NN_ReduceOp<"reduce_log_sum_exp",
    "Logarithm of the sum of exponentials, without overflow,", NN_FloatTensor, "Float">;

class NN_ArgReduceOp<string mnemonic, string meaning> : NN_Op<mnemonic, [], [{
      return ::mlcc::nn::inferArgReduction(location, adaptor.getInput().getType(),
          adaptor.getAxis(), adaptor.getKeepdims(), inferred);
    }]> {
  let summary = meaning;
  let arguments = (ins NN_Tensor:$input, I64Attr:$axis, BoolAttr:$keepdims,
    DefaultValuedAttr<BoolAttr, "false">:$select_last_index);
  let results = (outs NN_IntegerTensor:$result);
}
def NN_ArgMaxOp : NN_ArgReduceOp<"arg_max", "Index (i64) of the first (or last) maximum along `axis`">;
def NN_ArgMinOp : NN_ArgReduceOp<"arg_min", "Index (i64) of the first (or last) minimum along `axis`">;

def NN_CumSumOp : NN_Op<"cum_sum"> {
  let summary = "Running sum along `axis`; exclusive leaves the element itself out";
  let arguments = (ins NN_Tensor:$input, I64Attr:$axis,
    DefaultValuedAttr<BoolAttr, "false">:$exclusive,
    DefaultValuedAttr<BoolAttr, "false">:$reverse);
  let results = (outs NN_Tensor:$result);
}

#endif // MLCC_DIALECTS_NN_REDUCTION
