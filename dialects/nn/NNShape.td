//===- NNShape.td - Constants and data movement of nn ---------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_DIALECTS_NN_SHAPE
#define MLCC_DIALECTS_NN_SHAPE

include "dialects/nn/NNDialect.td"

def NN_ConstantOp : NN_Op<"constant", [ConstantLike], [{
      return ::mlcc::nn::inferSameType(location, adaptor.getValue().getType(),
                                       ::mlcc::nn::ElementKind::Any, inferred);
    }]> {
  let summary = "A constant tensor";
  let description = [{
    Small values are dense attributes; weights are `dense_resource` blobs, which
    are neither hashed nor copied.
  }];
  let arguments = (ins ElementsAttr:$value);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "attr-dict $value";
  let hasFolder = 1;
}

def NN_ReshapeOp : NN_Op<"reshape"> {
  let summary = "The same elements in row-major order under another shape";
  let arguments = (ins NN_Tensor:$input, DenseI64ArrayAttr:$shape);
  let results = (outs NN_Tensor:$result);
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def NN_TransposeOp : NN_Op<"transpose"> {
  let summary = "result.shape[i] = input.shape[permutation[i]]";
  let arguments = (ins NN_Tensor:$input, DenseI64ArrayAttr:$permutation);
  let results = (outs NN_Tensor:$result);
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def NN_ConcatOp : NN_Op<"concat"> {
  let summary = "The inputs one after another along `axis`";
  let arguments = (ins Variadic<NN_Tensor>:$inputs, I64Attr:$axis);
  let results = (outs NN_Tensor:$result);
  let hasFolder = 1;
  let hasCanonicalizeMethod = 1;
}

def NN_SliceOp : NN_Op<"slice"> {
  let summary = "result[i...] = input[starts + i * steps ...]";
  let description = [{
    `starts`, `sizes` and `steps` have one entry per dimension; `sizes` are the
    result's extents; steps may be negative.
  }];
  let arguments = (ins NN_Tensor:$input, DenseI64ArrayAttr:$starts,
                       DenseI64ArrayAttr:$sizes, DenseI64ArrayAttr:$steps);
  let results = (outs NN_Tensor:$result);
  let hasFolder = 1;
}

def NN_PadMode : I32EnumAttr<"PadMode", "What the padding holds", [
    I32EnumAttrCase<"constant", 0>, I32EnumAttrCase<"reflect", 1>,
    I32EnumAttrCase<"edge", 2>, I32EnumAttrCase<"wrap", 3>]> {
  let cppNamespace = "::mlcc::nn";
  let genSpecializedAttr = 0;
}
def NN_PadModeAttr : EnumAttr<NN_Dialect, NN_PadMode, "pad_mode">;

def NN_PadOp : NN_Op<"pad"> {
  let summary = "Elements added (or, where negative, removed) at the ends of dimensions";
  let arguments = (ins NN_Tensor:$input, Optional<NN_Tensor>:$value,
    DenseI64ArrayAttr:$pads_begin, DenseI64ArrayAttr:$pads_end,
    DefaultValuedAttr<NN_PadModeAttr, "PadMode::constant">:$mode);
  let description = [{
    `value`, a single element, fills the padding in `constant` mode; absent, 0.
    Elements are removed first; the other modes repeat what is left.
  }];
  let results = (outs NN_Tensor:$result);
  let hasFolder = 1;
}

def NN_BroadcastOp : NN_Op<"broadcast"> {
  let summary = "Repetition of extents of one, numpy style, to `shape`";
  let arguments = (ins NN_Tensor:$input, DenseI64ArrayAttr:$shape);
  let results = (outs NN_Tensor:$result);
  let hasFolder = 1;
}

def NN_TileOp : NN_Op<"tile"> {
  let summary = "The whole input repeated along each dimension";
  let arguments = (ins NN_Tensor:$input, DenseI64ArrayAttr:$repeats);
  let results = (outs NN_Tensor:$result);
  let hasFolder = 1;
}

def NN_GatherOp : NN_Op<"gather"> {
  let summary = "The slices of `input` along `axis` that `indices` name";
  let description = [{
    The result's shape is the input's with `axis` replaced by the indices' shape.
    A negative index counts from the end; an index outside is clamped.
  }];
  let arguments = (ins NN_Tensor:$input, NN_IntegerTensor:$indices, I64Attr:$axis);
  let results = (outs NN_Tensor:$result);
}

def NN_GatherElementsOp : NN_Op<"gather_elements"> {
  let summary = "result[i][j] = input[indices[i][j]][j] (for axis 0)";
  let description = [{Indices are those of `nn.gather`.}];
  let arguments = (ins NN_Tensor:$input, NN_IntegerTensor:$indices, I64Attr:$axis);
  let results = (outs NN_Tensor:$result);
}

def NN_GatherNdOp : NN_Op<"gather_nd"> {
  let summary = "The slices that index tuples in the last dimension of `indices` name";
  let description = [{
    `input` [B..., D1...Dk, slice...], `indices` [B..., I..., k], result
    [B..., I..., slice...]; B are `batch_dims` dimensions. Indices are those of
    `nn.gather`.
  }];
  let arguments = (ins NN_Tensor:$input, NN_IntegerTensor:$indices,
                       DefaultValuedAttr<I64Attr, "0">:$batch_dims);
  let results = (outs NN_Tensor:$result);
}

def NN_ScatterMode : I32EnumAttr<"ScatterMode", "How an update meets the old value", [
    I32EnumAttrCase<"none", 0>, I32EnumAttrCase<"add", 1>, I32EnumAttrCase<"mul", 2>,
    I32EnumAttrCase<"max", 3>, I32EnumAttrCase<"min", 4>]> {
  let cppNamespace = "::mlcc::nn";
  let genSpecializedAttr = 0;
}
def NN_ScatterModeAttr : EnumAttr<NN_Dialect, NN_ScatterMode, "scatter_mode">;

def NN_ScatterElementsOp : NN_Op<"scatter_elements"> {
  let summary = "A copy of `input` with updates at result[indices[i][j]][j] (for axis 0)";
  let description = [{
    `indices` and `updates` have one shape. Updates are made in row-major order.
    Indices are those of `nn.gather`.
  }];
  let arguments = (ins NN_Tensor:$input, NN_IntegerTensor:$indices, NN_Tensor:$updates,
    I64Attr:$axis, DefaultValuedAttr<NN_ScatterModeAttr, "ScatterMode::none">:$mode);
  let results = (outs NN_Tensor:$result);
}

def NN_ScatterNdOp : NN_Op<"scatter_nd"> {
  let summary = "A copy of `input` with slices replaced at the index tuples of `indices`";
  let description = [{
    `input` [D1...Dk, slice...], `indices` [I..., k], `updates` [I..., slice...].
    Updates are made in row-major order. Indices are those of `nn.gather`.
  }];
  let arguments = (ins NN_Tensor:$input, NN_IntegerTensor:$indices, NN_Tensor:$updates,
    DefaultValuedAttr<NN_ScatterModeAttr, "ScatterMode::none">:$mode);
  let results = (outs NN_Tensor:$result);
}

def NN_OneHotOp : NN_Op<"one_hot"> {
  let summary = "on_value at position indices[...] of the new dimension `axis`, off_value elsewhere";
  let description = [{
    A negative index counts from the end; one outside [-depth, depth) gives a
    row of off_value. `on_value` and `off_value` are scalars.
  }];
  let arguments = (ins NN_Tensor:$indices, NN_Tensor:$off_value,
                       NN_Tensor:$on_value, I64Attr:$depth, I64Attr:$axis);
  let results = (outs NN_Tensor:$result);
}

def NN_TriluOp : NN_Op<"trilu"> {
  let summary = "The upper or lower triangle of the last two dimensions, zero elsewhere";
  let description = [{Keeps elements with `column - row >= k` (upper) or `<= k` (lower).}];
  let arguments = (ins NN_Tensor:$input, I64Attr:$k, BoolAttr:$upper);
  let results = (outs NN_Tensor:$result);
}

#endif // MLCC_DIALECTS_NN_SHAPE
