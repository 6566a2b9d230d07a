//===- ModelFile.h - Reading of ONNX files ----------------------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_FRONTENDS_ONNX_MODELFILE_H
#define MLCC_FRONTENDS_ONNX_MODELFILE_H

#include "frontends/onnx/onnx.pb.h"

#include "mlir/IR/Location.h"
#include "mlir/IR/MLIRContext.h"

#include <memory>

namespace mlcc::onnx_frontend {

/// The location of errors that concern a whole file.
mlir::Location fileLocation(mlir::MLIRContext *context, llvm::StringRef path);

/// A location named `name`, with what could disturb a terminal escaped.
mlir::Location nameLocation(mlir::MLIRContext *context, llvm::StringRef name);

/// `text` with control characters as \xNN.
std::string escaped(llvm::StringRef text);

/// "'name'" for messages, escaped likewise.
std::string quoted(llvm::StringRef name);

/// Parses an ONNX file that has a graph and says its operator set. Null after
/// an error, which has been reported.
std::unique_ptr<onnx::ModelProto> readModelFile(llvm::StringRef path,
                                                mlir::MLIRContext *context);

/// The version of the operator set `domain` that `imports` name; 0 if they do
/// not. "ai.onnx" and "" are the same domain.
template <typename Imports>
int64_t operatorSetVersion(const Imports &imports, llvm::StringRef domain) {
  auto canonical = [](llvm::StringRef name) {
    return name == "ai.onnx" ? llvm::StringRef() : name;
  };
  for (const onnx::OperatorSetIdProto &import : imports)
    if (canonical(import.domain()) == canonical(domain))
      return import.version();
  return 0;
}

} // namespace mlcc::onnx_frontend

#endif // MLCC_FRONTENDS_ONNX_MODELFILE_H
