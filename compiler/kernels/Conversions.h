//===- Conversions.h - Conversions between scalars of nn types ---*- C++
//-*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_COMPILER_KERNELS_CONVERSIONS_H
#define MLCC_COMPILER_KERNELS_CONVERSIONS_H

#include "compiler/kernels/ElementTypes.h"

#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace mlcc::kernels {

/// `value` (of `scalarType(from)`) as an element of type `to`, with the meaning
/// of nn.cast: floats truncate towards zero and saturate, NaN becomes 0;
/// integers keep the low bits; to booleans it is `value != 0`.
mlir::Value convert(mlir::ImplicitLocOpBuilder &builder, mlir::Value value,
                    mlir::Type from, mlir::Type to);

/// The floating-point type in which elements of `type` are computed: f64 for
/// f64, else f32.
mlir::Type computeType(mlir::Type type);
/// A float as its computing type and back.
mlir::Value widen(mlir::ImplicitLocOpBuilder &builder, mlir::Value value);
mlir::Value narrow(mlir::ImplicitLocOpBuilder &builder, mlir::Value value,
                   mlir::Type element);

/// A rounded float, saturated to the range of an integer element type.
mlir::Value saturate(mlir::ImplicitLocOpBuilder &builder, mlir::Value value,
                     mlir::Type to);

/// A constant of `scalarType(element)`.
mlir::Value scalarConstant(mlir::ImplicitLocOpBuilder &builder,
                           mlir::Type element, double value);

} // namespace mlcc::kernels

#endif // MLCC_COMPILER_KERNELS_CONVERSIONS_H
