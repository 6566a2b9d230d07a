//===- WeightsFile.h - Weights from safetensors files --------- -*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_FRONTENDS_MLC_WEIGHTSFILE_H
#define MLCC_FRONTENDS_MLC_WEIGHTSFILE_H

#include "frontends/mlc/Variables.h"

#include "mlir/IR/Builders.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"

#include <map>
#include <memory>

namespace mlcc::mlc_frontend {

/// The files that initializers of one model name, each read once.
class WeightsFiles {
public:
  explicit WeightsFiles(llvm::StringRef descriptionPath);

  /// The tensor that the variable's initializer names, converted to the
  /// variable's element type, as an nn.constant. Null after a coded error.
  mlir::Value read(mlir::OpBuilder &builder, const Variable &variable);

private:
  struct File {
    std::shared_ptr<llvm::MemoryBuffer> buffer;
    llvm::json::Object header;
    uint64_t dataBegin = 0;
  };
  /// Null after an error.
  const File *open(const Variable &variable);

  std::string folder;
  std::map<std::string, std::optional<File>> files;
};

} // namespace mlcc::mlc_frontend

#endif // MLCC_FRONTENDS_MLC_WEIGHTSFILE_H
