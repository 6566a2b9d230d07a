//===- NNQuantization.td - Affine quantization of nn ----------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_DIALECTS_NN_QUANTIZATION
#define MLCC_DIALECTS_NN_QUANTIZATION

include "dialects/nn/NNDialect.td"

def NN_QuantizeOp : NN_Op<"quantize"> {
  let summary = "saturate(round_half_even(x / scale) + zero_point)";
  let description = [{
    `scale` and `zero_point` are single elements, or vectors along `axis`. Without
    `zero_point`, 0. The result's element type is `to`, the zero point's too. The
    quotient, whose rounding decides which way halves go, has the precision of
    `f32` (`f64` for inputs of that type).
  }];
  let arguments = (ins NN_FloatTensor:$input, NN_FloatTensor:$scale,
    Optional<NN_IntegerTensor>:$zero_point, TypeAttr:$to,
    DefaultValuedAttr<I64Attr, "1">:$axis);
  let results = (outs NN_IntegerTensor:$result);
}

def NN_DequantizeOp : NN_Op<"dequantize"> {
  let summary = "(x - zero_point) * scale";
  let description = [{
    `scale` and `zero_point` are single elements, or vectors along `axis`. The
    result has the element type of `scale`, the zero point that of `input`.
  }];
  let arguments = (ins NN_IntegerTensor:$input, NN_FloatTensor:$scale,
    Optional<NN_IntegerTensor>:$zero_point, DefaultValuedAttr<I64Attr, "1">:$axis);
  let results = (outs NN_FloatTensor:$result);
}

#endif // MLCC_DIALECTS_NN_QUANTIZATION
