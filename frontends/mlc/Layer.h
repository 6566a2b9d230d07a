//===- Layer.h - What importing one node needs ---------------- -*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// A layer's import function reads the node's fields and inputs from its Layer,
// builds nn ops through it and sets the node's results. After the first error
// the layer has `failed()`: from then on it builds nothing and values are null,
// so that import functions need not check every step.
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_FRONTENDS_MLC_LAYER_H
#define MLCC_FRONTENDS_MLC_LAYER_H

#include "dialects/nn/CheckedBuilder.h"
#include "dialects/nn/Math.h"
#include "frontends/mlc/Description.h"
#include "frontends/mlc/Expressions.h"
#include "frontends/mlc/FunctionState.h"

namespace mlcc::mlc_frontend {

/// A parameter that a layer owns.
struct ParameterSpec {
  llvm::StringRef name; ///< "weight"
  llvm::SmallVector<int64_t> shape;
  const v1::Initializer *initializer; ///< What the description says.
  bool isGiven;                       ///< Whether it says anything.
  v1::Initializer::Kind otherwise;
  double fanIn = 1, fanOut = 1;
  /// For `otherwise`.
  double deviation = 0;
};

class Layer {
public:
  Layer(const Description &description, FunctionState &function,
        VariableTable &variables, const v1::Node &node,
        const google::protobuf::Message *given,
        const google::protobuf::Message *kind, mlir::Location location,
        std::string parameterName, bool frozen, mlir::Type elementType,
        const Environment &environment, llvm::ArrayRef<mlir::Value> inputs)
      : node(node), environment(environment), inputs(inputs),
        elementType(elementType), math(function.builder, location),
        description(description), function(function), variables(variables),
        given(given), kind(kind), location(location),
        parameterName(std::move(parameterName)), frozen(frozen) {}

  const v1::Node &node;
  const Environment &environment;
  const llvm::ArrayRef<mlir::Value> inputs;
  /// Of the model.
  const mlir::Type elementType;
  /// Ops on operands that are known to fit.
  nn::Math math;

  /// The fields of the node's kind, `with` applied.
  template <typename Kind> const Kind &as() const {
    return static_cast<const Kind &>(*kind);
  }
  mlir::Location loc() const { return location; }
  mlir::OpBuilder &builder() { return function.builder; }
  FunctionState &getFunction() { return function; }
  VariableTable &getVariables() { return variables; }
  bool training() const { return function.training; }
  /// The function's input that says how many rows of `value` count; null if
  /// there is none, or the rows are no samples of the batch.
  mlir::Value sampleCountFor(mlir::Value value) const {
    bool isBatch = rank(value) > 0 && shape(value)[0] == function.batch;
    return isBatch ? function.sampleCount : mlir::Value();
  }

  // Errors. Locations are those of fields of the node's kind, or of the node.

  mlir::InFlightDiagnostic error(ErrorCode code, llvm::StringRef field = "");
  /// Fails without a message: it has been given.
  void fail() { hasFailed = true; }
  bool failed() const { return hasFailed; }
  /// That the layer has between `least` and `most` inputs.
  bool checkInputs(size_t least, size_t most);
  /// That input `index` holds floating-point numbers in at least `rank`
  /// dimensions.
  bool checkFloatInput(unsigned index, int64_t rank);
  /// A size that must be given and positive; 1 after an error.
  int64_t positive(llvm::StringRef field, int64_t value);
  /// One number for each of `count` dimensions from none (then `otherwise`),
  /// one, or as many; each at least `least`.
  llvm::SmallVector<int64_t>
  perDimension(llvm::StringRef field,
               const google::protobuf::RepeatedField<int64_t> &values,
               size_t count, int64_t otherwise, int64_t least);
  /// A number in [0, 1).
  double fraction(llvm::StringRef field, double value);
  /// Extents of a `shape` field; nothing after an error. `wildcard`: one may be
  /// -1.
  std::optional<llvm::SmallVector<int64_t>>
  shapeOf(llvm::StringRef field, llvm::StringRef text, bool wildcard = false);
  /// The MLIR type, the model's for DEFAULT.
  mlir::Type typeOf(v1::ElementType type);

  // Values.

  static mlir::RankedTensorType type(mlir::Value value) {
    return mlir::cast<mlir::RankedTensorType>(value.getType());
  }
  static llvm::ArrayRef<int64_t> shape(mlir::Value value) {
    return type(value).getShape();
  }
  static int64_t rank(mlir::Value value) { return type(value).getRank(); }

  /// The value of a parameter of the layer; null after an error.
  mlir::Value parameter(const ParameterSpec &spec);
  /// A variable of the layer that is no parameter. Null after an error.
  Variable *variable(llvm::StringRef name, mlir::RankedTensorType type,
                     rt::Role role, const v1::Initializer &initializer);
  /// The value of a variable that a layer before this one owns, called as the
  /// layers beside this one see it or by its full name; null if there is none.
  mlir::Value readVariable(llvm::StringRef name);
  /// The full name of a parameter of the layer; of the layer itself for "".
  std::string fullName(llvm::StringRef parameter) const;

  template <typename Op, typename... Arguments>
  llvm::SmallVector<mlir::Value> createAll(Arguments &&...arguments) {
    if (hasFailed)
      return {};
    auto op = nn::createChecked<Op>(function.builder, location,
                                    std::forward<Arguments>(arguments)...);
    if (mlir::failed(op)) {
      hasFailed = true;
      return {};
    }
    return llvm::to_vector_of<mlir::Value>(op->getOperation()->getResults());
  }
  /// An nn op of one result; null after an error.
  template <typename Op, typename... Arguments>
  mlir::Value create(Arguments &&...arguments) {
    llvm::SmallVector<mlir::Value> values =
        createAll<Op>(std::forward<Arguments>(arguments)...);
    return values.empty() ? mlir::Value() : values.front();
  }
  mlir::Value transpose(mlir::Value value,
                        llvm::ArrayRef<int64_t> permutation) {
    return create<nn::TransposeOp>(value, permutation);
  }
  mlir::Value reshape(mlir::Value value, llvm::ArrayRef<int64_t> shape) {
    return create<nn::ReshapeOp>(value, shape);
  }
  /// x matrix^T + bias, bias may be null.
  mlir::Value linear(mlir::Value x, mlir::Value matrix, mlir::Value bias) {
    return create<nn::MatMulOp>(x, matrix, bias, /*transpose_lhs=*/false,
                                /*transpose_rhs=*/true);
  }
  /// The first result of the nn op of this name; null after an error.
  mlir::Value apply(llvm::StringRef op, llvm::ArrayRef<mlir::Value> operands,
                    llvm::ArrayRef<Assignment> attributes = {});
  /// The element-wise op of this name, or the value itself for "".
  mlir::Value activate(mlir::Value value, llvm::StringRef activation);
  /// In training, the value with elements dropped; `shape` broadcasts to the
  /// value's and has an element for each decision.
  mlir::Value drop(mlir::Value value, double rate,
                   llvm::ArrayRef<int64_t> shape);

  // Results.

  void setResults(llvm::ArrayRef<mlir::Value> values) {
    results.assign(values.begin(), values.end());
  }
  llvm::ArrayRef<mlir::Value> getResults() const { return results; }

private:
  const Description &description;
  FunctionState &function;
  VariableTable &variables;
  const google::protobuf::Message *given; ///< As in the file, for locations.
  const google::protobuf::Message *kind;
  mlir::Location location;
  std::string parameterName;
  bool frozen;
  bool hasFailed = false;
  llvm::SmallVector<mlir::Value> results;
};

/// How a node of a kind is imported.
using ImportLayer = void (*)(Layer &);

/// The import function of a field of Node.kind; null for those that have
/// blocks, and for `op`.
ImportLayer findLayer(v1::Node::KindCase kind);

// The families, one file each.
void importDense(Layer &);
void importConv(Layer &);
void importConvTranspose(Layer &);
void importEmbedding(Layer &);
void importRnn(Layer &);
void importLstm(Layer &);
void importGru(Layer &);
void importAttention(Layer &);
void importBatchNorm(Layer &);
void importLayerNorm(Layer &);
void importGroupNorm(Layer &);
void importInstanceNorm(Layer &);
void importRmsNorm(Layer &);
void importMaxPool(Layer &);
void importAvgPool(Layer &);
void importGlobalAvgPool(Layer &);
void importDropout(Layer &);
void importFlatten(Layer &);
void importReshape(Layer &);
void importLoss(Layer &);
void importMetric(Layer &);
void importParameter(Layer &);
void importConstant(Layer &);
void importRandom(Layer &);
void importAssign(Layer &);
void importGradient(Layer &);

/// Builds the nn op `name` with these attributes, one to one; fails after a
/// coded error. Operands may be null where the op allows it.
void importOperation(Layer &layer, llvm::StringRef name,
                     llvm::ArrayRef<Assignment> attributes);

/// Builds the nn ops of a formula of these values and the layer's environment;
/// fails after a coded error. Null values are those of nodes with errors.
void importFormula(Layer &layer, llvm::StringRef formula,
                   const llvm::StringMap<mlir::Value> &values);

} // namespace mlcc::mlc_frontend

#endif // MLCC_FRONTENDS_MLC_LAYER_H
