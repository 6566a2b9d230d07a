//===- RTOps.td - The rt dialect: what the runtime executes ---------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_DIALECTS_RT_OPS
#define MLCC_DIALECTS_RT_OPS

include "mlir/IR/OpBase.td"
include "mlir/IR/BuiltinAttributes.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def RT_Dialect : Dialect {
  let name = "rt";
  let cppNamespace = "::mlcc::rt";
  let summary = "The runtime's level: kernels launched over ranges, places in memory";
  let description = [{
    Attributes of the dialect on functions, their arguments and results:

    - `rt.kernel` marks a kernel function (see `rt.launch`);
    - `rt.name` (a string) is the name of an entry point's input or output in
      the user's model;
    - `rt.required_value` (elements) is the only legal value of an input that
      was bound at compile time.
  }];
}

class RT_Op<string mnemonic, list<Trait> traits = []> : Op<RT_Dialect, mnemonic, traits>;

def RT_LaunchOp : RT_Op<"launch", [Pure, DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "Runs a kernel function over [0, work) on the thread pool";
  let description = [{
    `kernel` names a function `(%begin: index, %end: index, inputs..., outputs...)`
    marked `rt.kernel` that computes iterations [begin, end); inputs and outputs are memrefs of the shapes of
    the launch's operands and results (physical shapes for tensors with a
    layout). Iterations are independent of each other; outputs are written
    completely by [0, work) and not read before. `grain` is the least number
    of iterations worth a thread of its own.
  }];
  let arguments = (ins FlatSymbolRefAttr:$kernel, Variadic<AnyRankedTensor>:$inputs,
                       I64Attr:$work, I64Attr:$grain);
  let results = (outs Variadic<AnyRankedTensor>:$outputs);
  let assemblyFormat = [{
    $kernel `(` $inputs `)` `work` `(` $work `)` `grain` `(` $grain `)` attr-dict
    `:` functional-type($inputs, $outputs)
  }];
  let hasVerifier = 1;
}

#endif // MLCC_DIALECTS_RT_OPS
