//===- Loops.h - Loops and their bodies --------------------------*- C++
//-*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_DIALECTS_NN_LOOPS_H
#define MLCC_DIALECTS_NN_LOOPS_H

#include "dialects/nn/NN.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/MapVector.h"

namespace mlcc::nn {

/// On the body of loops once they are simplified: the number of the argument
/// from which on arguments are the same in every trip.
inline constexpr llvm::StringLiteral firstInvariantAttrName =
    "nn.first_invariant";

inline bool isLoop(mlir::Operation *op) {
  return mlir::isa_and_present<ScanOp, WhileOp>(op);
}

/// The function that a loop calls. Loops are verified to have one.
mlir::func::FuncOp bodyOf(mlir::Operation *loop);

/// Names `body` as the function that a loop calls.
void setBody(mlir::Operation *loop, mlir::func::FuncOp body);

/// A private function before `user`'s, called after `name` with "/loop" behind
/// it: no variable and no function of a model has such a name. It has one empty
/// block with arguments of the types.
mlir::func::FuncOp createBody(mlir::Operation *user, mlir::Location location,
                              llvm::StringRef name, mlir::TypeRange arguments);

/// A copy of a function beside it, under another name.
mlir::func::FuncOp cloneBody(mlir::func::FuncOp body);

/// Makes the function's type that of its block's arguments and terminator; they
/// lose their attributes.
void updateType(mlir::func::FuncOp body);

/// Puts scans that `extend` another loop of the block in its place, if they
/// have the same operands. Gives their number.
unsigned mergeScans(mlir::Block &block);

/// Replaces a scan by its steps; scans among them stay.
void unrollScan(ScanOp scan);

/// How many operations all steps have together, those of scans in it unrolled
/// too, and constants left out.
double countUnrolled(ScanOp scan);

/// The type of one step of a sequence [time, ...], and of `trips` stacked
/// steps.
mlir::RankedTensorType stepType(mlir::Type sequence);
mlir::RankedTensorType stackType(mlir::Type step, int64_t trips);

/// Builds a loop by building its body:
///
///   LoopBuilder loop(builder, location, "decoder", {sequence}, {state});
///   Value next = AddOp::create(builder, location, loop.step(0),
///   loop.state(0)); ScanOp scan = loop.finishScan({next}, {next}, trips);
///
/// What ops of the body take from outside becomes an invariant of the loop;
/// constants are copied into it.
class LoopBuilder {
public:
  /// `builder` stands where the loop will be, in a function of a module. Until
  /// the loop is finished, it stands at the end of the body.
  LoopBuilder(mlir::OpBuilder &builder, mlir::Location location,
              llvm::StringRef name, mlir::ValueRange sequences,
              mlir::ValueRange states);
  /// Without `finish`, nothing remains of the loop.
  ~LoopBuilder();
  LoopBuilder(const LoopBuilder &) = delete;
  LoopBuilder &operator=(const LoopBuilder &) = delete;

  mlir::Block *getBlock() { return &body.front(); }
  mlir::Value step(unsigned sequence) { return body.getArgument(sequence); }
  mlir::Value state(unsigned number) {
    return body.getArgument(sequences.size() + number);
  }
  /// Another state, which begins as `outside`; wherever the body takes that
  /// from outside, it takes the state instead.
  void addState(mlir::Value outside);
  /// Whether ops of the body, so far, or of loops in it take `value` from
  /// outside.
  bool takes(mlir::Value value);

  /// The results have the numbers and types that nn.scan asks for.
  ScanOp finishScan(mlir::ValueRange stepResults, mlir::ValueRange newStates,
                    int64_t trips, bool reverse = false);
  WhileOp finishWhile(mlir::Value goOn, mlir::ValueRange newStates,
                      int64_t limit);

private:
  /// Ends the body, and gives the loop's operands behind its states.
  llvm::SmallVector<mlir::Value> close(mlir::ValueRange results);

  mlir::OpBuilder &builder;
  mlir::OpBuilder::InsertPoint place;
  mlir::Location location;
  llvm::SmallVector<mlir::Value> sequences, states;
  /// What stands in the body for values from outside.
  llvm::DenseMap<mlir::Value, mlir::Value> inside;
  mlir::func::FuncOp body;
  bool finished = false;
};

} // namespace mlcc::nn

#endif // MLCC_DIALECTS_NN_LOOPS_H
