//===- Registry.h - The supported ONNX operators ----------------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_FRONTENDS_ONNX_REGISTRY_H
#define MLCC_FRONTENDS_ONNX_REGISTRY_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/raw_ostream.h"

namespace mlcc::onnx_frontend {

class NodeContext;

/// The newest operator set whose definitions are known.
constexpr int64_t newestOperatorSet = 26;

/// A number of inputs without a limit.
constexpr unsigned variadic = ~0u;

/// What the importer knows of an operator of the standard domain.
struct Operator {
  llvm::StringRef name;
  /// The oldest and newest operator set versions whose definition of the
  /// operator is known. Later sets that keep the newest definition work too.
  int oldest;
  int newest;
  unsigned minInputs;
  unsigned maxInputs;
  unsigned maxOutputs;
  /// The attributes of all versions with their types: "axis:i perm:is". Types
  /// are i, f, s, t (tensor), g (graph), is, fs, ss. An attribute that is not
  /// listed is an error, so that no newer meaning is overlooked.
  llvm::StringRef attributes;
  void (*import)(NodeContext &);
  /// What is not supported, for the documentation; empty if all is.
  llvm::StringRef limits = "";
};

// The families, one file each in ops/.
llvm::ArrayRef<Operator> constantOperators();
llvm::ArrayRef<Operator> controlFlowOperators();
llvm::ArrayRef<Operator> elementwiseOperators();
llvm::ArrayRef<Operator> einsumOperators();
llvm::ArrayRef<Operator> indexingOperators();
llvm::ArrayRef<Operator> linearOperators();
llvm::ArrayRef<Operator> lossOperators();
llvm::ArrayRef<Operator> normalizationOperators();
llvm::ArrayRef<Operator> poolingOperators();
llvm::ArrayRef<Operator> quantizationOperators();
llvm::ArrayRef<Operator> recurrentOperators();
llvm::ArrayRef<Operator> reductionOperators();
llvm::ArrayRef<Operator> shapeOperators();

/// The operator of this name in the standard domain, or null.
const Operator *findOperator(llvm::StringRef name);

/// The type letters of an attribute of an operator ("is"), or empty if the
/// operator has no such attribute.
llvm::StringRef attributeKind(const Operator &op, llvm::StringRef attribute);

/// The table of docs/onnx.md: all operators, their versions and limits.
void printOperatorTable(llvm::raw_ostream &stream);

} // namespace mlcc::onnx_frontend

#endif // MLCC_FRONTENDS_ONNX_REGISTRY_H
