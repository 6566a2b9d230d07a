//===- NNLoops.td - Loops of nn -------------------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_DIALECTS_NN_LOOPS
#define MLCC_DIALECTS_NN_LOOPS

include "mlir/IR/SymbolInterfaces.td"
include "dialects/nn/NNDialect.td"

/// A loop's body is a private function of the module, so that every stage
/// treats it as it treats other functions. Its results say what the loop's are.
class NN_LoopOp<string mnemonic> : Op<NN_Dialect, mnemonic, [
    Pure, AttrSizedOperandSegments,
    DeclareOpInterfaceMethods<NN_ReferenceOpInterface, ["evaluationWork"]>,
    DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let hasVerifier = 1;
}

def NN_ScanOp : NN_LoopOp<"scan"> {
  let summary = "Calls a function for each time step of sequences";
  let description = [{
    `body` names a private function (step of each sequence, states, invariants) ->
    (step results, new states). It is called `trips` times. Time is the first
    dimension of `sequences` [trips, ...], so that a step is a contiguous piece; the
    states are `states` at first and then what the call before gave. The loop's
    results are the step results stacked to [trips, ...], then the last states. With
    `reverse`, time runs from the last step to the first; results of steps stay in
    their places. `unroll` says whether the body is to be repeated in the place of the
    loop; without it that depends on its size. `extends` names the body of a loop with
    the same operands that need not run: a scan that has the first of these step results
    and the same states, or an nn.while that the states but the first one are those of.
  }];
  let arguments = (ins FlatSymbolRefAttr:$body, Variadic<NN_Tensor>:$sequences,
                       Variadic<NN_Tensor>:$states, Variadic<NN_Tensor>:$invariants,
                       I64Attr:$trips, UnitAttr:$reverse, OptionalAttr<BoolAttr>:$unroll,
                       OptionalAttr<FlatSymbolRefAttr>:$extends);
  let results = (outs Variadic<NN_Tensor>:$outputs);
  let assemblyFormat = [{
    $body `over` `(` $sequences `)` `from` `(` $states `)` `with` `(` $invariants `)`
    `trips` `(` $trips `)` (`reverse` $reverse^)? attr-dict `:` functional-type(operands, results)
  }];
  let extraClassDeclaration = [{
    /// The number of results that are stacked steps; the last states follow.
    unsigned getNumStacks() { return getNumResults() - getStates().size(); }
    ::mlir::ResultRange getStacks() { return getResults().take_front(getNumStacks()); }
    ::mlir::ResultRange getLastStates() { return getResults().drop_front(getNumStacks()); }
  }];
}

def NN_WhileOp : NN_LoopOp<"while"> {
  let summary = "Calls a function again and again while it says so";
  let description = [{
    `body` names a private function (states, invariants) -> (go on: a boolean scalar,
    new states). It is called once, and then again with the new states while it has
    returned true, at most `limit` times in all. The results are the last states.
  }];
  let arguments = (ins FlatSymbolRefAttr:$body, Variadic<NN_Tensor>:$states,
                       Variadic<NN_Tensor>:$invariants, I64Attr:$limit);
  let results = (outs Variadic<NN_Tensor>:$outputs);
  let assemblyFormat = [{
    $body `from` `(` $states `)` `with` `(` $invariants `)` `limit` `(` $limit `)`
    attr-dict `:` functional-type(operands, results)
  }];
}

#endif // MLCC_DIALECTS_NN_LOOPS
