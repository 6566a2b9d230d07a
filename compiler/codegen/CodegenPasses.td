//===- CodegenPasses.td - Passes of the codegen stage ---------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_COMPILER_CODEGEN_PASSES
#define MLCC_COMPILER_CODEGEN_PASSES

include "mlir/Pass/PassBase.td"

def ApproximateMath : Pass<"approximate-math"> {
  let summary = "Replaces f32 math functions by polynomials that vectorize";
  let description = [{
    A call of libm per element costs tens of cycles and keeps a loop from being
    vectorized. Functions of f32 with a polynomial approximation of a few units
    in the last place use that; f64 and the other functions call libm; f16 and
    bf16 are computed in f32.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::math::MathDialect",
                           "::mlir::vector::VectorDialect"];
}

def KernelEntries : Pass<"kernel-entries", "::mlir::ModuleOp"> {
  let summary = "Gives each kernel an entry as the ABI has it";
  let description = [{
    A kernel `@k(%begin: i64, %end: i64, %a: !llvm.ptr, ...)` gets a function
    `@k.entry(%begin: i64, %end: i64, %places: !llvm.ptr)` that loads the
    pointers from an array. The kernel's pointers are marked as what
    planning guarantees: not null, apart from each other (a step that writes
    where it reads has one argument for both), and aligned to 64 bytes where every
    step passes a place in the arena, the weights or the state; inputs and
    outputs belong to the user.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
}

#endif // MLCC_COMPILER_CODEGEN_PASSES
