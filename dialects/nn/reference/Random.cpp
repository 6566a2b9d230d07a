//===- Random.cpp - Reference evaluation of random numbers ----------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/nn/reference/Reference.h"
#include "runtime/src/philox.h"

using namespace mlir;
using namespace mlcc;
using namespace mlcc::nn;

LogicalResult RandomBitsOp::evaluate(Operands operands, Results &results) {
  HostTensor &result = results.emplace_back(getType());
  uint64_t seed = operands[0].getAsInt(0), counter = operands[0].getAsInt(1);
  auto low = [](uint64_t number) { return static_cast<uint32_t>(number); };
  auto high = [](uint64_t number) {
    return static_cast<uint32_t>(number >> 32);
  };
  for (int64_t i = 0, e = result.getNumElements(); i < e; ++i) {
    Philox::Block block = Philox::generate(
        {low(i / 4), low(getStream()), low(counter), high(counter)},
        {low(seed), high(seed)});
    result.setInt(i, block[i % 4]);
  }
  return success();
}
