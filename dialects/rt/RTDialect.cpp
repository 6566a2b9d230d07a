//===- RTDialect.cpp - The rt dialect -------------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/rt/RT.h"

#include "llvm/ADT/STLExtras.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace mlcc::rt;

#include "dialects/rt/RTDialect.cpp.inc"

#define GET_OP_CLASSES
#include "dialects/rt/RTOps.cpp.inc"

void RTDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "dialects/rt/RTOps.cpp.inc"
      >();
}

/// Whether a kernel's argument can stand for a launch's operand or result: the
/// element types agree, and so do the shapes unless a layout makes the physical
/// one differ.
static bool fits(Type argument, RankedTensorType value) {
  auto shaped = dyn_cast<ShapedType>(argument);
  if (!shaped || !shaped.hasStaticShape() ||
      shaped.getElementType() != value.getElementType())
    return false;
  return value.getEncoding() || shaped.getShape() == value.getShape();
}

LogicalResult LaunchOp::verify() {
  if (getWork() < 0)
    return emitOpError("has a negative amount of work");
  if (getGrain() < 1)
    return emitOpError("has a grain of less than one iteration");
  return success();
}

LogicalResult LaunchOp::verifySymbolUses(SymbolTableCollection &symbols) {
  auto kernel =
      symbols.lookupNearestSymbolFrom<func::FuncOp>(*this, getKernelAttr());
  if (!kernel)
    return emitOpError("refers to @") << getKernel() << ", which is no function";
  if (!kernel->hasAttr(kernelAttrName))
    return emitOpError("refers to @")
           << getKernel() << ", which is not marked rt.kernel";
  ArrayRef<Type> arguments = kernel.getFunctionType().getInputs();
  size_t expected = 2 + getNumOperands() + getNumResults();
  if (arguments.size() != expected || !arguments[0].isIndex() ||
      !arguments[1].isIndex() || kernel.getNumResults() != 0)
    return emitOpError("needs a kernel of two indices, ")
           << getNumOperands() << " inputs and " << getNumResults()
           << " outputs that returns nothing";
  unsigned position = 0;
  for (auto [argument, value] :
       llvm::zip(arguments.drop_front(2),
                 llvm::concat<Type>(getOperandTypes(), getResultTypes()))) {
    if (!fits(argument, cast<RankedTensorType>(value)))
      return emitOpError("cannot pass ")
             << value << " as argument " << position << " of @" << getKernel()
             << ", which is " << argument;
    ++position;
  }
  return success();
}
