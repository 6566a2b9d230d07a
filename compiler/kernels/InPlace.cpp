//===- InPlace.cpp - Kernels that may write where they read ---------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/kernels/InPlace.h"

#include "compiler/kernels/ElementTypes.h"
#include "compiler/kernels/OpModels.h"

#include "llvm/ADT/DenseMap.h"

using namespace mlir;

namespace mlcc::kernels {

/// Whether every use of `value` leads to the kernel's result element by
/// element.
static bool isElementwiseToResult(Value value, ArrayRef<int64_t> shape,
                                  llvm::DenseMap<Value, bool> &known) {
  if (auto answer = known.find(value); answer != known.end())
    return answer->second;
  bool result =
      cast<RankedTensorType>(value.getType()).getShape() == shape &&
      llvm::all_of(value.getUsers(), [&](Operation *user) {
        if (isa<func::ReturnOp>(user))
          return true;
        const OpModel *model = lookupOpModel(user);
        return model && model->role == OpRole::elementwise &&
               user->getNumResults() == 1 &&
               isElementwiseToResult(user->getResult(0), shape, known);
      });
  known[value] = result;
  return result;
}

SmallVector<int64_t> findInPlaceInputs(func::FuncOp graph) {
  SmallVector<int64_t> inputs;
  auto first = cast<RankedTensorType>(graph.getResultTypes().front());
  auto fits = [&](RankedTensorType type) {
    return llvm::any_of(graph.getResultTypes(), [&](Type result) {
      return memoryType(type) == memoryType(cast<RankedTensorType>(result)) &&
             type.getEncoding() == first.getEncoding();
    });
  };
  // Ops that write their whole results do so in an order of their own.
  bool oneNest = llvm::all_of(graph.getResultTypes(), [&](Type result) {
    return cast<RankedTensorType>(result).getShape() == first.getShape();
  });
  if (!oneNest)
    return inputs;
  llvm::DenseMap<Value, bool> known;
  for (BlockArgument argument : graph.getArguments())
    if (fits(cast<RankedTensorType>(argument.getType())) &&
        isElementwiseToResult(argument, first.getShape(), known))
      inputs.push_back(argument.getArgNumber());
  return inputs;
}

} // namespace mlcc::kernels
