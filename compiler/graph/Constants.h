//===- Constants.h - Constants as the passes read and make them -*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_COMPILER_GRAPH_CONSTANTS_H
#define MLCC_COMPILER_GRAPH_CONSTANTS_H

#include "dialects/nn/NN.h"
#include "mlir/IR/Builders.h"

#include <optional>

namespace mlcc::graph {

inline mlir::RankedTensorType typeOf(mlir::Value value) {
  return llvm::cast<mlir::RankedTensorType>(value.getType());
}

/// Whether `value` is an `nn.constant`.
bool isConstant(mlir::Value value);

/// The elements of a constant, sharing the memory of resource blobs.
std::optional<nn::HostTensor> constantOf(mlir::Value value);

/// The value that all elements of a numeric constant have, if it is a splat or
/// has one element. Never looks through more than one element.
std::optional<double> uniformOf(mlir::Value value);
bool isUniform(mlir::Value value, double expected);
/// Within a relative difference of 1e-4: constants such as sqrt(2) come
/// rounded to various precisions.
bool isNearlyUniform(mlir::Value value, double expected);
bool nearlyEqual(double actual, double expected);

/// An `nn.constant` with the tensor's elements; its blob, if it needs one, is
/// named after `location`.
mlir::Value makeConstant(mlir::OpBuilder &builder, mlir::Location location,
                         const nn::HostTensor &tensor);
/// An `nn.constant` whose elements are all `value`.
mlir::Value makeUniform(mlir::OpBuilder &builder, mlir::Location location,
                        mlir::RankedTensorType type, double value);

/// The name of the node that a location stands for, or "constant".
std::string nameOf(mlir::Location location);

/// Whether an op reads one element of each operand per result element.
inline bool isElementwise(mlir::Operation *op) {
  return op->hasTrait<nn::IsElementwise>();
}

/// `nn.reshape` of `value` to `shape`, or `value` itself if it has that shape;
/// for a constant, a constant on the same memory.
mlir::Value reshapeTo(mlir::OpBuilder &builder, mlir::Location location,
                      mlir::Value value, llvm::ArrayRef<int64_t> shape);

} // namespace mlcc::graph

#endif // MLCC_COMPILER_GRAPH_CONSTANTS_H
