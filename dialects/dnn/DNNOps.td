//===- DNNOps.td - The operations of the dnn dialect ----------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_DIALECTS_DNN_OPS
#define MLCC_DIALECTS_DNN_OPS

include "mlir/IR/BuiltinAttributeInterfaces.td"
include "dialects/dnn/DNNDialect.td"

// The element types that oneDNN knows; i8 stands for signed bytes.
def DNN_Tensor : StaticShapeTensorOf<[F64, F32, F16, BF16, I32, I8, UI8]>;

class DNN_Op<string mnemonic, list<Trait> traits = []>
    : Op<DNN_Dialect, mnemonic, !listconcat([Pure], traits)>;

class DNN_PrimitiveOp<string mnemonic, list<Trait> traits = []>
    : DNN_Op<mnemonic, !listconcat([DeclareOpInterfaceMethods<DNN_PrimitiveOpInterface>], traits)> {
  let hasVerifier = 1;
  let assemblyFormat =
      "operands attr-dict `:` functional-type(operands, results)";
}

// Math that may be used inside: "strict" (that of the types), "bf16", "tf32", "any".
defvar DNN_MathAttr = DefaultValuedAttr<StrAttr, "\"strict\"">;

//===----------------------------------------------------------------------===//
// Convolutions and matrix products, with post-ops
//===----------------------------------------------------------------------===//

class DNN_LinearOp<string mnemonic> : DNN_PrimitiveOp<mnemonic, [
    AttrSizedOperandSegments, DNN_PostOpInterface,
    DeclareOpInterfaceMethods<DNN_PrimitiveOpInterface, ["getAccumulatedOperand"]>]> {
  dag operandList = (ins DNN_Tensor:$src, DNN_Tensor:$weights,
    Optional<DNN_Tensor>:$bias, Variadic<DNN_Tensor>:$post_operands,
    Optional<DNN_Tensor>:$accumulate);
  dag postOps = (ins DefaultValuedAttr<DNN_PostOpsAttr, "{}">:$post_ops,
    DNN_MathAttr:$math);
  let results = (outs DNN_Tensor:$result);
  let assemblyFormat = [{
    $src `,` $weights
    (`bias` `(` $bias^ `:` type($bias) `)`)?
    (`post_ops` $post_ops^)?
    (`post_operands` `(` $post_operands^ `:` type($post_operands) `)`)?
    (`accumulate` `(` $accumulate^ `:` type($accumulate) `)`)?
    attr-dict `:` `(` type($src) `,` type($weights) `)` `->` type($result)
  }];
}

class DNN_ConvolutionOpBase<string mnemonic> : DNN_LinearOp<mnemonic> {
  dag window = (ins DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$dilations,
    DenseI64ArrayAttr:$pads_begin, DenseI64ArrayAttr:$pads_end);
  let arguments = !con(operandList, window, postOps);
  let extraClassDeclaration = [{
    /// 1 unless the weights have a dimension for groups.
    int64_t getGroups();
  }];
  let extraClassDefinition = [{
    int64_t $cppClass::getGroups() {
      return getWeights().getType().getRank() > getSrc().getType().getRank()
                 ? getWeights().getType().getDimSize(0) : 1;
    }
  }];
}

def DNN_ConvolutionOp : DNN_ConvolutionOpBase<"convolution"> {
  let summary = "Convolution over 1 to 3 spatial dimensions, with bias and post-ops";
  let description = [{
    `src` [N, C, spatial...], `weights` [M, C, kernel...], or with groups
    [groups, M / groups, C / groups, kernel...]; `bias` [M]; result
    [N, M, spatial...]. A dilation of 1 is a dense kernel, as in ONNX. Extents
    as in `nn.conv`.

    ```mlir
    %y = dnn.convolution %x, %w bias(%b : tensor<64xf32>)
        post_ops [#dnn.sum<1.0>, #dnn.eltwise<relu>]
        accumulate(%skip : tensor<1x64x56x56xf32>)
        {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>,
         pads_begin = array<i64: 1, 1>, pads_end = array<i64: 1, 1>}
        : (tensor<1x64x56x56xf32>, tensor<64x64x3x3xf32>) -> tensor<1x64x56x56xf32>
    ```
  }];
}

def DNN_DeconvolutionOp : DNN_ConvolutionOpBase<"deconvolution"> {
  let summary = "Transposed convolution, with bias and post-ops";
  let description = [{
    `src` [N, C, spatial...], `weights` [M, C, kernel...] (the result's channels
    first, unlike `nn.conv_transpose`), or with groups
    [groups, M / groups, C / groups, kernel...]; `bias` [M]; result
    [N, M, spatial...] with
    `in = (out + pads_begin + pads_end - dilation * (kernel - 1) - 1) / stride + 1`,
    rounded down.
  }];
}

def DNN_ConvolutionWeightGradientOp : DNN_PrimitiveOp<"convolution_weight_gradient"> {
  let summary = "The gradient of a convolution by its weights";
  let description = [{
    `src` [N, C, spatial...] and the gradient `diff_dst` [N, M, spatial...] of the
    result of a `dnn.convolution`; result [M, C, kernel...], or with groups
    [groups, M / groups, C / groups, kernel...].
  }];
  let arguments = (ins DNN_Tensor:$src, DNN_Tensor:$diff_dst,
    DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$dilations,
    DenseI64ArrayAttr:$pads_begin, DenseI64ArrayAttr:$pads_end);
  let results = (outs DNN_Tensor:$result);
}

def DNN_MatMulOp : DNN_LinearOp<"matmul"> {
  let summary = "Matrix product of the last two dimensions, with bias and post-ops";
  let description = [{
    `src` [batch..., M, K] ([batch..., K, M] with `transpose_src`), `weights`
    [batch..., K, N] ([batch..., N, K] with `transpose_weights`), of the same rank of at
    least two; batch dimensions are equal or one. `bias` has the result's rank, extents
    equal to the result's or one. Transposed operands have no blocked layouts.
  }];
  let arguments = !con(operandList,
    (ins DefaultValuedAttr<BoolAttr, "false">:$transpose_src,
         DefaultValuedAttr<BoolAttr, "false">:$transpose_weights), postOps);
}

//===----------------------------------------------------------------------===//
// Pooling, normalization, softmax
//===----------------------------------------------------------------------===//

def DNN_PoolingKind : DNN_Enum<"PoolingKind", "What pooling computes", [
    "max", "avg_include_padding", "avg_exclude_padding"]>;
def DNN_PoolingKindAttr : EnumAttr<DNN_Dialect, DNN_PoolingKind, "pooling_kind">;

def DNN_PoolingOp : DNN_PrimitiveOp<"pooling"> {
  let summary = "Maximum or mean over windows";
  let description = [{
    `src` [N, C, spatial...]; the arrays have one entry per spatial dimension; a
    dilation of 1 is a dense window. The result's extent is that of a
    convolution, rounded down: to round up, enlarge `pads_end`.
  }];
  let arguments = (ins DNN_Tensor:$src, DNN_PoolingKindAttr:$kind,
    DenseI64ArrayAttr:$kernel, DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$dilations,
    DenseI64ArrayAttr:$pads_begin, DenseI64ArrayAttr:$pads_end);
  let results = (outs DNN_Tensor:$result);
  let assemblyFormat = "$kind $src attr-dict `:` functional-type(operands, results)";
}

def DNN_LrnOp : DNN_PrimitiveOp<"lrn"> {
  let summary = "Local response normalization across channels";
  let description = [{
    `x[c] / (k + alpha / size * sum x[i]^2)^beta`, the sum over the channels
    `c - (size - 1) / 2 .. c + (size - 1) / 2`; `size` is odd.
  }];
  let arguments = (ins DNN_Tensor:$src, I64Attr:$size, F32Attr:$alpha, F32Attr:$beta,
                       F32Attr:$k);
  let results = (outs DNN_Tensor:$result);
}

def DNN_SoftmaxOp : DNN_PrimitiveOp<"softmax"> {
  let summary = "Softmax, or its logarithm, along `axis`";
  let arguments = (ins DNN_Tensor:$src, I64Attr:$axis,
                       DefaultValuedAttr<BoolAttr, "false">:$logarithm);
  let results = (outs DNN_Tensor:$result);
}

def DNN_LayerNormalizationOp : DNN_PrimitiveOp<"layer_normalization", [AttrSizedOperandSegments]> {
  let summary = "Normalization over the last dimension, then scale and shift";
  let description = [{`scale` and `shift` [C], C the last extent of `src`.}];
  let arguments = (ins DNN_Tensor:$src, Optional<DNN_Tensor>:$scale,
                       Optional<DNN_Tensor>:$shift, F32Attr:$epsilon);
  let results = (outs DNN_Tensor:$result);
  let assemblyFormat = [{
    $src (`scale` `(` $scale^ `:` type($scale) `)`)?
    (`shift` `(` $shift^ `:` type($shift) `)`)?
    attr-dict `:` type($src) `->` type($result)
  }];
}

//===----------------------------------------------------------------------===//
// Element-wise, reductions, data movement
//===----------------------------------------------------------------------===//

def DNN_EltwiseOp : DNN_PrimitiveOp<"eltwise"> {
  let summary = "An element-wise function";
  let arguments = (ins DNN_Tensor:$src, DNN_EltwiseAttr:$function);
  let results = (outs DNN_Tensor:$result);
}

def DNN_BinaryOp : DNN_PrimitiveOp<"binary"> {
  let summary = "A binary function of two tensors of one rank, extents of one repeated";
  let arguments = (ins DNN_Tensor:$lhs, DNN_Tensor:$rhs, DNN_BinaryKindAttr:$kind);
  let results = (outs DNN_Tensor:$result);
  let assemblyFormat = "$kind $lhs `,` $rhs attr-dict `:` functional-type(operands, results)";
}

def DNN_ConcatOp : DNN_PrimitiveOp<"concat"> {
  let summary = "The inputs one after another along `axis`";
  let arguments = (ins Variadic<DNN_Tensor>:$inputs, I64Attr:$axis);
  let results = (outs DNN_Tensor:$result);
}

def DNN_SumOp : DNN_PrimitiveOp<"sum"> {
  let summary = "The sum of the inputs, each times its scale";
  let arguments = (ins Variadic<DNN_Tensor>:$inputs, DenseF32ArrayAttr:$scales);
  let results = (outs DNN_Tensor:$result);
}

def DNN_ReductionKind : DNN_Enum<"ReductionKind", "A reduction of oneDNN", [
    "max", "min", "sum", "mul", "mean", "norm_lp_sum", "norm_lp_power_p_sum"]>;
def DNN_ReductionKindAttr : EnumAttr<DNN_Dialect, DNN_ReductionKind, "reduction_kind">;

def DNN_ReductionOp : DNN_PrimitiveOp<"reduction"> {
  let summary = "Reduction over the dimensions whose extent is one in the result";
  let description = [{
    `norm_lp_sum` is `(sum |x|^p + epsilon)^(1/p)`, `norm_lp_power_p_sum` the same without
    the root.
  }];
  let arguments = (ins DNN_Tensor:$src, DNN_ReductionKindAttr:$kind,
    DefaultValuedAttr<F32Attr, "0.0">:$p, DefaultValuedAttr<F32Attr, "0.0">:$epsilon);
  let results = (outs DNN_Tensor:$result);
  let assemblyFormat = "$kind $src attr-dict `:` functional-type(operands, results)";
}

def DNN_ReorderOp : DNN_PrimitiveOp<"reorder"> {
  let summary = "The same tensor in another layout, or element type";
  let arguments = (ins DNN_Tensor:$src);
  let results = (outs DNN_Tensor:$result);
  let hasFolder = 1;
}

def DNN_ViewOp : DNN_Op<"view"> {
  let summary = "The same bytes in memory as a tensor of another shape or layout";
  let description = [{
    Costs nothing: the result is the operand's memory, as for `nn.reshape`.

    ```mlir
    // Channels last is row-major order with the channels at the end.
    %v = dnn.view %x : tensor<1x64x56x56xf32, #dnn.layout<"acdb">> -> tensor<1x56x56x64xf32>
    ```
  }];
  let arguments = (ins AnyStaticShapeTensor:$src);
  let results = (outs AnyStaticShapeTensor:$result);
  let assemblyFormat = "$src attr-dict `:` type($src) `->` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def DNN_ConstantOp : DNN_Op<"constant"> {
  let summary = "A constant given by its bytes in memory";
  let description = [{
    `value` holds the bytes of the result in its layout, padding included: a
    tensor<Nxi8> or any constant with as many bytes.

    ```mlir
    %w = dnn.constant dense_resource<packed> : tensor<36864xi8>
        -> tensor<64x16x3x3xf32, #dnn.layout<"ABcd16b16a">>
    ```
  }];
  let arguments = (ins ElementsAttr:$value);
  let results = (outs DNN_Tensor:$result);
  let assemblyFormat = "attr-dict $value `->` type($result)";
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Recurrent layers
//===----------------------------------------------------------------------===//

def DNN_RnnCell : DNN_Enum<"RnnCell", "A recurrent cell", [
    "lstm", "gru", "lbr_gru", "vanilla"]>;
def DNN_RnnCellAttr : EnumAttr<DNN_Dialect, DNN_RnnCell, "rnn_cell">;
def DNN_RnnDirection : DNN_Enum<"RnnDirection", "Order in which time is walked", [
    "left2right", "right2left", "bidirectional_concat"]>;
def DNN_RnnDirectionAttr : EnumAttr<DNN_Dialect, DNN_RnnDirection, "rnn_direction">;

def DNN_RnnOp : DNN_PrimitiveOp<"rnn", [AttrSizedOperandSegments]> {
  let summary = "A recurrent layer with oneDNN's cells";
  let description = [{
    T steps, N batch, I input features, H hidden units, D directions (2 if
    bidirectional), G gates of the cell: 4 of `lstm` in the order i, f, c, o; 3 of
    `gru` and `lbr_gru` (linear before reset) in the order u, r, o; 1 of `vanilla`,
    whose function is `activation` (relu, tanh or logistic).

    `src_layer` [T, N, I], `src_iter` and `src_iter_c` (lstm) [1, D, N, H],
    `weights_layer` [1, D, I, G, H], `weights_iter` [1, D, H, G, H], `peephole`
    [1, D, 3, H] in the order i, f, o (lstm), `bias` [1, D, G, H] ([1, D, 4, H] for
    `lbr_gru`: the last is the recurrent bias of o). An absent state is zero.

    Results: `dst_layer` [T, N, D * H], `dst_iter` [1, D, N, H] and, for lstm,
    `dst_iter_c` [1, D, N, H].
  }];
  let arguments = (ins DNN_Tensor:$src_layer, Optional<DNN_Tensor>:$src_iter,
    Optional<DNN_Tensor>:$src_iter_c, DNN_Tensor:$weights_layer, DNN_Tensor:$weights_iter,
    Optional<DNN_Tensor>:$peephole, Optional<DNN_Tensor>:$bias,
    DNN_RnnCellAttr:$cell, DNN_RnnDirectionAttr:$direction,
    OptionalAttr<DNN_EltwiseAttr>:$activation, DNN_MathAttr:$math);
  let results = (outs DNN_Tensor:$dst_layer, DNN_Tensor:$dst_iter,
                      Optional<DNN_Tensor>:$dst_iter_c);
  let assemblyFormat = [{
    $cell $direction $src_layer
    (`src_iter` `(` $src_iter^ `:` type($src_iter) `)`)?
    (`src_iter_c` `(` $src_iter_c^ `:` type($src_iter_c) `)`)?
    `weights` `(` $weights_layer `,` $weights_iter `:` type($weights_layer) `,` type($weights_iter) `)`
    (`peephole` `(` $peephole^ `:` type($peephole) `)`)?
    (`bias` `(` $bias^ `:` type($bias) `)`)?
    attr-dict `:` type($src_layer) `->` `(` type($dst_layer) `,` type($dst_iter) (`,` type($dst_iter_c)^)? `)`
  }];
}

#endif // MLCC_DIALECTS_DNN_OPS
