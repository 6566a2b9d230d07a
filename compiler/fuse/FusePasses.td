//===- FusePasses.td - Passes of the fuse stage ---------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_COMPILER_FUSE_PASSES
#define MLCC_COMPILER_FUSE_PASSES

include "mlir/Pass/PassBase.td"

class FusePass<string name> : Pass<name, "::mlir::func::FuncOp"> {
  let dependentDialects = ["::mlcc::nn::NNDialect", "::mlcc::dnn::DNNDialect"];
}

def UnrollRecurrent : Pass<"fuse-unroll-recurrent", "::mlir::ModuleOp"> {
  let summary = "Recurrent layers that oneDNN has no cell for, step by step";
  let description = [{
    Layers with other activations than oneDNN's cells, clipping, coupled gates or weights
    that are not constant become matrix products and element-wise ops: one product for
    the inputs of all steps, then one for the state of each step, in a loop if there are
    many.
  }];
  let dependentDialects = ["::mlcc::nn::NNDialect"];
}

def ExpandBatchNorm : FusePass<"fuse-expand-batch-norm"> {
  let summary = "Training's batch normalization as reductions and element-wise ops";
  let description = [{
    Forward and backward: the reductions are kernels, and what is done to each element joins
    the activation behind (forward) or before it (backward) in one loop, in whatever layout
    the neighbours have. Half-precision tensors are computed on in f32.
  }];
}

def FuseRecurrent : FusePass<"fuse-recurrent"> {
  let summary = "Recurrent layers to dnn.rnn";
  let description = [{
    Weights are constant: their gates are reordered and transposed here, and the two biases
    added where oneDNN has one.
  }];
}

def FuseLinear : FusePass<"fuse-linear"> {
  let summary = "Convolutions and matrix products to dnn ops, with post-ops";
  let description = [{
    The chain of element-wise ops that starts at a convolution, transposed convolution or
    matrix product, each the only user of the one before, becomes the post-ops of the dnn
    op: activations with the same formula in oneDNN, scalar arithmetic, and binary
    functions of another tensor of the result's shape, or one value per channel. Chains are
    followed through reshapes, which then stand after the op. The dnn op takes the place of
    the chain's end, where all its operands are defined. The gradient of a convolution by its
    weights becomes the primitive for it.
  }];
  let statistics = [
    Statistic<"primitives", "primitives", "dnn ops made">,
    Statistic<"postOps", "post-ops", "Element-wise ops fused into them">];
}

def FuseWindows : FusePass<"fuse-windows"> {
  let summary = "Pooling, response normalization and concatenation to dnn ops";
  let description = [{
    Those that oneDNN computes fast on blocked layouts, so that no reorder is needed between
    convolutions: pooling without dilation, means and maxima over all spatial dimensions,
    response normalization over an odd number of channels, concatenation of channels.
  }];
}

def FuseAccumulate : FusePass<"fuse-accumulate"> {
  let summary = "Residual additions in place";
  let description = [{
    The binary addition that is a convolution's or matrix product's first post-op becomes a
    `sum`, which adds onto the memory of the other tensor, where nothing reads that tensor
    afterwards and it is neither an argument nor a constant.
  }];
  let statistics = [Statistic<"accumulated", "accumulated", "Additions made in place">];
}

#endif // MLCC_COMPILER_FUSE_PASSES
