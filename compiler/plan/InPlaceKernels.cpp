//===- InPlaceKernels.cpp - Kernels that write where they read ------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/plan/PlanPasses.h"
#include "dialects/rt/RT.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/DenseMap.h"

namespace mlcc {
#define GEN_PASS_DEF_INPLACEKERNELS
#include "compiler/plan/PlanPasses.h.inc"
} // namespace mlcc

using namespace mlir;
using namespace mlcc;

/// The inputs of the step's kernel that lie in the place of its output, which
/// comes last.
static SmallVector<int64_t> inputsInPlaceOfOutput(rt::StepKernelOp step) {
  SmallVector<int64_t> inputs;
  ArrayAttr places = step.getPlaces();
  for (size_t index = 0; index + 1 < places.size(); ++index)
    if (places[index] == places[places.size() - 1])
      inputs.push_back(index);
  return inputs;
}

/// A copy of `kernel` beside it, without `inputs`: the output stands for them.
static func::FuncOp makeVariant(func::FuncOp kernel, ArrayRef<int64_t> inputs,
                                SymbolTable &symbols) {
  func::FuncOp variant = kernel.clone();
  std::string name = kernel.getSymName().str() + "_in_place";
  llvm::BitVector erased(kernel.getNumArguments());
  for (int64_t input : inputs) {
    erased.set(input + 2); // after the range
    name += "_" + std::to_string(input);
  }
  variant.setSymName(name);
  variant->removeAttr(rt::inPlaceAttrName);
  symbols.insert(variant, std::next(kernel->getIterator()));
  if (!variant.isExternal()) {
    Block &body = variant.getBody().front();
    for (int64_t input : inputs)
      body.getArgument(input + 2).replaceAllUsesWith(
          body.getArguments().back());
    body.eraseArguments(erased);
  }
  SmallVector<Type> types;
  for (auto [index, type] : llvm::enumerate(kernel.getArgumentTypes()))
    if (!erased.test(index))
      types.push_back(type);
  variant.setFunctionType(FunctionType::get(kernel.getContext(), types, {}));
  return variant;
}

namespace {

class InPlaceKernelsPass
    : public mlcc::impl::InPlaceKernelsBase<InPlaceKernelsPass> {
public:
  void runOnOperation() override {
    SymbolTable symbols(getOperation());
    // By kernel and the inputs in question.
    llvm::DenseMap<std::pair<Attribute, Attribute>, func::FuncOp> known;
    getOperation().walk([&](rt::StepKernelOp step) {
      SmallVector<int64_t> inputs = inputsInPlaceOfOutput(step);
      if (inputs.empty())
        return;
      func::FuncOp &variant = known[{
          step.getKernelAttr(), DenseI64ArrayAttr::get(&getContext(), inputs)}];
      if (!variant) {
        variant = makeVariant(symbols.lookup<func::FuncOp>(step.getKernel()),
                              inputs, symbols);
        ++variants;
      }
      SmallVector<Attribute> places;
      for (auto [index, place] : llvm::enumerate(step.getPlaces()))
        if (!llvm::is_contained(inputs, int64_t(index)))
          places.push_back(place);
      step.setKernel(variant.getSymName());
      step.setPlacesAttr(ArrayAttr::get(&getContext(), places));
      if (rt::ResultAttr result = step.getResultAttr())
        step.setResultAttr(rt::ResultAttr::get(&getContext(), places.size() - 1,
                                               result.getElementType(),
                                               result.getBytes()));
    });
  }
};

} // namespace
