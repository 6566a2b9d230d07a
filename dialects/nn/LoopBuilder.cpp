//===- LoopBuilder.cpp - Building loops -----------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/nn/Loops.h"

#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace mlcc;
using namespace mlcc::nn;

//===----------------------------------------------------------------------===//
// Bodies
//===----------------------------------------------------------------------===//

func::FuncOp nn::bodyOf(Operation *loop) {
  return SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(
      loop, loop->getAttrOfType<FlatSymbolRefAttr>("body"));
}

void nn::setBody(Operation *loop, func::FuncOp body) {
  loop->setAttr("body", FlatSymbolRefAttr::get(body.getSymNameAttr()));
}

/// `name`, or that with a number if it is taken in the symbol table of
/// `function`.
static std::string freeName(Operation *function, StringRef name) {
  llvm::StringSet<> taken;
  for (Operation &op : *function->getBlock())
    if (auto symbol =
            op.getAttrOfType<StringAttr>(SymbolTable::getSymbolAttrName());
        symbol && symbol.getValue().starts_with(name))
      taken.insert(symbol.getValue());
  std::string free = name.str();
  for (unsigned number = 1; taken.contains(free); ++number)
    free = (name + "." + Twine(number)).str();
  return free;
}

func::FuncOp nn::createBody(Operation *user, Location location, StringRef name,
                            TypeRange arguments) {
  auto function = isa<func::FuncOp>(user)
                      ? cast<func::FuncOp>(user)
                      : user->getParentOfType<func::FuncOp>();
  OpBuilder builder(function);
  auto body = func::FuncOp::create(builder, location,
                                   freeName(function, (name + "/loop").str()),
                                   builder.getFunctionType(arguments, {}));
  body.setPrivate();
  body.addEntryBlock();
  return body;
}

func::FuncOp nn::cloneBody(func::FuncOp body) {
  // The name without its number.
  StringRef name = body.getSymName();
  auto [stem, number] = name.rsplit('.');
  if (stem.ends_with("/loop"))
    name = stem;
  func::FuncOp copy = body.clone();
  copy.setSymName(freeName(body, name));
  body->getBlock()->getOperations().insert(std::next(body->getIterator()),
                                           copy);
  return copy;
}

void nn::updateType(func::FuncOp body) {
  Block &block = body.front();
  // What is known of arguments is of those that there were.
  body.removeArgAttrsAttr();
  body.removeResAttrsAttr();
  body.setFunctionType(
      FunctionType::get(body.getContext(), block.getArgumentTypes(),
                        block.getTerminator()->getOperandTypes()));
}

RankedTensorType nn::stepType(Type sequence) {
  auto type = cast<RankedTensorType>(sequence);
  return RankedTensorType::get(type.getShape().drop_front(),
                               type.getElementType());
}

RankedTensorType nn::stackType(Type step, int64_t trips) {
  auto type = cast<RankedTensorType>(step);
  SmallVector<int64_t> shape{trips};
  llvm::append_range(shape, type.getShape());
  return RankedTensorType::get(shape, type.getElementType());
}

//===----------------------------------------------------------------------===//
// LoopBuilder
//===----------------------------------------------------------------------===//

LoopBuilder::LoopBuilder(OpBuilder &builder, Location location, StringRef name,
                         ValueRange sequences, ValueRange states)
    : builder(builder), place(builder.saveInsertionPoint()), location(location),
      sequences(sequences), states(states) {
  SmallVector<Type> types;
  for (Value sequence : sequences)
    types.push_back(stepType(sequence.getType()));
  llvm::append_range(types, states.getTypes());
  body = createBody(builder.getInsertionBlock()->getParentOp(), location, name,
                    types);
  builder.setInsertionPointToEnd(&body.front());
}

LoopBuilder::~LoopBuilder() {
  if (finished)
    return;
  builder.restoreInsertionPoint(place);
  body->erase();
}

void LoopBuilder::addState(Value outside) {
  states.push_back(outside);
  inside[outside] = body.front().addArgument(outside.getType(), location);
}

bool LoopBuilder::takes(Value value) {
  return llvm::any_of(body.front(), [&](Operation &op) {
    return llvm::is_contained(op.getOperands(), value);
  });
}

SmallVector<Value> LoopBuilder::close(ValueRange results) {
  Block *block = getBlock();
  func::ReturnOp::create(builder, location, results);
  SmallVector<Value> invariants;
  for (Operation &op : llvm::make_early_inc_range(*block))
    for (OpOperand &operand : op.getOpOperands()) {
      Value value = operand.get();
      if (value.getParentBlock() == block)
        continue;
      Value &stand = inside[value];
      if (!stand) {
        if (auto constant = value.getDefiningOp<ConstantOp>()) {
          builder.setInsertionPointToStart(block);
          stand = builder.clone(*constant)->getResult(0);
        } else {
          invariants.push_back(value);
          stand = block->addArgument(value.getType(), value.getLoc());
        }
      }
      operand.set(stand);
    }
  updateType(body);
  builder.restoreInsertionPoint(place);
  finished = true;
  return invariants;
}

ScanOp LoopBuilder::finishScan(ValueRange stepResults, ValueRange newStates,
                               int64_t trips, bool reverse) {
  SmallVector<Value> results(stepResults);
  llvm::append_range(results, newStates);
  SmallVector<Value> invariants = close(results);
  SmallVector<Type> types;
  for (Value result : stepResults)
    types.push_back(stackType(result.getType(), trips));
  llvm::append_range(types, ValueRange(states).getTypes());
  return ScanOp::create(builder, location, types, body.getSymName(), sequences,
                        states, invariants, trips, reverse,
                        /*unroll=*/BoolAttr(), /*extends=*/FlatSymbolRefAttr());
}

WhileOp LoopBuilder::finishWhile(Value goOn, ValueRange newStates,
                                 int64_t limit) {
  SmallVector<Value> results{goOn};
  llvm::append_range(results, newStates);
  SmallVector<Value> invariants = close(results);
  return WhileOp::create(builder, location, ValueRange(states).getTypes(),
                         body.getSymName(), states, invariants, limit);
}
