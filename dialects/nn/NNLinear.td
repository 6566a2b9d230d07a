//===- NNLinear.td - Convolutions and matrix products of nn ---------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_DIALECTS_NN_LINEAR
#define MLCC_DIALECTS_NN_LINEAR

include "dialects/nn/NNDialect.td"

def NN_ConvOp : NN_Op<"conv"> {
  let summary = "Convolution (cross-correlation) over 1 to 3 spatial dimensions";
  let description = [{
    `input` [N, C, spatial...], `weights` [M, C / groups, kernel...], `bias` [M];
    result [N, M, spatial...] with
    `out = (in + pads_begin + pads_end - dilation * (kernel - 1) - 1) / stride + 1`
    rounded down. The spatial arrays have one entry per spatial dimension.
  }];
  let arguments = (ins NN_FloatTensor:$input, NN_FloatTensor:$weights,
    Optional<NN_FloatTensor>:$bias, DenseI64ArrayAttr:$strides,
    DenseI64ArrayAttr:$dilations, DenseI64ArrayAttr:$pads_begin,
    DenseI64ArrayAttr:$pads_end, DefaultValuedAttr<I64Attr, "1">:$groups);
  let results = (outs NN_FloatTensor:$result);
  let extraClassDeclaration = "double evaluationWork();";
}

def NN_ConvTransposeOp : NN_Op<"conv_transpose"> {
  let summary = "Transposed convolution: the gradient of nn.conv by its input";
  let description = [{
    `input` [N, C, spatial...], `weights` [C, M / groups, kernel...], `bias` [M];
    result [N, M, spatial...] with
    `out = (in - 1) * stride + dilation * (kernel - 1) + 1 + output_padding
           - pads_begin - pads_end`.
  }];
  let arguments = (ins NN_FloatTensor:$input, NN_FloatTensor:$weights,
    Optional<NN_FloatTensor>:$bias, DenseI64ArrayAttr:$strides,
    DenseI64ArrayAttr:$dilations, DenseI64ArrayAttr:$pads_begin,
    DenseI64ArrayAttr:$pads_end, DenseI64ArrayAttr:$output_padding,
    DefaultValuedAttr<I64Attr, "1">:$groups);
  let results = (outs NN_FloatTensor:$result);
  let extraClassDeclaration = "double evaluationWork();";
}

def NN_MatMulOp : NN_Op<"matmul"> {
  let summary = "Matrix product of the last two dimensions, the others broadcast";
  let description = [{
    `lhs` [..., M, K] (or [..., K, M] with `transpose_lhs`), `rhs` [..., K, N] (or
    [..., N, K] with `transpose_rhs`), `bias` broadcastable to the result
    [..., M, N]. An operand of rank 1 is a row (lhs) or column (rhs) whose unit
    dimension the result lacks, as in numpy. Floats have one element type, the
    result's. Integers of 8 and 16 bits, which may differ, accumulate in `i32`, the
    result type; wider ones have one type, the result's.
  }];
  let arguments = (ins NN_Tensor:$lhs, NN_Tensor:$rhs, Optional<NN_Tensor>:$bias,
    DefaultValuedAttr<BoolAttr, "false">:$transpose_lhs,
    DefaultValuedAttr<BoolAttr, "false">:$transpose_rhs);
  let results = (outs NN_Tensor:$result);
  let extraClassDeclaration = "double evaluationWork();";
}

#endif // MLCC_DIALECTS_NN_LINEAR
