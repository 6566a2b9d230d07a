//===- KernelsPasses.td - Passes of the kernels stage ---------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_COMPILER_KERNELS_PASSES
#define MLCC_COMPILER_KERNELS_PASSES

include "mlir/Pass/PassBase.td"

def ExpandResizePass : Pass<"expand-resize", "::mlir::func::FuncOp"> {
  let summary = "Writes resize as gathers at constant positions and weighted sums";
  let description = [{
    Which input elements an output element is made of, and with which weights,
    is known per dimension, so one dimension after the other becomes

      sum over taps k: gather(x, positions_k) * weights_k

    Repetition of each element by a whole factor is a reshape and a broadcast.
    The pieces are element-wise and data movement, which share a loop.
  }];
  let dependentDialects = ["::mlcc::nn::NNDialect"];
}

def FormKernelsPass : Pass<"form-kernels", "::mlir::ModuleOp"> {
  let summary = "Groups nn ops into kernel functions";
  let description = [{
    Every nn op but `nn.constant` and `nn.reshape` (a view) moves into a private
    function marked `rt.kernel`, together with the producers that can be computed
    in the same loops, and is called from where it stood. A producer joins if all
    its users are in the group and nothing expensive would be computed twice. If
    there are users elsewhere, but after the group, it joins as another result;
    and what costs no more to compute from its only large operand than to load is
    computed in every group that needs it. Constants of one element move along.
  }];
  let dependentDialects = ["::mlir::func::FuncDialect"];
  let statistics = [
    Statistic<"kernels", "kernels", "Kernel functions formed">,
    Statistic<"fusedOps", "fused-ops", "Ops that joined another op's kernel">,
  ];
}

def DecomposeKernelsPass : Pass<"decompose-kernels", "::mlir::func::FuncOp"> {
  let summary = "Writes softmax and normalizations as reductions and element-wise ops";
  let description = [{
    Inside kernels only: there the pieces share one pass over each row.
  }];
  let dependentDialects = ["::mlcc::nn::NNDialect"];
}

def LowerKernelsPass : Pass<"lower-kernels", "::mlir::ModuleOp"> {
  let summary = "Turns kernel functions of nn ops into loops, calls into launches";
  let description = [{
    A kernel `func.func private @k(tensors) -> tensors` becomes
    `func.func private @k(%begin: index, %end: index, input memrefs..., output
    memrefs...)` of scf, memref, arith and math, and each call of it an
    `rt.launch` with its number of iterations and grain. Kernels whose outputs may
    lie where inputs do say so (`rt.in_place`), and how many they are if there are
    several (`rt.outputs`).
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::math::MathDialect",
    "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect",
    "::mlcc::rt::RTDialect"];
}

#endif // MLCC_COMPILER_KERNELS_PASSES
