//===- NNNormalization.td - Normalizations and softmax of nn --------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_DIALECTS_NN_NORMALIZATION
#define MLCC_DIALECTS_NN_NORMALIZATION

include "dialects/nn/NNDialect.td"

/// The result has the type of `input`; inference checks the parameters' shapes.
class NN_SameTypeOp<string mnemonic, list<Trait> traits = []> : NN_Op<mnemonic, traits> {
  let results = (outs NN_FloatTensor:$result);
}

def NN_BatchNormOp : NN_SameTypeOp<"batch_norm"> {
  let summary = "scale * (x - mean) / sqrt(variance + epsilon) + bias, per channel, statistics given";
  let description = [{`input` [N, C, ...]; `scale`, `bias`, `mean`, `variance` [C].}];
  let arguments = (ins NN_FloatTensor:$input, NN_FloatTensor:$scale,
    NN_FloatTensor:$bias, NN_FloatTensor:$mean, NN_FloatTensor:$variance,
    DefaultValuedAttr<F64Attr, "1.0e-5">:$epsilon);
}

def NN_InstanceNormOp : NN_SameTypeOp<"instance_norm"> {
  let summary = "Normalization over the spatial dimensions of each sample and channel";
  let description = [{`input` [N, C, spatial...]; `scale`, `bias` [C].}];
  let arguments = (ins NN_FloatTensor:$input, NN_FloatTensor:$scale,
    NN_FloatTensor:$bias, DefaultValuedAttr<F64Attr, "1.0e-5">:$epsilon);
}

def NN_GroupNormOp : NN_SameTypeOp<"group_norm"> {
  let summary = "Normalization over each sample's groups of channels";
  let description = [{`input` [N, C, ...], C a multiple of `groups`; `scale`, `bias` [C].}];
  let arguments = (ins NN_FloatTensor:$input, NN_FloatTensor:$scale,
    NN_FloatTensor:$bias, I64Attr:$groups, DefaultValuedAttr<F64Attr, "1.0e-5">:$epsilon);
}

def NN_LayerNormOp : NN_SameTypeOp<"layer_norm", [AttrSizedOperandSegments]> {
  let summary = "Normalization over the dimensions from `axis` to the last";
  let description = [{
    `scale * (x - mean) / sqrt(variance + epsilon) + bias`; `scale` and `bias`
    are broadcastable to the normalized dimensions. Without `scale`, 1.
  }];
  let arguments = (ins NN_FloatTensor:$input, Optional<NN_FloatTensor>:$scale,
    Optional<NN_FloatTensor>:$bias, I64Attr:$axis,
    DefaultValuedAttr<F64Attr, "1.0e-5">:$epsilon);
  let assemblyFormat = [{
    $input (`scale` `(` $scale^ `:` type($scale) `)`)? (`bias` `(` $bias^ `:` type($bias) `)`)?
    attr-dict `:` functional-type($input, $result)
  }];
}

def NN_RmsNormOp : NN_SameTypeOp<"rms_norm"> {
  let summary = "scale * x / sqrt(mean(x^2) + epsilon) over the dimensions from `axis`";
  let arguments = (ins NN_FloatTensor:$input, NN_FloatTensor:$scale, I64Attr:$axis,
    DefaultValuedAttr<F64Attr, "1.0e-5">:$epsilon);
}

def NN_LrnOp : NN_SameTypeOp<"lrn"> {
  let summary = "Local response normalization across channels (Krizhevsky et al., 2012)";
  let description = [{
    `x[c] / (k + alpha / size * sum x[i]^2)^beta`, the sum over the channels
    `max(0, c - floor((size-1)/2)) .. min(C-1, c + ceil((size-1)/2))`.
  }];
  let arguments = (ins NN_FloatTensor:$input, I64Attr:$size,
    DefaultValuedAttr<F64Attr, "1.0e-4">:$alpha,
    DefaultValuedAttr<F64Attr, "0.75">:$beta, DefaultValuedAttr<F64Attr, "1.0">:$k);
}

def NN_LpNormOp : NN_SameTypeOp<"lp_norm"> {
  let summary = "x / (sum |x|^p)^(1/p) along `axis`, p 1 or 2";
  let arguments = (ins NN_FloatTensor:$input, I64Attr:$axis, DefaultValuedAttr<I64Attr, "2">:$p);
}

def NN_SoftmaxOp : NN_SameTypeOp<"softmax"> {
  let summary = "e^(x - max) / sum e^(x - max) along `axis`";
  let arguments = (ins NN_FloatTensor:$input, I64Attr:$axis);
}

def NN_LogSoftmaxOp : NN_SameTypeOp<"log_softmax"> {
  let summary = "x - max - log(sum e^(x - max)) along `axis`";
  let arguments = (ins NN_FloatTensor:$input, I64Attr:$axis);
}

#endif // MLCC_DIALECTS_NN_NORMALIZATION
