//===- RuleText.h - Optimizers and schedules from text -------- -*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Frontends write a rule as the text of its attribute and have it parsed, so
// that none of them needs to know the rules.
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_DIALECTS_TRAIN_RULETEXT_H
#define MLCC_DIALECTS_TRAIN_RULETEXT_H

#include "mlir/IR/Attributes.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/ADT/StringRef.h"

#include <string>

namespace mlcc::train {

/// A double as MLIR reads it: with a point, and all its bits.
std::string numberText(double value);

/// The attribute that `text`, such as "#train.adam<lr = 0.1>", stands for; null
/// if it stands for none, and then `problem` says why.
mlir::Attribute parseRule(mlir::MLIRContext *context, llvm::StringRef text,
                          std::string &problem);

/// The optimizer that a user gave as "NAME" or "NAME:FIELD=VALUE,...", such as
/// "adam:lr=0.001,beta1=0.8"; null with a `problem` as above.
mlir::Attribute parseOptimizer(mlir::MLIRContext *context, llvm::StringRef text,
                               std::string &problem);

} // namespace mlcc::train

#endif // MLCC_DIALECTS_TRAIN_RULETEXT_H
