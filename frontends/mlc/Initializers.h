//===- Initializers.h - First values of variables ------------- -*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_FRONTENDS_MLC_INITIALIZERS_H
#define MLCC_FRONTENDS_MLC_INITIALIZERS_H

#include "frontends/mlc/Variables.h"

#include "mlir/IR/BuiltinOps.h"

namespace mlcc::mlc_frontend {

/// Adds the function
///   func.func @initialize(%seed: tensor<i64> {rt.name = "seed"})
///       -> (... {rt.variable = @name}...)
/// which gives every variable its first value. Files of weights lie beside
/// `descriptionPath`. Fails after coded errors.
llvm::LogicalResult addInitialize(mlir::ModuleOp module,
                                  const VariableTable &variables,
                                  llvm::StringRef descriptionPath);

} // namespace mlcc::mlc_frontend

#endif // MLCC_FRONTENDS_MLC_INITIALIZERS_H
