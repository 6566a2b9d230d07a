//===- FunctionState.h - A function while it is built --------- -*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_FRONTENDS_MLC_FUNCTIONSTATE_H
#define MLCC_FRONTENDS_MLC_FUNCTIONSTATE_H

#include "frontends/mlc/Variables.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/MapVector.h"

namespace mlcc::mlc_frontend {

/// A pure function over variables: variables that are read become arguments
/// when they first are, those that are written become results at the end.
class FunctionState {
public:
  /// An empty function at the end of `module`. `training`: layers that differ
  /// between training and use do as in training.
  FunctionState(mlir::ModuleOp module, mlir::Location location,
                llvm::StringRef name, bool training, VariableTable &variables);

  mlir::Value addInput(llvm::StringRef name, mlir::RankedTensorType type,
                       mlir::Location location);
  void addOutput(llvm::StringRef name, mlir::Value value);
  mlir::Value read(const Variable &variable);
  void write(const Variable &variable, mlir::Value value);

  /// The state of the random generator for the draws of this place. It is the
  /// one on entry, but for loops: each trip has its own.
  mlir::Value randomKey();
  /// A number for each draw of the function.
  int64_t nextStream() { return streams++; }

  /// What the function has done so far to variables and to the generator.
  struct Progress {
    llvm::MapVector<const Variable *, mlir::Value> written;
    mlir::Value key; ///< Null before the first draw.
  };
  const Progress &getProgress() const { return progress; }
  void setProgress(Progress other) { progress = std::move(other); }
  /// The value of a variable when the function is called.
  mlir::Value valueOnEntry(const Variable &variable);
  /// The generator's state then; null if nothing has been drawn.
  mlir::Value getKeyOnEntry() const { return keyOnEntry; }
  void setKey(mlir::Value key) { progress.key = key; }

  /// Ends the function with its return.
  void finish();

  mlir::OpBuilder builder;
  const bool training;
  /// The input that says how many samples count; null if there is none.
  mlir::Value sampleCount;
  /// Whether gradients have been asked for as values.
  bool hasGradients = false;
  /// The extent of the batch: of the first dimension of the first input, or 0.
  int64_t batch = 0;

private:
  mlir::func::FuncOp function;
  VariableTable &variables;
  llvm::MapVector<const Variable *, mlir::Value> readValues;
  Progress progress;
  mlir::Value keyOnEntry;
  Variable *generator = nullptr;
  llvm::SmallVector<std::pair<std::string, mlir::Value>> outputs;
  llvm::SmallVector<mlir::DictionaryAttr> argumentAttributes;
  int64_t streams = 0;
};

} // namespace mlcc::mlc_frontend

#endif // MLCC_FRONTENDS_MLC_FUNCTIONSTATE_H
