//===- NNGradient.td - Pieces of gradients of nn --------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_DIALECTS_NN_GRADIENT
#define MLCC_DIALECTS_NN_GRADIENT

include "dialects/nn/NNElementwise.td"
include "dialects/nn/NNPooling.td"

// Most gradients are made of the ops that everything is made of. These are
// there because a primitive or one loop nest computes them, or, of training's
// batch normalization, because its statistics are results.

def NN_StopGradientOp : NN_UnaryOp<"stop_gradient", NN_Tensor, "Any"> {
  let summary = "x, as a constant for differentiation";
  let description = [{
    Nothing before it gets a gradient by way of it. It has no meaning but for
    differentiation; the gradient stage removes it.
  }];
  let hasFolder = 1;
}

def NN_ConvWeightGradientOp : NN_Op<"conv_weight_gradient"> {
  let summary = "The gradient of nn.conv by its weights";
  let description = [{
    `input` [N, C, spatial...] and `output_gradient` [N, M, spatial...], of the shape
    of what nn.conv gives with these attributes and weights of the spatial extents
    `kernel`; result [M, C / groups, kernel...]. The gradient by the input is
    nn.conv_transpose.
  }];
  let arguments = (ins NN_FloatTensor:$input, NN_FloatTensor:$output_gradient,
    DenseI64ArrayAttr:$kernel, DenseI64ArrayAttr:$strides,
    DenseI64ArrayAttr:$dilations, DenseI64ArrayAttr:$pads_begin,
    DenseI64ArrayAttr:$pads_end, DefaultValuedAttr<I64Attr, "1">:$groups);
  let results = (outs NN_FloatTensor:$result);
  let extraClassDeclaration = "double evaluationWork();";
}

def NN_MaxPoolGradientOp : NN_PoolOp<"max_pool_gradient"> {
  let summary = "The gradient of nn.max_pool";
  let description = [{
    `output_gradient` has the shape of what nn.max_pool gives for `input`, the
    result that of `input`: each window adds its gradient to the position of its
    maximum. Of equal ones the first in row-major order wins; NaN is the largest.
  }];
  let arguments = !con((ins NN_FloatTensor:$input, NN_FloatTensor:$output_gradient), window);
  let results = (outs NN_FloatTensor:$result);
}

def NN_AvgPoolGradientOp : NN_PoolOp<"avg_pool_gradient"> {
  let summary = "The gradient of nn.avg_pool";
  let description = [{
    `output_gradient` has the shape of what nn.avg_pool gives for an input of shape
    `shape`, the result's.
  }];
  let arguments = !con((ins NN_FloatTensor:$output_gradient), window,
    (ins DefaultValuedAttr<BoolAttr, "false">:$count_include_pad,
         DenseI64ArrayAttr:$shape));
  let results = (outs NN_FloatTensor:$result);
}

def NN_BatchNormTrainOp : NN_Op<"batch_norm_train"> {
  let summary = "scale * (x - mean) / sqrt(variance + epsilon) + bias, per channel, by the batch's own statistics";
  let description = [{
    `input` [N, C, ...]; `scale`, `bias` and the results `mean` and `variance` [C]. The
    statistics are over all dimensions but the channels; the variance is the biased
    one, the mean of squared differences. With `count`, a scalar, only the first
    `count` of the N samples exist: the statistics are theirs, and the result of the
    others, which are padding, is 0. A count below 1 or above N is taken for 1 or N.
  }];
  let arguments = (ins NN_FloatTensor:$input, NN_FloatTensor:$scale,
    NN_FloatTensor:$bias, Optional<NN_IntegerTensor>:$count,
    DefaultValuedAttr<F64Attr, "1.0e-5">:$epsilon);
  let results = (outs NN_FloatTensor:$result, NN_FloatTensor:$mean,
                      NN_FloatTensor:$variance);
}

def NN_BatchNormGradientOp : NN_Op<"batch_norm_gradient"> {
  let summary = "The gradient of the first result of nn.batch_norm_train";
  let description = [{
    `mean` and `variance` are those that nn.batch_norm_train gave for `input`. With
    `m` elements per channel, `dy` the output gradient and
    `h = (x - mean) / sqrt(variance + epsilon)`: the gradient of the bias is
    `sum dy`, of the scale `sum dy * h`, and of the input
    `scale / sqrt(variance + epsilon) * (dy - (sum dy) / m - h * (sum dy * h) / m)`
    (Ioffe and Szegedy, 2015). With `count` all sums are over the first `count`
    samples, `m` is the number of their elements, and the input gradient of the others
    is 0.
  }];
  let arguments = (ins NN_FloatTensor:$input, NN_FloatTensor:$output_gradient,
    NN_FloatTensor:$scale, NN_FloatTensor:$mean, NN_FloatTensor:$variance,
    Optional<NN_IntegerTensor>:$count, DefaultValuedAttr<F64Attr, "1.0e-5">:$epsilon);
  let results = (outs NN_FloatTensor:$input_gradient, NN_FloatTensor:$scale_gradient,
                      NN_FloatTensor:$bias_gradient);
}

#endif // MLCC_DIALECTS_NN_GRADIENT
