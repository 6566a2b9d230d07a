//===- WeightTable.cpp - Constants, equal ones once -----------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/plan/WeightTable.h"

#include "dialects/nn/HostTensor.h"
#include "dialects/rt/RT.h"

#include "llvm/Support/MathExtras.h"
#include "llvm/Support/xxhash.h"

using namespace mlir;
using namespace mlcc;

static ArrayRef<uint8_t> asBytes(ArrayRef<char> data) {
  return {reinterpret_cast<const uint8_t *>(data.data()), data.size()};
}

FailureOr<int64_t> WeightTable::add(ElementsAttr value) {
  if (auto known = byAttribute.find(value); known != byAttribute.end())
    return known->second;
  std::optional<nn::HostTensor> tensor = nn::HostTensor::fromAttribute(value);
  if (!tensor)
    return failure();
  ArrayRef<char> bytes = tensor->bytes();

  // The hash only finds candidates.
  auto &candidates = byContent[llvm::xxh3_64bits(asBytes(bytes))];
  for (size_t candidate : candidates) {
    std::optional<nn::HostTensor> other =
        nn::HostTensor::fromAttribute(table[candidate].value);
    if (other && other->bytes() == bytes) {
      shared += bytes.size();
      return byAttribute[value] = table[candidate].offset;
    }
  }
  int64_t offset = end;
  candidates.push_back(table.size());
  table.push_back({offset, value});
  end = llvm::alignTo(offset + bytes.size(), rt::placeAlignment);
  return byAttribute[value] = offset;
}
