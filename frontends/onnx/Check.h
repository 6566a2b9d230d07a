//===- Check.h - What a model file is and needs -----------------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_FRONTENDS_ONNX_CHECK_H
#define MLCC_FRONTENDS_ONNX_CHECK_H

#include "frontends/onnx/Import.h"

#include "llvm/Support/LogicalResult.h"
#include "llvm/Support/raw_ostream.h"

namespace mlcc::onnx_frontend {

/// Prints what a model is: inputs with shapes and symbols, outputs, operator
/// sets, numbers of operators, bytes of weights. Then checks all that can be
/// checked with what `options` bind, and fails after reporting every problem as
/// a coded error. Dimensions that stay unbound are no problem: the summary says
/// that shapes were not checked. Prints nothing if the file cannot be read.
llvm::LogicalResult checkModel(llvm::StringRef path,
                               const ImportOptions &options,
                               mlir::MLIRContext *context,
                               llvm::raw_ostream &summary);

} // namespace mlcc::onnx_frontend

#endif // MLCC_FRONTENDS_ONNX_CHECK_H
