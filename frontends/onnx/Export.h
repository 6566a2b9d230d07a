//===- Export.h - nn to ONNX ------------------------------------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_FRONTENDS_ONNX_EXPORT_H
#define MLCC_FRONTENDS_ONNX_EXPORT_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"

#include <optional>
#include <string>

namespace mlcc::onnx_frontend {

/// The operator set that exported models are written in.
constexpr int64_t exportedOperatorSet = 17;

/// An entry point of nn ops as a serialized onnx.ModelProto. Its inputs and
/// outputs have the names `rt.name`. The variables that it reads are left to
/// whoever has their values: the graph uses their names, and wants an
/// initializer for each. Nothing if ONNX cannot say what the function does:
/// then `refusal` names the operation and why.
std::optional<std::string> exportFunction(mlir::func::FuncOp function,
                                          std::string &refusal);

/// Adds an rt.export for each entry point that can be exported and is not
/// there to train: one that leaves variables as they are and is no loss of a
/// train.step. A remark says which cannot, and why.
void addExports(mlir::ModuleOp module);

} // namespace mlcc::onnx_frontend

#endif // MLCC_FRONTENDS_ONNX_EXPORT_H
