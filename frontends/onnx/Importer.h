//===- Importer.h - The import of one model ---------------------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// How names become values: each body (graph, branch, function) has a scope that
// maps names to values; a branch's scope lies inside the one around it, a
// function's does not. Weights get their nn.constant where they are first read,
// so that unused ones are never imported. A name that could not be imported
// maps to a null value; nodes that read it are left out without another error.
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_FRONTENDS_ONNX_IMPORTER_H
#define MLCC_FRONTENDS_ONNX_IMPORTER_H

#include "frontends/onnx/GraphOrder.h"
#include "frontends/onnx/Import.h"
#include "frontends/onnx/Inputs.h"
#include "frontends/onnx/NodeContext.h"
#include "frontends/onnx/Training.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringMap.h"

#include <deque>

namespace mlcc::onnx_frontend {

/// Imports a parsed model. `path` names its file: external data lies beside it.
/// The weights' memory is taken out of the message.
mlir::OwningOpRef<mlir::ModuleOp> importModel(onnx::ModelProto &model,
                                              llvm::StringRef path,
                                              const ImportOptions &options,
                                              mlir::MLIRContext *context);

/// Checks what can be checked without shapes: names, cycles, operators, their
/// versions and attributes. Fails after reporting every problem.
mlir::LogicalResult checkStructure(onnx::ModelProto &model,
                                   llvm::StringRef path,
                                   mlir::MLIRContext *context);

/// A node of a function's body as called by `call`: attributes that refer to
/// the function's have the call's values, or the defaults, or are left out if
/// there is neither.
onnx::NodeProto instantiate(const onnx::NodeProto &node,
                            const onnx::FunctionProto &function,
                            const onnx::NodeProto &call);

class Importer : public GraphServices {
public:
  Importer(onnx::ModelProto &model, llvm::StringRef path,
           const ImportOptions &options, mlir::MLIRContext *context);

  mlir::OwningOpRef<mlir::ModuleOp> import();
  mlir::LogicalResult checkStructure();

  TensorReader &tensors() override { return reader; }
  std::optional<llvm::SmallVector<mlir::Value>>
  importBranch(onnx::GraphProto &graph, mlir::Location location) override;
  llvm::SmallVector<std::string> inputsBehind(mlir::Value value) override;

private:
  struct Scope {
    Scope *parent = nullptr;
    llvm::StringMap<mlir::Value> values;
    llvm::StringMap<onnx::TensorProto *> weights; ///< Not read so far.
    int64_t opset = 0;
    std::string prefix; ///< Of the nodes' names.

    bool defines(llvm::StringRef name) const;
  };
  /// Limits on hostile input: no real model comes near.
  static constexpr int maxDepth = 64;
  static constexpr int64_t maxExpandedNodes = int64_t(1) << 18;

  /// A body whose nodes have been looked at.
  struct CheckedBody {
    Body body;
    GraphOrder order;
    /// For each node its operator; null for calls and after an error.
    std::vector<const Operator *> operators;
  };

  mlir::Location locate(const CheckedBody &body, const Scope &scope, int index);
  /// Checks the structure of a body that will be imported into `scope`.
  CheckedBody check(Body body, Scope &scope);
  CheckedBody checkModel();
  void addArguments(mlir::func::FuncOp function,
                    llvm::ArrayRef<BoundInput> inputs);
  void addResults(mlir::func::FuncOp function);
  /// Declares the arguments that trained weights have become.
  void addVariableArguments(mlir::func::FuncOp function);

  /// Imports the nodes of a body whose inputs are in `scope`.
  void importBody(const CheckedBody &body, Scope &scope);
  void importNode(const CheckedBody &body, int index, Scope &scope);
  llvm::SmallVector<mlir::Value>
  importOperator(onnx::NodeProto &node, const Operator &op, Scope &scope,
                 mlir::Location location, const llvm::StringSet<> &used);
  llvm::SmallVector<mlir::Value> importCall(onnx::NodeProto &call,
                                            onnx::FunctionProto &function,
                                            Scope &scope,
                                            mlir::Location location);
  const Operator *checkOperator(const onnx::NodeProto &node, int64_t opset,
                                mlir::Location location);
  bool checkAttributes(const onnx::NodeProto &node, const Operator &op,
                       mlir::Location location);
  /// Null if the value could not be imported.
  mlir::Value lookUp(llvm::StringRef name, Scope &scope);
  /// A weight as a constant, or as an argument if it is trained.
  mlir::Value readWeight(onnx::TensorProto &tensor, const Scope &scope);
  onnx::FunctionProto *findFunction(const onnx::NodeProto &node);

  onnx::ModelProto &model;
  std::string path;
  const ImportOptions &options;
  mlir::MLIRContext *context;
  mlir::OpBuilder builder;
  TensorReader reader;
  llvm::StringMap<onnx::FunctionProto *> functions;
  std::deque<google::protobuf::RepeatedPtrField<onnx::NodeProto>> instances;
  Scope *current = nullptr;
  Scope main;
  int depth = 0;
  int64_t expandedNodes = 0;    ///< In the bodies of functions called.
  mlir::Block *entry = nullptr; ///< Of `predict`.
  llvm::StringSet<> trainable;  ///< Names of initializers.
  llvm::SmallVector<TrainedWeight> trainedWeights;
};

} // namespace mlcc::onnx_frontend

#endif // MLCC_FRONTENDS_ONNX_IMPORTER_H
