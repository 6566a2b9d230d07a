//===- ElementTypes.cpp - How kernels hold elements -----------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/kernels/ElementTypes.h"

#include "compiler/kernels/PhysicalLayout.h"

using namespace mlir;

namespace mlcc::kernels {

Type scalarType(Type element) {
  if (auto integer = dyn_cast<IntegerType>(element))
    return IntegerType::get(element.getContext(), integer.getWidth());
  return element;
}

Type memoryType(Type element) {
  if (element.isInteger(1))
    return IntegerType::get(element.getContext(), 8);
  return scalarType(element);
}

MemRefType memoryType(RankedTensorType type) {
  std::optional<PhysicalLayout> layout = PhysicalLayout::of(type);
  return MemRefType::get(layout ? layout->shape() : type.getShape(),
                         memoryType(type.getElementType()));
}

} // namespace mlcc::kernels
