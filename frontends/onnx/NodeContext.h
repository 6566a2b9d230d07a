//===- NodeContext.h - What importing one node needs ------------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// An import function reads the node's operands and attributes from its
// NodeContext, creates nn ops through it and sets the node's results. After the
// first error the context has `failed()`: from then on it creates nothing and
// values are null, so that import functions need not check every step. They
// check `failed()` before they look into a value that may be null.
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_FRONTENDS_ONNX_NODECONTEXT_H
#define MLCC_FRONTENDS_ONNX_NODECONTEXT_H

#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/nn/CheckedBuilder.h"
#include "dialects/nn/NN.h"
#include "frontends/onnx/ModelFile.h"
#include "frontends/onnx/Registry.h"
#include "frontends/onnx/Tensors.h"

#include "mlir/IR/Builders.h"
#include "llvm/ADT/StringSet.h"

#include <optional>

namespace mlcc::onnx_frontend {

/// What a node's import function asks of the importer of the whole model.
class GraphServices {
public:
  virtual ~GraphServices() = default;
  virtual TensorReader &tensors() = 0;
  /// Imports a graph attribute of the node at the present place; one value per
  /// output of the graph, or nothing after an error.
  virtual std::optional<llvm::SmallVector<mlir::Value>>
  importBranch(onnx::GraphProto &graph, mlir::Location location) = 0;
  /// The names of the model's inputs that `value` depends on.
  virtual llvm::SmallVector<std::string> inputsBehind(mlir::Value value) = 0;
};

class NodeContext {
public:
  NodeContext(GraphServices &services, mlir::OpBuilder &builder,
              onnx::NodeProto &node, int64_t opset, mlir::Location location,
              llvm::ArrayRef<mlir::Value> operands,
              const llvm::StringSet<> &usedNames)
      : services(services), builder(builder), node(node), version(opset),
        location(location), operands(operands), usedNames(usedNames),
        results(node.output_size()) {}

  llvm::StringRef opType() const { return node.op_type(); }
  int64_t opset() const { return version; }
  mlir::Location loc() const { return location; }
  mlir::MLIRContext *context() const { return builder.getContext(); }
  mlir::OpBuilder &getBuilder() { return builder; }
  GraphServices &importer() { return services; }

  // Errors.

  /// Reports what is wrong with the node.
  mlir::InFlightDiagnostic error(ErrorCode code) {
    hasFailed = true;
    return emitError(location, code);
  }
  /// Fails without a message: it has been given.
  void fail() { hasFailed = true; }
  bool failed() const { return hasFailed; }

  // Operands. An absent optional operand is null.

  unsigned operandCount() const { return operands.size(); }
  mlir::Value operand(unsigned index) const {
    return index < operands.size() ? operands[index] : mlir::Value();
  }
  bool has(unsigned index) const { return operand(index) != nullptr; }

  static mlir::RankedTensorType type(mlir::Value value) {
    return mlir::cast<mlir::RankedTensorType>(value.getType());
  }
  static llvm::ArrayRef<int64_t> shape(mlir::Value value) {
    return type(value).getShape();
  }
  static int64_t rank(mlir::Value value) { return type(value).getRank(); }
  static mlir::Type elementType(mlir::Value value) {
    return type(value).getElementType();
  }

  // Attributes; their types have been checked against the registry.

  bool hasAttribute(llvm::StringRef name) const { return find(name); }
  int64_t integer(llvm::StringRef name, int64_t otherwise) const;
  bool flag(llvm::StringRef name, bool otherwise) const {
    return integer(name, otherwise) != 0;
  }
  double number(llvm::StringRef name, double otherwise) const;
  llvm::StringRef string(llvm::StringRef name, llvm::StringRef otherwise) const;
  llvm::SmallVector<int64_t> integers(llvm::StringRef name) const;
  llvm::SmallVector<double> numbers(llvm::StringRef name) const;
  llvm::SmallVector<std::string> strings(llvm::StringRef name) const;
  /// Null if the node has no such attribute.
  onnx::TensorProto *tensor(llvm::StringRef name);
  onnx::GraphProto *graph(llvm::StringRef name);
  /// An attribute that must be there; else an error and 0.
  int64_t requiredInteger(llvm::StringRef name);
  /// The element type that an integer attribute names; null after an error.
  mlir::Type typeAttribute(int64_t dataType);
  /// `axis` counted from the front if it is in [-rank, rank), else an error.
  int64_t normalizeAxis(int64_t axis, int64_t rank);
  /// Distinct axes counted from the front, or an error.
  llvm::SmallVector<int64_t> normalizeAxes(llvm::ArrayRef<int64_t> axes,
                                           int64_t rank);

  // Constants.

  /// The elements of a value that is known now, else nothing.
  std::optional<nn::HostTensor> constantOf(mlir::Value value) const;
  /// The elements of an operand that must be known; `meaning` names it in the
  /// error ("shape").
  std::optional<nn::HostTensor> requireConstant(unsigned index,
                                                llvm::StringRef meaning);
  /// The integers of an operand of rank 0 or 1 that must be known. Empty after
  /// an error.
  llvm::SmallVector<int64_t> requireIntegers(unsigned index,
                                             llvm::StringRef meaning);
  /// The single element of an operand that must be known.
  std::optional<double> requireNumber(unsigned index, llvm::StringRef meaning);
  std::optional<int64_t> requireInteger(unsigned index,
                                        llvm::StringRef meaning);
  /// The values of the attribute `name` if the node has it (the older form),
  /// else of the operand (the newer form), else nothing.
  std::optional<llvm::SmallVector<int64_t>>
  attributeOrOperand(llvm::StringRef name, unsigned index);

  // Building.

  /// Creates an nn op of one result; null after an error. The op is replaced by
  /// a constant where its operands are small constants.
  template <typename Op, typename... Arguments>
  mlir::Value create(Arguments &&...arguments) {
    llvm::SmallVector<mlir::Value> values =
        createAll<Op>(std::forward<Arguments>(arguments)...);
    return values.empty() ? mlir::Value() : values.front();
  }
  /// The same for any number of results; empty after an error.
  template <typename Op, typename... Arguments>
  llvm::SmallVector<mlir::Value> createAll(Arguments &&...arguments) {
    if (hasFailed)
      return {};
    auto op = nn::createChecked<Op>(builder, location,
                                    std::forward<Arguments>(arguments)...);
    if (mlir::failed(op)) {
      hasFailed = true;
      return {};
    }
    return finish(*op);
  }
  mlir::Value constant(mlir::ElementsAttr value);
  mlir::Value constant(const nn::HostTensor &value);
  /// A tensor of `type` with `value` everywhere.
  mlir::Value splat(mlir::RankedTensorType type, double value);
  /// A scalar of the element type of `like`.
  mlir::Value scalarLike(mlir::Value like, double value);
  mlir::Value integerVector(llvm::ArrayRef<int64_t> values);
  /// The value under another shape of as many elements; itself if it has it.
  mlir::Value reshape(mlir::Value value, llvm::ArrayRef<int64_t> shape);
  mlir::Value cast(mlir::Value value, mlir::Type elementType);

  // Results.

  /// Whether anything reads the node's output.
  bool wants(unsigned index) const {
    return index < results.size() && !node.output(index).empty() &&
           usedNames.contains(node.output(index));
  }
  void setResult(unsigned index, mlir::Value value) {
    if (index < results.size())
      results[index] = value;
  }
  /// An error if an output is read that cannot be computed.
  void refuseOutput(unsigned index, llvm::StringRef meaning);
  llvm::ArrayRef<mlir::Value> getResults() const { return results; }

private:
  std::optional<nn::HostTensor> requireElement(unsigned index,
                                               llvm::StringRef meaning);
  const onnx::AttributeProto *find(llvm::StringRef name) const;
  /// Checks the results' sizes and folds the op if it can.
  llvm::SmallVector<mlir::Value> finish(mlir::Operation *op);
  std::optional<llvm::SmallVector<mlir::Value>> fold(mlir::Operation *op);

  GraphServices &services;
  mlir::OpBuilder &builder;
  onnx::NodeProto &node;
  int64_t version;
  mlir::Location location;
  llvm::ArrayRef<mlir::Value> operands;
  const llvm::StringSet<> &usedNames;
  llvm::SmallVector<mlir::Value> results;
  bool hasFailed = false;
};

} // namespace mlcc::onnx_frontend

#endif // MLCC_FRONTENDS_ONNX_NODECONTEXT_H
