//===- DNN.h - The dnn dialect ----------------------------------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_DIALECTS_DNN_DNN_H
#define MLCC_DIALECTS_DNN_DNN_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/TensorEncoding.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "runtime/src/primitive_spec.h"

#include "dialects/dnn/DNNDialect.h.inc"

#include "dialects/dnn/DNNEnums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/dnn/DNNAttributes.h.inc"

#include "dialects/dnn/DNNInterfaces.h.inc"

#define GET_OP_CLASSES
#include "dialects/dnn/DNNOps.h.inc"

namespace mlcc::dnn {

/// The layout of a tensor as a oneDNN tag; that of row-major order
/// (`mlcc::plainLayout`) where the type has no encoding.
std::string getLayout(mlir::RankedTensorType type);

/// `type` with a layout; without an encoding if `tag` is the plain one.
mlir::RankedTensorType withLayout(mlir::RankedTensorType type,
                                  llvm::StringRef tag);

/// Shape, type and layout of `type` as oneDNN sees them. A scalar has the shape
/// [1].
TensorSpec tensorSpec(mlir::RankedTensorType type, int argument);

/// Whether oneDNN computes on and reorders tensors of this element type (f32,
/// f16, bf16, i32, i8 as signed and ui8 as unsigned bytes; it only names f64).
bool isSupportedElementType(mlir::Type type);

/// Bytes in memory of a tensor in its layout, padding included. Blocked layouts
/// are for element types that oneDNN knows.
int64_t layoutBytes(mlir::RankedTensorType type);

/// Appends a post-op. `operand` is that of `#dnn.binary` (of the result's rank,
/// an extent of one where it is repeated) or of `#dnn.sum` (of the result's
/// type; the op has no such post-op yet); null for `#dnn.eltwise`.
void appendPostOp(PostOpInterface op, mlir::Attribute postOp,
                  mlir::Value operand = {});

dnnl::algorithm toAlgorithm(EltwiseKind kind);
dnnl::algorithm toAlgorithm(BinaryKind kind);
dnnl::algorithm toAlgorithm(PoolingKind kind);
dnnl::algorithm toAlgorithm(ReductionKind kind);

} // namespace mlcc::dnn

#endif // MLCC_DIALECTS_DNN_DNN_H
