//===- DifferentiateFunction.cpp - The gradient of a function -------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/gradient/Differentiate.h"
#include "compiler/gradient/GradientPasses.h"
#include "dialects/diagnostics/Diagnostics.h"

namespace mlcc {
#define GEN_PASS_DEF_DIFFERENTIATEFUNCTION
#include "compiler/gradient/GradientPasses.h.inc"
} // namespace mlcc

using namespace mlir;
using namespace mlcc;

/// Whether a value is a tensor that nn ops can be made of.
static bool isTensor(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && type.hasStaticShape() &&
         nn::elementFormat(type.getElementType());
}

/// The arguments of these numbers, or all that are floats.
static FailureOr<SmallVector<Value>> chooseArguments(func::FuncOp function,
                                                     ArrayRef<int64_t> wrt) {
  SmallVector<Value> arguments;
  for (int64_t number : wrt) {
    if (number < 0 || number >= function.getNumArguments()) {
      emitError(function.getLoc(), ErrorCode::InvalidOption)
          << "@" << function.getSymName() << " has no argument " << number;
      return failure();
    }
    arguments.push_back(function.getArgument(number));
    if (!isTensor(arguments.back())) {
      emitError(function.getLoc(), ErrorCode::InvalidOption)
          << "argument " << number << " of @" << function.getSymName()
          << " is no tensor of known shape";
      return failure();
    }
  }
  if (!wrt.empty())
    return arguments;
  for (Value argument : function.getArguments())
    if (isTensor(argument) &&
        isa<FloatType>(getElementTypeOrSelf(argument.getType())))
      arguments.push_back(argument);
  return arguments;
}

/// Turns a copy of a function into that of its gradients.
static LogicalResult differentiateFunction(func::FuncOp function,
                                           ArrayRef<int64_t> wrt) {
  Operation *end = function.front().getTerminator();
  if (end->getNumOperands() == 0) {
    emitError(function.getLoc(), ErrorCode::InvalidOption)
        << "@" << function.getSymName() << " has no result to differentiate";
    return failure();
  }
  auto arguments = chooseArguments(function, wrt);
  if (failed(arguments))
    return failure();
  OpBuilder builder(end);
  Value loss = end->getOperand(0);
  auto gradients = differentiate(builder, loss, *arguments);
  if (failed(gradients))
    return failure();
  SmallVector<Value> results{loss};
  llvm::append_range(results, *gradients);
  end->setOperands(results);
  function.setType(builder.getFunctionType(function.getArgumentTypes(),
                                           TypeRange(ValueRange(results))));
  function.removeResAttrsAttr();
  return success();
}

namespace {
class DifferentiateFunction
    : public mlcc::impl::DifferentiateFunctionBase<DifferentiateFunction> {
public:
  using DifferentiateFunctionBase::DifferentiateFunctionBase;

  void runOnOperation() override {
    SmallVector<func::FuncOp> functions;
    for (auto function : getOperation().getOps<func::FuncOp>())
      if ((of.empty() || of == function.getSymName()) && !function.isExternal())
        functions.push_back(function);
    if (functions.empty() && !of.empty()) {
      mlcc::emitError(getOperation().getLoc(), ErrorCode::InvalidOption)
          << "there is no function @" << of;
      return signalPassFailure();
    }
    SymbolTable symbols(getOperation());
    for (func::FuncOp function : functions) {
      auto copy = cast<func::FuncOp>(function->clone());
      copy.setSymName((function.getSymName() + "_gradient").str());
      symbols.insert(copy, std::next(function->getIterator()));
      if (failed(differentiateFunction(copy, wrt)))
        signalPassFailure();
    }
  }
};
} // namespace
