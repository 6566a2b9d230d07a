//===- DoublePrecision.cpp - Modules in f64 -------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/gradient/DoublePrecision.h"

#include "dialects/nn/HostTensor.h"

#include "mlir/IR/AttrTypeSubElements.h"
#include "mlir/IR/Verifier.h"

using namespace mlir;
using namespace mlcc;

/// The values of a constant in f64; null if it has no data.
static Attribute convertElements(ElementsAttr elements) {
  std::optional<nn::HostTensor> old = nn::HostTensor::fromAttribute(elements);
  if (!old)
    return nullptr;
  nn::HostTensor converted(
      old->getType().clone(Float64Type::get(elements.getContext())));
  for (int64_t i = 0; i < converted.getNumElements(); ++i)
    converted.setDouble(i, old->getAsDouble(i));
  return converted.toAttribute("double");
}

LogicalResult mlcc::convertToDouble(ModuleOp module) {
  AttrTypeReplacer replacer;
  replacer.addReplacement([](FloatType type) -> Type {
    return Float64Type::get(type.getContext());
  });
  using Replacement = std::optional<std::pair<Attribute, WalkResult>>;
  replacer.addReplacement([](Attribute attribute) -> Replacement {
    if (auto elements = dyn_cast<ElementsAttr>(attribute);
        elements && isa<FloatType>(elements.getElementType()))
      if (Attribute converted = convertElements(elements))
        return std::pair(converted, WalkResult::skip());
    if (auto number = dyn_cast<FloatAttr>(attribute))
      return std::pair(FloatAttr::get(Float64Type::get(number.getContext()),
                                      number.getValueAsDouble()),
                       WalkResult::skip());
    return std::nullopt;
  });
  replacer.recursivelyReplaceElementsIn(module, /*replaceAttrs=*/true,
                                        /*replaceLocs=*/false,
                                        /*replaceTypes=*/true);
  return verify(module);
}
