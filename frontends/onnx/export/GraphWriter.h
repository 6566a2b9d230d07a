//===- GraphWriter.h - Nodes of ONNX graphs from nn ops ---------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_FRONTENDS_ONNX_EXPORT_GRAPHWRITER_H
#define MLCC_FRONTENDS_ONNX_EXPORT_GRAPHWRITER_H

#include "dialects/nn/HostTensor.h"
#include "frontends/onnx/ModelFile.h"

#include "mlir/IR/Operation.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringMap.h"

#include <string>
#include <variant>
#include <vector>

namespace mlcc::onnx_frontend {

/// An attribute of a node with its value.
struct ExportAttribute {
  llvm::StringRef name;
  std::variant<int64_t, double, std::string, std::vector<int64_t>,
               std::vector<std::string>>
      value;
};
using ExportAttributes = std::vector<ExportAttribute>;
using Names = std::vector<std::string>;

/// Writes a graph, node by node in the order of execution. Values go by the
/// names of the nodes of the user's model that they come from.
class GraphWriter {
public:
  explicit GraphWriter(onnx::GraphProto &graph) : graph(graph) {}

  /// Gives a value a name that nothing else may have.
  void declare(mlir::Value value, llvm::StringRef name);
  /// The name of a value; of an absent operand, the empty name.
  std::string name(mlir::Value value) const {
    return value ? names.lookup(value) : std::string();
  }

  /// The operation whose nodes come next.
  void begin(mlir::Operation *operation) { current = operation; }
  /// A node with one output that is an intermediate result: returns its name.
  std::string node(llvm::StringRef type, Names inputs,
                   ExportAttributes attributes = {});
  /// The node whose outputs are the current operation's results.
  void finish(llvm::StringRef type, Names inputs,
              ExportAttributes attributes = {});
  /// A node of the graph's end: an output that is another value's copy.
  void identity(llvm::StringRef input, llvm::StringRef output);

  /// Constants: initializers, each list of integers and number once.
  std::string integers(llvm::ArrayRef<int64_t> values);
  std::string integer(int64_t value);
  std::string scalar(mlir::Type elementType, double value);
  std::string splat(mlir::RankedTensorType type, double value);
  std::string constant(const nn::HostTensor &value, llvm::StringRef wanted);
  /// The current operation's result is this constant.
  void finishConstant(const nn::HostTensor &value);

private:
  onnx::NodeProto &addNode(llvm::StringRef type, Names inputs,
                           const ExportAttributes &attributes);
  std::string unique(llvm::StringRef wanted);

  onnx::GraphProto &graph;
  mlir::Operation *current = nullptr;
  llvm::DenseMap<mlir::Value, std::string> names;
  llvm::StringMap<unsigned> taken;
  llvm::StringMap<std::string> constants;
};

/// The first node of the user's model that a location names; empty if none.
llvm::StringRef nodeName(mlir::Location location);

/// Writes the ONNX form of an nn op to `graph`, which has begun it. False if
/// there is none: then `refusal` says why.
bool exportOperation(mlir::Operation *operation, GraphWriter &graph,
                     std::string &refusal);

} // namespace mlcc::onnx_frontend

#endif // MLCC_FRONTENDS_ONNX_EXPORT_GRAPHWRITER_H
