//===- primitive_step.h - A step that executes a oneDNN primitive *- C++
//-*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_RUNTIME_PRIMITIVE_STEP_H
#define MLCC_RUNTIME_PRIMITIVE_STEP_H

#include "mlcc/abi.h"
#include "runtime/src/buffer.h"
#include "runtime/src/primitive_spec.h"

#include <cstdint>
#include <vector>

namespace mlcc {

/// A primitive as it is executed on this machine.
struct PrimitiveStep {
  CreatedPrimitive created;
  /// For each argument, the weights packed again for this CPU; empty where the
  /// model's own memory is used.
  std::vector<Buffer> repacked;
  uint64_t repackedBytes() const;
};

/// Creates the primitive of `step`, for as many threads as oneDNN is told to
/// assume at the moment. Where this CPU (or this number of threads) needs
/// constant weights in another layout than the model holds them in, a copy is
/// made in that layout. Throws RuntimeError.
PrimitiveStep createPrimitiveStep(const mlcc_model &model,
                                  const mlcc_step &step,
                                  const dnnl::engine &engine,
                                  dnnl::stream &stream);

} // namespace mlcc

#endif // MLCC_RUNTIME_PRIMITIVE_STEP_H
