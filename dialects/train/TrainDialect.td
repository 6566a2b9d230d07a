//===- TrainDialect.td - The train dialect: how parameters are learnt -----===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_DIALECTS_TRAIN_DIALECT
#define MLCC_DIALECTS_TRAIN_DIALECT

include "mlir/IR/OpBase.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"
include "dialects/train/TrainInterfaces.td"

def Train_Dialect : Dialect {
  let name = "train";
  let cppNamespace = "::mlcc::train";
  let summary = "Training: optimizers, schedules, clipping, parameter groups";
  let description = [{
    A `train.step` asks for a function that makes one step of training; the
    gradient stage makes it. Optimizers, schedules and bounds on gradients are
    attributes with interfaces that build nn ops: a new one touches only the files
    of its family.
  }];
  let useDefaultAttributePrinterParser = 1;
}

class Train_Attr<string name, string mnemonicName, list<Trait> traits = []>
    : AttrDef<Train_Dialect, name, traits> {
  let mnemonic = mnemonicName;
}

/// A number, printed so that reading it gives the same bits.
class Train_Number<string default = "0.0">
    : DefaultValuedParameter<"::mlcc::train::Number", "::mlcc::train::Number(" # default # ")"> {
  let parser = "::mlcc::train::parseNumber($_parser)";
  let printer = "::mlcc::train::printNumber($_printer, $_self)";
}
def Train_Flag : DefaultValuedParameter<"bool", "false"> {
  let parser = "::mlcc::train::parseFlag($_parser)";
}

def Train_Variant : I32EnumAttr<"Variant", "Whose formula, where they differ", [
    I32EnumAttrCase<"Framework", 0, "framework">,
    I32EnumAttrCase<"Textbook", 1, "textbook">]> {
  let cppNamespace = "::mlcc::train";
  let genSpecializedAttr = 0;
}
def Train_VariantParameter
    : DefaultValuedParameter<"::mlcc::train::Variant", "::mlcc::train::Variant::Framework"> {
  let parser = "::mlcc::train::parseVariant($_parser)";
  let printer = "$_printer << ::mlcc::train::stringifyVariant($_self)";
}

#endif // MLCC_DIALECTS_TRAIN_DIALECT
