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

/// For each place of the step, which are inputs, then outputs: the output that
/// lies there if it is an input's place, else -1. Empty if there is none.
static SmallVector<int64_t> outputsInPlace(rt::StepKernelOp step,
                                           func::FuncOp kernel) {
  auto several = kernel->getAttrOfType<IntegerAttr>(rt::outputsAttrName);
  ArrayRef<Attribute> places = step.getPlaces().getValue();
  size_t inputs = places.size() - (several ? several.getInt() : 1);
  SmallVector<int64_t> outputs(places.size(), -1);
  bool any = false;
  for (size_t input = 0; input < inputs; ++input)
    for (size_t output = inputs; output < places.size(); ++output)
      if (places[input] == places[output]) {
        outputs[input] = output;
        any = true;
      }
  if (!any)
    outputs.clear();
  return outputs;
}

/// A copy of `kernel` beside it, without the inputs that have an output in
/// their place, which stands for them.
static func::FuncOp makeVariant(func::FuncOp kernel, ArrayRef<int64_t> outputs,
                                SymbolTable &symbols) {
  func::FuncOp variant = kernel.clone();
  std::string name = kernel.getSymName().str() + "_in_place";
  llvm::BitVector erased(kernel.getNumArguments());
  for (auto [place, output] : llvm::enumerate(outputs))
    if (output >= 0) {
      erased.set(place + 2); // after the range
      name += "_" + std::to_string(place);
    }
  variant.setSymName(name);
  variant->removeAttr(rt::inPlaceAttrName);
  symbols.insert(variant, std::next(kernel->getIterator()));
  if (!variant.isExternal()) {
    Block &body = variant.getBody().front();
    for (auto [place, output] : llvm::enumerate(outputs))
      if (output >= 0)
        body.getArgument(place + 2).replaceAllUsesWith(
            body.getArgument(output + 2));
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
    // By kernel and the outputs in question.
    llvm::DenseMap<std::pair<Attribute, Attribute>, func::FuncOp> known;
    getOperation().walk([&](rt::StepKernelOp step) {
      auto kernel = symbols.lookup<func::FuncOp>(step.getKernel());
      SmallVector<int64_t> outputs = outputsInPlace(step, kernel);
      if (outputs.empty())
        return;
      func::FuncOp &variant =
          known[{step.getKernelAttr(),
                 DenseI64ArrayAttr::get(&getContext(), outputs)}];
      if (!variant) {
        variant = makeVariant(kernel, outputs, symbols);
        ++variants;
      }
      SmallVector<Attribute> places;
      for (auto [index, place] : llvm::enumerate(step.getPlaces()))
        if (outputs[index] < 0)
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
