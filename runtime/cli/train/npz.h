//===- npz.h - Writing archives of arrays -----------------------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_RUNTIME_CLI_TRAIN_NPZ_H
#define MLCC_RUNTIME_CLI_TRAIN_NPZ_H

#include "runtime/cli/train/safetensors.h"

namespace mlcc::cli {

/// Writes an uncompressed .npz archive, as numpy.savez does; complete or not at
/// all. Throws RuntimeError CannotWriteFile, also for 4 GB and more.
void writeNpz(const std::string &path, const std::vector<TensorView> &tensors);

} // namespace mlcc::cli

#endif // MLCC_RUNTIME_CLI_TRAIN_NPZ_H
