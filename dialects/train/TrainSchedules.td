//===- TrainSchedules.td - Learning rates over time, bounds ---------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// base is the learning rate of the optimizer, k the number of steps made before
// this one.
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_DIALECTS_TRAIN_SCHEDULES
#define MLCC_DIALECTS_TRAIN_SCHEDULES

include "dialects/train/TrainDialect.td"

class Train_Schedule<string name, string mnemonic>
    : Train_Attr<name, mnemonic, [
        DeclareAttrInterfaceMethods<Train_ScheduleAttrInterface>]> {
  let assemblyFormat = "`<` struct(params) `>`";
}

def Train_ConstantAttr : Train_Attr<"Constant", "constant", [
    DeclareAttrInterfaceMethods<Train_ScheduleAttrInterface>]> {
  let summary = "base";
}

def Train_StaircaseAttr : Train_Schedule<"Staircase", "staircase"> {
  let summary = "base * factor^floor(k / every)";
  let parameters = (ins "int64_t":$every, Train_Number<"0.1">:$factor);
}

def Train_ExponentialAttr : Train_Schedule<"Exponential", "exponential"> {
  let summary = "base * factor^(k / every)";
  let parameters = (ins Train_Number<"0.99">:$factor,
                        DefaultValuedParameter<"int64_t", "1">:$every);
}

def Train_InverseAttr : Train_Schedule<"Inverse", "inverse"> {
  let summary = "base / (1 + decay k)^power";
  let description = [{
    `decay = 1`: 1/t (and with `power = 0.5` one over its root), t = k + 1 being
    the number of the step.
  }];
  let parameters = (ins Train_Number<"1.0">:$decay, Train_Number<"1.0">:$power);
}

def Train_LinearAttr : Train_Schedule<"Linear", "linear"> {
  let summary = "From base * start to base * end in `steps` steps, then constant";
  let parameters = (ins "int64_t":$steps, Train_Number<"1.0">:$start,
                        Train_Number<"0.0">:$end);
}

def Train_CosineAttr : Train_Schedule<"Cosine", "cosine"> {
  let summary = "minimum + (base - minimum) (1 + cos(pi c / period)) / 2, c steps after the last restart";
  let description = [{
    With `restarts` (Loshchilov and Hutter, 2017), the rate jumps back to base after
    each period, and periods grow by the whole factor `growth`. Without, the rate
    stays at `minimum` after the period.
  }];
  let parameters = (ins "int64_t":$period, Train_Number<"0.0">:$minimum,
                        DefaultValuedParameter<"int64_t", "1">:$growth,
                        Train_Flag:$restarts);
}

def Train_WarmupAttr : Train_Schedule<"Warmup", "warmup"> {
  let summary = "From base * start to base in `steps` steps, then another schedule from its beginning";
  let parameters = (ins "int64_t":$steps, Train_Number<"0.0">:$start,
                        OptionalParameter<"::mlir::Attribute">:$then);
}

def Train_EpochsAttr : Train_Schedule<"Epochs", "epochs"> {
  let summary = "Another schedule that counts epochs of `steps` steps instead of steps";
  let parameters = (ins "int64_t":$steps, "::mlir::Attribute":$of);
}

//===----------------------------------------------------------------------===//
// Bounds on gradients
//===----------------------------------------------------------------------===//

class Train_Clip<string name, string mnemonic>
    : Train_Attr<name, mnemonic, [
        DeclareAttrInterfaceMethods<Train_ClipAttrInterface>]> {
  let assemblyFormat = "`<` struct(params) `>`";
}

def Train_ClipValueAttr : Train_Clip<"ClipValue", "clip_value"> {
  let summary = "Each element of a gradient limited to [minimum, maximum]";
  let parameters = (ins Train_Number<"-1.0">:$minimum, Train_Number<"1.0">:$maximum);
}

def Train_ClipNormAttr : Train_Clip<"ClipNorm", "clip_norm"> {
  let summary = "All gradients scaled together where their norm is beyond `norm`";
  let description = [{
    framework: by min(1, norm / (|g| + 1e-6)); textbook: by norm / max(|g|, norm)
    (Pascanu et al., 2013).
  }];
  let parameters = (ins Train_Number<"1.0">:$norm, Train_VariantParameter:$variant);
}

#endif // MLCC_DIALECTS_TRAIN_SCHEDULES
