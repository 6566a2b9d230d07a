//===- TrainOps.td - The train dialect ------------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_DIALECTS_TRAIN_OPS
#define MLCC_DIALECTS_TRAIN_OPS

include "mlir/IR/BuiltinAttributes.td"
include "mlir/IR/SymbolInterfaces.td"
include "dialects/train/TrainOptimizers.td"
include "dialects/train/TrainSchedules.td"

def Train_ObjectiveAttr : Train_Attr<"Objective", "objective"> {
  let summary = "a result of the loss function and its weight in the sum";
  let parameters = (ins "::mlir::StringAttr":$result, Train_Number<"1.0">:$weight);
  let assemblyFormat = "`<` $result (`*` $weight^)? `>`";
}

def Train_GroupAttr : Train_Attr<"Group", "group"> {
  let summary = "how the parameters whose names match a pattern are treated";
  let description = [{
    `*` in the pattern stands for any letters, `?` for one, `[a-z]` for one of a set. The
    first group that matches a parameter counts. `rate` multiplies the learning
    rate. `l1` adds l1 sum |p|, `l2` adds l2 / 2 sum p^2 to what is minimized.
    `weight_decay` is decoupled: p - lr weight_decay p before the step; absent, the optimizer's.
    A `frozen` parameter stays as it is.
  }];
  let parameters = (ins "::mlir::StringAttr":$pattern, Train_Number<"1.0">:$rate,
                        Train_Number<"0.0">:$l1, Train_Number<"0.0">:$l2,
                        OptionalParameter<"::mlir::FloatAttr">:$weight_decay,
                        Train_Flag:$frozen);
  let assemblyFormat = "`<` struct(params) `>`";
}

def Train_StepOp : Op<Train_Dialect, "step", [
    Symbol, DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "Asks for a function that makes one step of training";
  let description = [{
    `loss` names a function whose results `objectives` are scalars; their weighted
    sum is minimized over the parameters among its variables that no group freezes.
    The gradient stage makes the function `sym_name`: the inputs of `loss`; its
    results, `learning_rate` and `gradient_norm`; variables updated.

        train.step @train_step of @loss minimize [#train.objective<"loss">]
          optimizer(#train.adam<lr = 1.0e-3>) schedule(#train.cosine<period = 1000>)
          clip(#train.clip_norm<norm = 1.0>) groups [#train.group<pattern = "*.bias", l2 = 0.0>]
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, FlatSymbolRefAttr:$loss,
                       ArrayAttr:$objectives, AnyAttr:$optimizer,
                       OptionalAttr<AnyAttr>:$schedule, OptionalAttr<AnyAttr>:$clip,
                       OptionalAttr<ArrayAttr>:$groups);
  let assemblyFormat = [{
    $sym_name `of` $loss `minimize` $objectives `optimizer` `(` $optimizer `)`
    (`schedule` `(` $schedule^ `)`)? (`clip` `(` $clip^ `)`)? (`groups` $groups^)? attr-dict
  }];
  let hasVerifier = 1;
}

#endif // MLCC_DIALECTS_TRAIN_OPS
