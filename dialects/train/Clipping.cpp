//===- Clipping.cpp - Bounds on gradients ---------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/nn/Math.h"
#include "dialects/train/Problems.h"
#include "dialects/train/Train.h"

using namespace mlir;
using namespace mlcc::train;
using mlcc::nn::Math;

void ClipValueAttr::buildClip(OpBuilder &builder, Location location, Value norm,
                              MutableArrayRef<Value> gradients) const {
  Math math(builder, location);
  for (Value &gradient : gradients)
    gradient =
        math.min(math.max(gradient, math.scalarLike(getMinimum(), gradient)),
                 math.scalarLike(getMaximum(), gradient));
}

std::string ClipValueAttr::problem() const {
  return getMinimum() <= getMaximum() ? ""
                                      : "minimum must not be above maximum";
}

void ClipNormAttr::buildClip(OpBuilder &builder, Location location, Value norm,
                             MutableArrayRef<Value> gradients) const {
  Math math(builder, location);
  Value bound = math.scalarLike(getNorm(), norm);
  Value factor = getVariant() == Variant::Textbook
                     ? math.div(bound, math.max(norm, bound))
                     : math.min(math.div(bound, math.add(norm, 1e-6)),
                                math.scalarLike(1, norm));
  for (Value &gradient : gradients)
    gradient = math.mul(gradient, math.castLike(factor, gradient));
}

std::string ClipNormAttr::problem() const {
  return positive("norm", getNorm());
}
