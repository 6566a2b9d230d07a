//===- Interpreter.h - Running nn graphs in the compiler ---------*- C++
//-*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_DIALECTS_NN_INTERPRETER_H
#define MLCC_DIALECTS_NN_INTERPRETER_H

#include "dialects/nn/HostTensor.h"

namespace mlir {
class Block;
}

namespace mlcc::nn {

/// Evaluates the nn ops of a block by their reference evaluation and gives the
/// operands of its terminator. `arguments` have the types of the block's. A
/// value's memory is released after its last use. Emits a coded error and fails
/// at an op that cannot be evaluated.
mlir::FailureOr<llvm::SmallVector<HostTensor>>
interpret(mlir::Block &block, llvm::ArrayRef<HostTensor> arguments);

} // namespace mlcc::nn

#endif // MLCC_DIALECTS_NN_INTERPRETER_H
