//===- GraphOrder.h - Structure of an ONNX graph ----------------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_FRONTENDS_ONNX_GRAPHORDER_H
#define MLCC_FRONTENDS_ONNX_GRAPHORDER_H

#include "frontends/onnx/onnx.pb.h"

#include "mlir/IR/Location.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringSet.h"

namespace mlcc::onnx_frontend {

/// Nodes with a signature: the graph of a model, a branch, or a function's
/// body.
struct Body {
  google::protobuf::RepeatedPtrField<onnx::NodeProto> *nodes;
  llvm::SmallVector<llvm::StringRef> inputs;
  llvm::SmallVector<onnx::TensorProto *> initializers;
  llvm::SmallVector<llvm::StringRef> outputs;

  static Body of(onnx::GraphProto &graph);
  static Body of(onnx::FunctionProto &function);
};

/// "conv1", or "Conv#3" for the fourth node if it has no name.
std::string nodeName(const onnx::NodeProto &node, int index);

/// In which order to import a body's nodes, and which values anybody reads.
struct GraphOrder {
  llvm::SmallVector<int> nodes;
  llvm::StringSet<> used;
};

/// Sorts the nodes topologically; sorted nodes keep their order. Reports values
/// defined twice or nowhere, and cycles, at the nodes' `locate`d places; the
/// names concerned then have no definition. `isOuter` tells which names an
/// enclosing body defines.
GraphOrder orderGraph(const Body &body,
                      llvm::function_ref<bool(llvm::StringRef)> isOuter,
                      llvm::function_ref<mlir::Location(int)> locate);

} // namespace mlcc::onnx_frontend

#endif // MLCC_FRONTENDS_ONNX_GRAPHORDER_H
