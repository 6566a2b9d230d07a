//===- RT.h - The rt dialect -------------------------------------*- C++
//-*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_DIALECTS_RT_RT_H
#define MLCC_DIALECTS_RT_RT_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/RegionKindInterface.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "dialects/rt/RTDialect.h.inc"

#include "dialects/rt/RTEnums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/rt/RTAttributes.h.inc"

#define GET_OP_CLASSES
#include "dialects/rt/RTOps.h.inc"

namespace mlcc::rt {
/// Marks a function as a kernel: `func.func private @k(%begin: index,
/// %end: index, inputs..., outputs...) attributes {rt.kernel}`.
inline constexpr llvm::StringLiteral kernelAttrName = "rt.kernel";
/// The name of an argument or result of an entry point in the user's model.
inline constexpr llvm::StringLiteral nameAttrName = "rt.name";
/// The only legal value of an input that was bound at compile time.
inline constexpr llvm::StringLiteral requiredValueAttrName =
    "rt.required_value";
/// On an argument or result of an entry point: the symbol of the variable whose
/// value it is.
inline constexpr llvm::StringLiteral variableAttrName = "rt.variable";
/// The least legal element of an integer input and the first too large one.
inline constexpr llvm::StringLiteral indexRangeAttrName = "rt.index_range";
/// The inputs whose memory an output of the kernel of the same type may share.
inline constexpr llvm::StringLiteral inPlaceAttrName = "rt.in_place";
/// The number of a kernel's outputs, if it has several.
inline constexpr llvm::StringLiteral outputsAttrName = "rt.outputs";

/// Bytes to which places in the arena, the weights and the state are aligned.
inline constexpr int64_t placeAlignment = 64;

/// Whether a program is the body of loops, not an entry point.
bool isBody(ProgramOp program);

/// The places that a step of a program names, in the order of the ABI.
llvm::SmallVector<PlaceAttr> placesOf(mlir::Operation *step);
} // namespace mlcc::rt

#endif // MLCC_DIALECTS_RT_RT_H
