//===- NN.h - The nn dialect -------------------------------------*- C++
//-*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// `Op::create` aborts where type inference fails. Whoever builds ops from what
// a model file says uses `createChecked` of CheckedBuilder.h, which fails with
// a coded error instead.
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_DIALECTS_NN_NN_H
#define MLCC_DIALECTS_NN_NN_H

#include "dialects/nn/HostTensor.h"
#include "dialects/nn/Inference.h"
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace mlir {
class PatternRewriter;
} // namespace mlir

namespace mlcc::nn {
/// Trait of ops that compute each result element from the elements at the same
/// (broadcast) position of all operands.
template <typename ConcreteType>
class IsElementwise
    : public mlir::OpTrait::TraitBase<ConcreteType, IsElementwise> {};

/// The number of elements of all operands and results that are tensors of
/// static shape.
double elementsOf(mlir::Operation *op);
} // namespace mlcc::nn

#include "dialects/nn/NNInterfaces.h.inc"

#include "dialects/nn/NNDialect.h.inc"

#include "dialects/nn/NNEnums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/nn/NNAttributes.h.inc"

#define GET_OP_CLASSES
#include "dialects/nn/NNOps.h.inc"

#endif // MLCC_DIALECTS_NN_NN_H
