//===- LoopPasses.td - Passes over loops ----------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_COMPILER_LOOPS_PASSES
#define MLCC_COMPILER_LOOPS_PASSES

include "mlir/Pass/PassBase.td"

class LoopPass<string name> : Pass<name, "::mlir::ModuleOp"> {
  let dependentDialects = ["::mlcc::nn::NNDialect"];
}

def UnrollLoops : LoopPass<"loops-unroll"> {
  let summary = "Short scans step by step";
  let description = [{
    A scan whose steps together have at most `max-ops` operations, or that says so
    (`unroll`), is replaced by its steps: they fuse with each other and with what is
    around them. One that says the contrary stays. Inner loops come first.
  }];
  let options = [Option<"maxOps", "max-ops", "int64_t", "64",
                        "Operations of all steps of the longest scan to unroll">];
  let statistics = [Statistic<"unrolled", "unrolled", "Scans unrolled">];
}

def MergeLoops : LoopPass<"loops-merge"> {
  let summary = "Scans that compute what others do, and more, take their place";
  let description = [{
    The gradient of a scan needs values of its steps. It has them from a scan of its own that
    computes them besides the results of the first (`extends`); so that one need not run.
  }];
  let statistics = [Statistic<"merged", "merged", "Scans that need not run">];
}

def RollRecurrent : LoopPass<"loops-roll-recurrent"> {
  let summary = "Long recurrent layers whose weights are trained as scans";
  let description = [{
    Their gradient is that of loops, which keeps what it needs of the steps.
  }];
  let statistics = [Statistic<"rolled", "rolled", "Layers that became loops">];
}

def SimplifyLoops : LoopPass<"loops-simplify"> {
  let summary = "Loops without what is not needed in every trip";
  let description = [{
    1. Each loop gets a body of its own.
    2. Results that nothing uses, states that only they need, and operands that
       the body does not read go; states that no trip changes become invariants.
    3. What depends on invariants only moves out of the body, reorders of weights
       among it; constants move in.

    Bodies are marked with the number of their first invariant, which layouts are
    chosen by.
  }];
  let statistics = [
    Statistic<"hoisted", "hoisted", "Operations moved out of bodies">,
    Statistic<"erased", "erased", "Operands and results of loops removed">];
}

def DistributeLoops : LoopPass<"loops-distribute"> {
  let summary = "Matrix products of all steps of a scan at once";
  let description = [{
    Products that no later step needs leave the loop: those of a sequence's steps and an
    invariant before it, those that are step results or add up to a state behind it, as
    one product of all rows. Loops are simplified (`loops-simplify`) before, and
    after, which removes what this leaves.
  }];
  let statistics = [Statistic<"distributed", "distributed", "Products that left loops">];
}

#endif // MLCC_COMPILER_LOOPS_PASSES
