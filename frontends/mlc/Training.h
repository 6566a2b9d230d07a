//===- Training.h - Training of descriptions as train.step ---- -*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_FRONTENDS_MLC_TRAINING_H
#define MLCC_FRONTENDS_MLC_TRAINING_H

#include "frontends/mlc/Body.h"

namespace mlcc::mlc_frontend {

/// The name of the function that a training makes, and of that which it trains.
llvm::StringRef trainingName(const v1::Training &training);
llvm::StringRef trainedFunction(const v1::Training &training);

/// Whether layers of the function differ between training and use.
bool differsInTraining(const v1::Function &function, const ModelState &model);

/// Adds the train.step of a training whose function is imported as `loss`, at
/// the end of the module. Fails after coded errors.
llvm::LogicalResult addTraining(mlir::ModuleOp module, ModelState &model,
                                const v1::Training &training,
                                llvm::StringRef loss);

} // namespace mlcc::mlc_frontend

#endif // MLCC_FRONTENDS_MLC_TRAINING_H
