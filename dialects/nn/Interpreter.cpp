//===- Interpreter.cpp - Running nn graphs in the compiler ----------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/nn/Interpreter.h"

#include "dialects/nn/NN.h"

using namespace mlir;
using namespace mlcc;
using namespace mlcc::nn;

namespace {
/// The values that have been computed and are still needed.
class Environment {
public:
  void define(ValueRange values, ArrayRef<HostTensor> tensors) {
    for (auto [value, tensor] : llvm::zip_equal(values, tensors))
      if (!value.use_empty())
        known[value] = {tensor, value.getNumUses()};
  }
  /// The op's operands; releases those that nothing else uses.
  SmallVector<HostTensor> take(OperandRange operands) {
    SmallVector<HostTensor> tensors;
    for (Value operand : operands) {
      auto entry = known.find(operand);
      tensors.push_back(entry->second.tensor);
      if (--entry->second.uses == 0)
        known.erase(entry);
    }
    return tensors;
  }

private:
  struct Entry {
    HostTensor tensor;
    size_t uses;
  };
  DenseMap<Value, Entry> known;
};
} // namespace

FailureOr<SmallVector<HostTensor>>
mlcc::nn::interpret(Block &block, ArrayRef<HostTensor> arguments) {
  Environment environment;
  environment.define(block.getArguments(), arguments);
  for (Operation &op : block.without_terminator()) {
    SmallVector<HostTensor> operands = environment.take(op.getOperands());
    SmallVector<HostTensor> results;
    auto reference = dyn_cast<ReferenceOpInterface>(op);
    if (!reference || failed(reference.evaluate(operands, results))) {
      emitError(op.getLoc(), ErrorCode::StageContract)
          << "'" << op.getName() << "' has no reference evaluation";
      return failure();
    }
    environment.define(op.getResults(), results);
  }
  return environment.take(block.getTerminator()->getOperands());
}
