//===- LayoutPasses.td - Passes of the layout stage -----------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_COMPILER_LAYOUT_PASSES
#define MLCC_COMPILER_LAYOUT_PASSES

include "mlir/Pass/PassBase.td"

def AssignLayouts : Pass<"assign-layouts", "::mlir::func::FuncOp"> {
  let summary = "Chooses a layout for every tensor";
  let description = [{
    Walks a function once, from its arguments to its results. Each dnn op is
    offered the layouts that its operands have, the one with channels last, and
    those that oneDNN itself wants; the one that costs least by the rule of
    CostModel.h is taken. Element-wise nn ops follow their operands. All other
    ops get plain tensors. Element-wise ops in a permuted layout are written on
    the tensors as they lie; those whose results are new values of variables, or go
    nowhere but to such ops, rather get plain tensors, as variables are. The gradient of pooling has the layout of what was pooled.

    A value is brought into another layout once, where that is first wanted: by
    `dnn.view` where the bytes stay as they are, else by `dnn.reorder`. Layouts
    of constants cost nothing, for `pack-constants` computes them.

    Transposed operands of matrix products become views in a permuted layout;
    so do the results of `nn.transpose` of tensors that are used by ops which
    take any layout.
  }];
  let options = [
    Option<"threads", "threads", "unsigned", "1",
           "Threads that oneDNN shall choose layouts for">,
    Option<"remarks", "remarks", "bool", "false",
           "Remark every reorder of a value that is not constant">,
  ];
  let statistics = [
    Statistic<"reorders", "reorders", "Reorders while the model runs">,
    Statistic<"reorderedBytes", "reordered-bytes", "Bytes that they read and write">,
    Statistic<"queries", "queries", "Different questions put to oneDNN">,
  ];
  let dependentDialects = ["::mlcc::dnn::DNNDialect"];
}

def PackConstants : Pass<"pack-constants", "::mlir::ModuleOp"> {
  let summary = "Executes the reorders of constants";
  let description = [{
    `dnn.reorder` of a constant becomes a `dnn.constant` of the packed bytes;
    equal ones are computed once. The memory of a constant is given back as soon
    as its last user is packed.
  }];
  let statistics = [
    Statistic<"packed", "packed", "Constants packed">,
    Statistic<"packedBytes", "packed-bytes", "Bytes of packed constants">,
    Statistic<"freedBytes", "freed-bytes", "Bytes of constants given back">,
  ];
  let dependentDialects = ["::mlcc::dnn::DNNDialect"];
}

#endif // MLCC_COMPILER_LAYOUT_PASSES
