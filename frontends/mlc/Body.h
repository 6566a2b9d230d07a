//===- Body.h - Nodes of functions and blocks ----------------- -*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_FRONTENDS_MLC_BODY_H
#define MLCC_FRONTENDS_MLC_BODY_H

#include "frontends/mlc/Description.h"
#include "frontends/mlc/Expressions.h"
#include "frontends/mlc/FunctionState.h"

#include "llvm/ADT/StringSet.h"

namespace mlcc::mlc_frontend {

/// What is known of a model while it is imported.
struct ModelState {
  explicit ModelState(const Description &description)
      : description(description) {}

  const Description &description;
  mlir::Type elementType;
  Environment dimensions;
  llvm::StringMap<const v1::Block *> blocks;
  VariableTable variables;
  /// The full names of all layers and calls, and of those that others share.
  llvm::StringSet<> layers;
  std::vector<std::pair<std::string, mlir::Location>> shared;
  /// Nodes so far, each time that a block is called.
  int64_t expandedNodes = 0;
  bool failed = false;
};

/// Imports the nodes of one function.
class BodyImporter {
public:
  /// The names that nodes of a body see.
  struct Scope {
    /// Before the names of layers ("encoder.0."), and of their parameters,
    /// which differ where parameters are shared.
    std::string prefix, parameterPrefix;
    const Environment *environment;
    bool frozen = false;
    /// Null values are those of nodes that could not be imported.
    llvm::StringMap<mlir::Value> values = {};
    /// The result of the node before.
    std::optional<mlir::Value> previous = std::nullopt;
    llvm::StringRef previousName = "";
  };
  using Nodes = google::protobuf::RepeatedPtrField<v1::Node>;

  BodyImporter(ModelState &model, FunctionState &function)
      : model(model), function(function) {}

  void importNodes(const Nodes &nodes, Scope &scope);

private:
  using Values = llvm::SmallVector<mlir::Value>;
  /// Limits on what a description can expand to; no real model comes near.
  static constexpr int maxDepth = 64;
  static constexpr int64_t maxNodes = int64_t(1) << 18;
  static constexpr int64_t maxRounds = int64_t(1) << 20;
  /// Of loops that are imported step by step.
  static constexpr int64_t maxUnrolledRounds = 4096;

  /// A call of a block by a node.
  struct Invocation {
    const v1::Block *block;
    Environment environment;
    std::string prefix, parameterPrefix;
    bool frozen;
  };

  void importNode(const v1::Node &node, int index, Scope &scope);
  /// Empty after an error.
  Values importKind(const v1::Node &node, Scope &scope,
                    llvm::ArrayRef<mlir::Value> inputs,
                    mlir::Location location);
  Values importLayer(const v1::Node &node, Scope &scope,
                     llvm::ArrayRef<mlir::Value> inputs,
                     mlir::Location location);
  Values importFormula(const v1::Node &node, Scope &scope,
                       mlir::Location location);
  std::optional<Values> inputsOf(const v1::Node &node, Scope &scope);
  void defineResults(const v1::Node &node, Scope &scope,
                     llvm::ArrayRef<mlir::Value> results, bool failed);
  std::optional<std::vector<Assignment>> assignmentsOf(const v1::Node &node,
                                                       const Scope &scope);
  /// Sets the fields that assignments name, and gives the others.
  std::vector<Assignment> setFields(const v1::Node &node,
                                    google::protobuf::Message &kind,
                                    llvm::ArrayRef<Assignment> assignments);

  std::optional<Invocation> prepare(const v1::Node &node, llvm::StringRef block,
                                    const Scope &scope,
                                    llvm::ArrayRef<Assignment> arguments);
  /// The values of the block's outputs; empty after an error.
  Values invoke(const v1::Node &node, const Invocation &invocation,
                llvm::ArrayRef<mlir::Value> inputs);
  Values importCall(const v1::Node &node, const v1::Call &call,
                    const Scope &scope, llvm::ArrayRef<Assignment> arguments,
                    llvm::ArrayRef<mlir::Value> inputs);
  Values importScan(const v1::Node &node, const v1::Scan &scan,
                    const Scope &scope, llvm::ArrayRef<Assignment> arguments,
                    llvm::ArrayRef<mlir::Value> inputs,
                    mlir::Location location);
  Values importWhile(const v1::Node &node, const v1::While &loop,
                     const Scope &scope, llvm::ArrayRef<Assignment> arguments,
                     llvm::ArrayRef<mlir::Value> inputs,
                     mlir::Location location);

  // Loops whose block is imported once. None if it cannot be: it asks for
  // gradients, or the types of its states change.
  std::optional<Values> importScanOnce(const v1::Node &node,
                                       const v1::Scan &scan,
                                       const Invocation &invocation,
                                       llvm::ArrayRef<mlir::Value> sequences,
                                       llvm::ArrayRef<mlir::Value> states,
                                       int64_t steps, mlir::Location location);
  std::optional<Values> importWhileOnce(const v1::Node &node,
                                        const v1::While &loop,
                                        const Invocation &invocation,
                                        llvm::ArrayRef<mlir::Value> states,
                                        mlir::Location location);
  Values importScanBySteps(const v1::Node &node, const v1::Scan &scan,
                           const Invocation &invocation,
                           llvm::ArrayRef<mlir::Value> sequences,
                           llvm::ArrayRef<mlir::Value> states, int64_t steps,
                           mlir::Location location);
  Values importWhileBySteps(const v1::Node &node, const v1::While &loop,
                            const Invocation &invocation,
                            llvm::ArrayRef<mlir::Value> inputs,
                            mlir::Location location);
  std::optional<Values> importLoopBody(const v1::Node &node,
                                       const Invocation &invocation,
                                       llvm::ArrayRef<mlir::Value> arguments);

  mlir::InFlightDiagnostic error(const v1::Node &node, ErrorCode code,
                                 llvm::StringRef field = "", int index = -1);

  ModelState &model;
  FunctionState &function;
  llvm::SmallVector<llvm::StringRef> callers; ///< Blocks being imported.
};

/// Whether the name can be that of a value or layer: letters, digits, '_' and
/// '-'.
bool isLegalName(llvm::StringRef name);

} // namespace mlcc::mlc_frontend

#endif // MLCC_FRONTENDS_MLC_BODY_H
