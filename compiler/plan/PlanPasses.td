//===- PlanPasses.td - Passes of the plan stage ---------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_COMPILER_PLAN_PASSES
#define MLCC_COMPILER_PLAN_PASSES

include "mlir/Pass/PassBase.td"

def PlanPrograms : Pass<"plan-programs", "::mlir::ModuleOp"> {
  let summary = "Turns entry points into programs: steps over places in memory";
  let description = [{
    Every function that is not a kernel becomes an `rt.program`: launches and
    oneDNN primitives become steps; each value gets a place.

    - Constants lie in the weights, equal ones once (`rt.weight`).
    - Arguments lie in the inputs. `nn.reshape` and `dnn.view` are other
      views of their operands.
    - A result lies in its output if a step produces it; otherwise it is copied
      there.
    - Variables lie in the state block, one after the other. A variable's new
      value is computed where the old one lies if nothing reads that any more;
      the step that computes it may read the same element (`rt.in_place`).
      Otherwise it is copied there at the end.
    - A primitive that accumulates (`sum` post-op) takes over the memory of the
      operand that it accumulates onto if that dies there; otherwise the operand
      is copied first.
    - All else lies in the arena, where values share memory if they are never
      alive together.
  }];
  let options = [
    Option<"report", "report", "bool", "false",
           "Remark the size of each arena against the lower bound, and new "
           "values of variables that are copied">,
    Option<"limit", "limit", "int64_t", "0",
           "Bytes that an arena may have; 0: no limit">,
  ];
  let statistics = [
    Statistic<"steps", "steps", "Steps of all programs">,
    Statistic<"copies", "copies", "Steps that only copy">,
    Statistic<"updatedInPlace", "updated-in-place",
              "New values of variables that lie where the old ones did">,
    Statistic<"stateBytes", "state-bytes", "Bytes of the variables">,
    Statistic<"arenaBytes", "arena-bytes", "Bytes of the arenas">,
    Statistic<"lowerBoundBytes", "lower-bound-bytes",
              "Bytes alive together at most: no arena can be smaller">,
    Statistic<"weightsBytes", "weights-bytes", "Bytes of the weights">,
    Statistic<"sharedWeightsBytes", "shared-weights-bytes",
              "Bytes of constants that were equal to others">,
  ];
  let dependentDialects = ["::mlcc::rt::RTDialect"];
}

def InPlaceKernels : Pass<"in-place-kernels", "::mlir::ModuleOp"> {
  let summary = "Steps that write where they read run kernels that know it";
  let description = [{
    A kernel's arguments do not overlap, which lets LLVM vectorize without
    asking. So a step whose output lies in the place of inputs gets a variant of its
    kernel in which these are one argument, the output.
  }];
  let statistics = [
    Statistic<"variants", "variants", "Variants of kernels">,
  ];
  let dependentDialects = ["::mlir::func::FuncDialect"];
}

#endif // MLCC_COMPILER_PLAN_PASSES
