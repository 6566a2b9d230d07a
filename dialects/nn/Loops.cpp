//===- Loops.cpp - What loops must be -------------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/nn/Loops.h"

#include "llvm/ADT/SmallPtrSet.h"

using namespace mlir;
using namespace mlcc;
using namespace mlcc::nn;

static InFlightDiagnostic problem(Operation *loop, ErrorCode code) {
  return mlcc::emitError(loop->getLoc(), code)
         << "'" << loop->getName() << "' ";
}

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

/// No sequence of steps is longer.
static constexpr int64_t maxTrips = int64_t(1) << 31;

static LogicalResult verifyCount(Operation *loop, StringRef name,
                                 int64_t count) {
  if (count >= 1 && count <= maxTrips)
    return success();
  return problem(loop, ErrorCode::InvalidAttribute)
         << "makes from 1 to 2^31 steps, not " << count << " ('" << name
         << "')";
}

LogicalResult ScanOp::verify() {
  if (failed(verifyCount(*this, "trips", getTrips())))
    return failure();
  if (failed(checkTensors(getLoc(), getOperandTypes(), "operand")) ||
      failed(checkTensors(getLoc(), getResultTypes(), "result")))
    return failure();
  for (Type type : getSequences().getTypes()) {
    auto tensor = cast<RankedTensorType>(type);
    if (tensor.getRank() == 0 || tensor.getDimSize(0) != int64_t(getTrips()))
      return problem(*this, ErrorCode::ShapeMismatch)
             << "makes " << getTrips() << " steps over a sequence of shape "
             << shapeText(tensor.getShape());
  }
  if (getNumResults() < getStates().size())
    return problem(*this, ErrorCode::ShapeMismatch)
           << "has " << getNumResults() << " results, but its "
           << getStates().size() << " states are some of them";
  return success();
}

LogicalResult WhileOp::verify() {
  if (failed(checkTensors(getLoc(), getOperandTypes(), "operand")) ||
      failed(checkTensors(getLoc(), getResultTypes(), "result")))
    return failure();
  return verifyCount(*this, "limit", getLimit());
}

//===----------------------------------------------------------------------===//
// Bodies
//===----------------------------------------------------------------------===//

/// The private function with one block that the loop calls, or an error.
static func::FuncOp verifyBody(Operation *loop,
                               SymbolTableCollection &symbols) {
  auto name = loop->getAttrOfType<FlatSymbolRefAttr>("body");
  auto body = symbols.lookupNearestSymbolFrom<func::FuncOp>(loop, name);
  if (body && body.isPrivate() && body.getBody().hasOneBlock() &&
      isa<func::ReturnOp>(body.front().back()))
    return body;
  problem(loop, ErrorCode::UnknownName)
      << "calls @" << name.getValue()
      << ", which is no private function with one block";
  return nullptr;
}

/// That the body does not call the loop's own function, through whatever loops.
static LogicalResult verifyNotRecursive(Operation *loop, func::FuncOp body,
                                        SymbolTableCollection &symbols) {
  auto parent = loop->getParentOfType<func::FuncOp>();
  SmallVector<func::FuncOp> open{body};
  llvm::SmallPtrSet<Operation *, 8> seen;
  while (!open.empty()) {
    func::FuncOp function = open.pop_back_val();
    if (function == parent)
      return problem(loop, ErrorCode::ExpansionLimit)
             << "calls itself: @" << parent.getSymName()
             << " has it in its body";
    if (!seen.insert(function).second)
      continue;
    function.walk([&](Operation *op) {
      if (!isLoop(op))
        return;
      if (auto inner = symbols.lookupNearestSymbolFrom<func::FuncOp>(
              op, op->getAttrOfType<FlatSymbolRefAttr>("body")))
        open.push_back(inner);
    });
  }
  return success();
}

static LogicalResult verifyTypes(Operation *loop, func::FuncOp body,
                                 StringRef kind, TypeRange has,
                                 TypeRange needs) {
  if (has == needs)
    return success();
  InFlightDiagnostic error = problem(loop, ErrorCode::ShapeMismatch);
  error << "needs a body with " << kind << " (" << needs << "), but @"
        << body.getSymName() << " has (" << has << ")";
  return error;
}

LogicalResult ScanOp::verifySymbolUses(SymbolTableCollection &symbols) {
  func::FuncOp body = verifyBody(*this, symbols);
  if (!body || failed(verifyNotRecursive(*this, body, symbols)))
    return failure();
  SmallVector<Type> arguments, results;
  for (Type type : getSequences().getTypes())
    arguments.push_back(stepType(type));
  llvm::append_range(arguments, getStates().getTypes());
  llvm::append_range(arguments, getInvariants().getTypes());
  for (Value stack : getStacks()) {
    auto type = cast<RankedTensorType>(stack.getType());
    if (type.getRank() == 0 || type.getDimSize(0) != int64_t(getTrips()))
      return problem(*this, ErrorCode::ShapeMismatch)
             << "cannot stack " << getTrips() << " steps to shape "
             << shapeText(type.getShape());
    results.push_back(stepType(type));
  }
  llvm::append_range(results, getStates().getTypes());
  if (getLastStates().getTypes() != getStates().getTypes())
    return problem(*this, ErrorCode::ShapeMismatch)
           << "has last states of other types than its first ones";
  return success(succeeded(verifyTypes(*this, body, "arguments",
                                       body.getArgumentTypes(), arguments)) &&
                 succeeded(verifyTypes(*this, body, "results",
                                       body.getResultTypes(), results)));
}

LogicalResult WhileOp::verifySymbolUses(SymbolTableCollection &symbols) {
  func::FuncOp body = verifyBody(*this, symbols);
  if (!body || failed(verifyNotRecursive(*this, body, symbols)))
    return failure();
  SmallVector<Type> results{
      RankedTensorType::get({}, IntegerType::get(getContext(), 1))};
  llvm::append_range(results, getStates().getTypes());
  if (getResultTypes() != getStates().getTypes())
    return problem(*this, ErrorCode::ShapeMismatch)
           << "has last states of other types than its first ones";
  return success(
      succeeded(verifyTypes(*this, body, "arguments", body.getArgumentTypes(),
                            getOperandTypes())) &&
      succeeded(
          verifyTypes(*this, body, "results", body.getResultTypes(), results)));
}
