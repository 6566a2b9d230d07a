//===- Inputs.h - Binding of a model's input shapes -------------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_FRONTENDS_ONNX_INPUTS_H
#define MLCC_FRONTENDS_ONNX_INPUTS_H

#include "frontends/onnx/Import.h"
#include "frontends/onnx/onnx.pb.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"

namespace mlcc::onnx_frontend {

/// An input of the compiled program.
struct BoundInput {
  std::string name;
  mlir::RankedTensorType type;
  mlir::ElementsAttr value; ///< From --bind; null if the input is free.
};

/// The graph's inputs that are not initializers (which older files list too).
std::vector<const onnx::ValueInfoProto *>
freeInputs(const onnx::GraphProto &graph);

/// Gives every input a static type from what the model declares and the user
/// binds. Where symbols or shapes stay unbound, one UnboundDimension error at
/// `location` lists them all. Nothing after an error.
std::optional<std::vector<BoundInput>> bindInputs(const onnx::GraphProto &graph,
                                                  const ImportOptions &options,
                                                  mlir::Location location);

/// What `bindInputs` would find unbound, in words.
std::vector<std::string> unboundDimensions(const onnx::GraphProto &graph,
                                           const ImportOptions &options,
                                           mlir::MLIRContext *context);

/// "data[batch, 3, ?, ?] FLOAT".
std::string describeInput(const onnx::ValueInfoProto &input);

} // namespace mlcc::onnx_frontend

#endif // MLCC_FRONTENDS_ONNX_INPUTS_H
