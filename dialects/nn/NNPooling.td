//===- NNPooling.td - Pooling and resampling of nn ------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_DIALECTS_NN_POOLING
#define MLCC_DIALECTS_NN_POOLING

include "dialects/nn/NNDialect.td"

// Global pooling is a reduction over the spatial dimensions.
class NN_PoolOp<string mnemonic> : NN_Op<mnemonic> {
  dag window = (ins DenseI64ArrayAttr:$kernel, DenseI64ArrayAttr:$strides,
    DenseI64ArrayAttr:$dilations, DenseI64ArrayAttr:$pads_begin,
    DenseI64ArrayAttr:$pads_end, DefaultValuedAttr<BoolAttr, "false">:$ceil_mode);
  let arguments = !con((ins NN_Tensor:$input), window);
  let results = (outs NN_Tensor:$result);
  let extraClassDeclaration = "double evaluationWork();";
  let description = [{
    `input` [N, C, spatial...]; the arrays have one entry per spatial dimension.
    The output extent is that of `nn.conv`, rounded up with `ceil_mode`, where a
    window that starts in the end padding is left out.
  }];
}

def NN_MaxPoolOp : NN_PoolOp<"max_pool"> {
  let summary = "Maximum over windows; padding does not take part";
}

def NN_AvgPoolOp : NN_PoolOp<"avg_pool"> {
  let summary = "Mean over windows";
  let description = [{
    Shapes are those of `nn.max_pool`. The mean is over the window's positions in
    the input, or with `count_include_pad` over those in the input and its
    padding; what `ceil_mode` lets reach beyond does not count.
  }];
  let arguments = !con((ins NN_FloatTensor:$input), window,
    (ins DefaultValuedAttr<BoolAttr, "false">:$count_include_pad));
}

def NN_LpPoolOp : NN_PoolOp<"lp_pool"> {
  let summary = "(sum |x|^p)^(1/p) over windows";
  let arguments = !con((ins NN_FloatTensor:$input), window,
    (ins DefaultValuedAttr<I64Attr, "2">:$p));
}

def NN_ResizeMode : I32EnumAttr<"ResizeMode", "How resize interpolates", [
    I32EnumAttrCase<"nearest", 0>, I32EnumAttrCase<"linear", 1>, I32EnumAttrCase<"cubic", 2>]> {
  let cppNamespace = "::mlcc::nn";
  let genSpecializedAttr = 0;
}
def NN_ResizeModeAttr : EnumAttr<NN_Dialect, NN_ResizeMode, "resize_mode">;

def NN_CoordinateMode : I32EnumAttr<"CoordinateMode",
    "How an output position maps to an input position (ONNX Resize)", [
    I32EnumAttrCase<"half_pixel", 0>, I32EnumAttrCase<"asymmetric", 1>,
    I32EnumAttrCase<"align_corners", 2>, I32EnumAttrCase<"pytorch_half_pixel", 3>,
    I32EnumAttrCase<"half_pixel_symmetric", 4>]> {
  let cppNamespace = "::mlcc::nn";
  let genSpecializedAttr = 0;
}
def NN_CoordinateModeAttr : EnumAttr<NN_Dialect, NN_CoordinateMode, "coordinate_mode">;

def NN_NearestMode : I32EnumAttr<"NearestMode",
    "How the nearest mode rounds an input position (ONNX Resize)", [
    I32EnumAttrCase<"round_prefer_floor", 0>, I32EnumAttrCase<"round_prefer_ceil", 1>,
    I32EnumAttrCase<"floor", 2>, I32EnumAttrCase<"ceil", 3>]> {
  let cppNamespace = "::mlcc::nn";
  let genSpecializedAttr = 0;
}
def NN_NearestModeAttr : EnumAttr<NN_Dialect, NN_NearestMode, "nearest_mode">;

def NN_ResizeOp : NN_Op<"resize"> {
  let summary = "Resampling to other extents";
  let description = [{
    `sizes` are the result's extents, `scales` the factors per dimension that map
    output to input positions (not always `sizes / extents`: ONNX keeps the
    factors that the user gave). Position x of an output extent `out` maps to that
    of an input extent `in`, for the factor `s`:
    - `half_pixel`: `(x + 1/2) / s - 1/2`; `pytorch_half_pixel`: the same, but 0
      if `out` is 1
    - `half_pixel_symmetric`: the same `+ in/2 * (1 - out / (s * in))`
    - `asymmetric`: `x / s`
    - `align_corners`: `x * (in - 1) / (out - 1)`, 0 if `out` is 1

    Between positions, `linear` and `cubic` (Keys, 1981, with the coefficient
    `cubic_coefficient`) interpolate each dimension by itself; positions outside
    show the border, or with `exclude_outside` have no weight.
  }];
  let arguments = (ins NN_Tensor:$input, DenseI64ArrayAttr:$sizes,
    DenseF64ArrayAttr:$scales, NN_ResizeModeAttr:$mode,
    DefaultValuedAttr<NN_CoordinateModeAttr, "CoordinateMode::half_pixel">:$coordinate_mode,
    DefaultValuedAttr<NN_NearestModeAttr, "NearestMode::round_prefer_floor">:$nearest_mode,
    DefaultValuedAttr<F64Attr, "-0.75">:$cubic_coefficient,
    DefaultValuedAttr<BoolAttr, "false">:$exclude_outside);
  let results = (outs NN_Tensor:$result);
  let hasFolder = 1;
}

#endif // MLCC_DIALECTS_NN_POOLING
