//===- Variables.h - The variables that functions share ------- -*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_FRONTENDS_MLC_VARIABLES_H
#define MLCC_FRONTENDS_MLC_VARIABLES_H

#include "dialects/rt/RT.h"
#include "frontends/mlc/mlc.pb.h"

#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/StringMap.h"

#include <deque>

namespace mlcc::mlc_frontend {

/// A variable and how it begins.
struct Variable {
  std::string name; ///< "encoder.0.attention.query.weight"
  mlir::RankedTensorType type;
  rt::Role role;
  v1::Initializer initializer;
  /// What initializers call fan-in and fan-out.
  double fanIn = 1, fanOut = 1;
  bool frozen = false;
  mlir::Location location; ///< Of the layer that first declares it.
};

/// All variables of a model in the order of their declaration.
class VariableTable {
public:
  /// The variable of this name: a new one, or that of another function or call
  /// if it is the same. Null after a NameConflict error.
  Variable *declare(Variable variable);
  /// Null if there is none.
  Variable *find(llvm::StringRef name);

  auto begin() const { return variables.begin(); }
  auto end() const { return variables.end(); }

private:
  std::deque<Variable> variables;
  llvm::StringMap<Variable *> byName;
};

} // namespace mlcc::mlc_frontend

#endif // MLCC_FRONTENDS_MLC_VARIABLES_H
