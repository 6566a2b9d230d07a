//===- Train.h - The train dialect ---------------------------- -*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_DIALECTS_TRAIN_TRAIN_H
#define MLCC_DIALECTS_TRAIN_TRAIN_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "llvm/ADT/Hashing.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/GlobPattern.h"

namespace mlcc::train {

/// A double as the parameter of an attribute, compared bit by bit.
class Number {
public:
  explicit Number(double value) : value(value) {}
  operator double() const { return value; }
  uint64_t bits() const { return llvm::bit_cast<uint64_t>(value); }
  friend bool operator==(Number lhs, Number rhs) {
    return lhs.bits() == rhs.bits();
  }
  friend llvm::hash_code hash_value(Number number) {
    return llvm::hash_value(number.bits());
  }

private:
  double value;
};

/// A tensor that an optimizer keeps beside a parameter.
struct Slot {
  llvm::StringRef name;
  mlir::RankedTensorType type;
  /// Of every element, before the first step.
  double initial = 0;
};

/// What a step of an optimizer knows beside the parameter.
struct StepContext {
  mlir::OpBuilder &builder;
  mlir::Location location;
  /// The learning rate of this step and parameter: an `f64` scalar.
  mlir::Value rate;
  /// The learning rate before the schedule: an `f64` scalar.
  mlir::Value baseRate;
  /// The number of the step, 1 for the first: an `f64` scalar.
  mlir::Value number;
};

/// What a step makes of a parameter.
struct Update {
  mlir::Value parameter;
  llvm::SmallVector<mlir::Value> slots;
};

} // namespace mlcc::train

#include "dialects/train/TrainInterfaces.h.inc"

#include "dialects/train/TrainDialect.h.inc"

#include "dialects/train/TrainEnums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/train/TrainAttributes.h.inc"

#define GET_OP_CLASSES
#include "dialects/train/TrainOps.h.inc"

namespace mlcc::train {
/// The groups of a step, looked up by the names of parameters. Most patterns
/// are names, of which there may be as many as parameters.
class Groups {
public:
  explicit Groups(StepOp step);
  /// The first group whose pattern matches; null if none does.
  GroupAttr find(llvm::StringRef parameter) const;

private:
  llvm::SmallVector<GroupAttr> groups;
  llvm::StringMap<size_t> names;
  llvm::SmallVector<std::pair<llvm::GlobPattern, size_t>> patterns;
};

/// The parameter after decoupled weight decay, which comes before the step
/// along the gradient.
mlir::Value buildWeightDecay(const StepContext &context,
                             OptimizerAttrInterface optimizer,
                             mlir::Value parameter, double decay);
} // namespace mlcc::train

#endif // MLCC_DIALECTS_TRAIN_TRAIN_H
