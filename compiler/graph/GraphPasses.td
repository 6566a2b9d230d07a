//===- GraphPasses.td - Passes of the graph stage -------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_COMPILER_GRAPH_PASSES
#define MLCC_COMPILER_GRAPH_PASSES

include "mlir/Pass/PassBase.td"

class GraphPass<string name> : Pass<name, "::mlir::func::FuncOp"> {
  let dependentDialects = ["::mlcc::nn::NNDialect"];
}

def DeriveIndexRanges : GraphPass<"nn-derive-index-ranges"> {
  let summary = "Say which values integer inputs may have";
  let description = [{
    An integer input that is used as indices, of a table's rows or of classes, gets
    the attribute `rt.index_range`, by which programs check data before they
    use it. Inputs that are compared with constants are left alone: there values
    outside may have a meaning, like labels that a loss ignores.
  }];
}

def Simplify : GraphPass<"nn-simplify"> {
  let summary = "Algebraic clean-up that leaves fewer or cheaper ops";
  let description = [{
    Strength reduction (`x^2`, `1 / sqrt(x)`), bounds to `clip`, broadcasts and
    reshapes sunk below element-wise ops, concatenations and slices merged, gathers of constant runs to slices,
    quantization that is undone at once to rounding,
    zero padding into windows, global average pooling to `reduce_mean`, and for
    matrix products: transposes to flags, leading dimensions of the left
    operand flattened before a matrix, added vectors to the bias. Folds no constants: so
    that a transposed matrix of weights becomes a flag before it could become a copy.
  }];
}

def Recompute : GraphPass<"nn-recompute"> {
  let summary = "Computes values again rather than keeping them, within a limit of memory";
  let description = [{
    Values that lie unused across the peak of memory, such as those that the backward
    pass needs of the forward pass, are computed again behind it from values that
    are kept, those first that free the most bytes for their work, until at most
    `limit` bytes are alive together or nothing helps. Equal ops are kept apart by a
    reshape (a view) with the attribute `nn.again`.
  }];
  let options = [
    Option<"limit", "limit", "int64_t", "0", "Bytes alive together; 0: no limit">,
    Option<"report", "report", "bool", "false", "Remark what is computed again">];
  let statistics = [
    Statistic<"recomputed", "recomputed", "Values computed again">];
}

def Recompose : GraphPass<"nn-recompose"> {
  let summary = "Recognize the exported pieces of one operation";
  let description = [{
    Layer and RMS normalization from means, squares and roots; GELU (erf and tanh), SiLU,
    hard sigmoid and swish, softplus, mish, sigmoid; softmax and log-softmax from
    exponentials and sums. Only where the pieces compute the same function,
    up to rounding.
  }];
}

def MoveTransposes : GraphPass<"nn-move-transposes"> {
  let summary = "Sink transposes until they cancel";
  let description = [{
    A transpose moves below element-wise ops, concatenations, slices, pads,
    reductions, softmax and resizing, whose axes are renamed. Models converted from
    channels-last frameworks wrap every convolution in a pair of transposes: they meet
    and cancel. A transpose that only moves extents of one becomes a reshape.
  }];
}

def FoldAffine : GraphPass<"nn-fold-affine"> {
  let summary = "Merge per-channel multiply-add chains, and fold them into weights";
  let description = [{
    A chain of batch normalizations with constant statistics, and of additions,
    subtractions, multiplications and divisions by constants that vary along one axis,
    is one multiply-add, computed in double. If the chain starts at a convolution,
    transposed convolution or matrix product with constant weights whose only
    user it is, weights and bias take it; else it becomes `nn.mul` and `nn.add`, if
    that is fewer ops. A scalar factor reaches such a start also through reshapes,
    transposes and one operand of a matrix product (attention's scale).
  }];
  let statistics = [
    Statistic<"foldedIntoWeights", "folded-into-weights", "Chains that became part of weights and bias">,
    Statistic<"merged", "merged", "Chains that became one multiply-add">];
}

def ReleaseWeights : Pass<"nn-release-weights", "::mlir::ModuleOp"> {
  let summary = "Free the memory of weights that no op refers to any more";
  let description = [{
    Folding makes new resource blobs and leaves the old ones behind, which MLIR keeps as
    long as the context. This frees the data of every blob that no constant of the module
    uses, and that none shares memory with.
  }];
  let statistics = [Statistic<"releasedBytes", "released-bytes", "Bytes freed">];
}

#endif // MLCC_COMPILER_GRAPH_PASSES
