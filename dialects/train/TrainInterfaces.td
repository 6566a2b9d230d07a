//===- TrainInterfaces.td - What optimizers and schedules can do ----------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_DIALECTS_TRAIN_INTERFACES
#define MLCC_DIALECTS_TRAIN_INTERFACES

include "mlir/IR/OpBase.td"

def Train_OptimizerAttrInterface : AttrInterface<"OptimizerAttrInterface"> {
  let cppNamespace = "::mlcc::train";
  let description = [{
    The rule by which a parameter follows its gradient. A slot is a tensor that
    the optimizer keeps beside each parameter from step to step.
  }];
  let methods = [
    InterfaceMethod<"The learning rate before the schedule.", "double",
                    "getBaseRate">,
    InterfaceMethod<"The decoupled weight decay of parameters whose group has none.",
                    "double", "getWeightDecay", (ins), "", "return 0;">,
    InterfaceMethod<
      "Whether weight decay is multiplied by the learning rate (else only by what the schedule makes of it).",
      "bool", "scalesWeightDecay", (ins), "", "return true;">,
    InterfaceMethod<"The slots of a parameter of this type, in a fixed order.",
                    "::llvm::SmallVector<::mlcc::train::Slot>", "slots",
                    (ins "::mlir::RankedTensorType":$parameter)>,
    InterfaceMethod<
      [{The point at which the gradient is taken: the parameter itself unless the
        method looks ahead.}],
      "::mlir::Value", "buildLookAhead",
      (ins "const ::mlcc::train::StepContext &":$context,
           "::mlir::Value":$parameter, "::mlir::ValueRange":$slots),
      "", "return parameter;">,
    InterfaceMethod<
      "The parameter and its slots after a step along `gradient`.",
      "::mlcc::train::Update", "buildUpdate",
      (ins "const ::mlcc::train::StepContext &":$context,
           "::mlir::Value":$parameter, "::mlir::Value":$gradient,
           "::mlir::ValueRange":$slots)>,
    InterfaceMethod<
      "What is wrong with the numbers, or nothing.", "::std::string", "problem">,
  ];
}

def Train_ScheduleAttrInterface : AttrInterface<"ScheduleAttrInterface"> {
  let cppNamespace = "::mlcc::train";
  let description = "The learning rate as a function of the number of steps made.";
  let methods = [
    InterfaceMethod<
      [{The rate of the step after `count` steps. `base` and `count` are `f64`
        scalars, `count` is a whole number.}],
      "::mlir::Value", "buildRate",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::Location":$location,
           "::mlir::Value":$base, "::mlir::Value":$count)>,
    InterfaceMethod<
      "What is wrong with the numbers, or nothing.", "::std::string", "problem">,
  ];
}

def Train_ClipAttrInterface : AttrInterface<"ClipAttrInterface"> {
  let cppNamespace = "::mlcc::train";
  let description = "A bound on gradients.";
  let methods = [
    InterfaceMethod<
      [{Replaces the gradients by bounded ones. `norm` is the square root of the sum
        of all their squares, a scalar.}],
      "void", "buildClip",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::Location":$location,
           "::mlir::Value":$norm,
           "::llvm::MutableArrayRef<::mlir::Value>":$gradients)>,
    InterfaceMethod<
      "What is wrong with the numbers, or nothing.", "::std::string", "problem">,
  ];
}

#endif // MLCC_DIALECTS_TRAIN_INTERFACES
