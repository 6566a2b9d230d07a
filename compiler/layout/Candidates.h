//===- Candidates.h - The layouts that a primitive may have -----*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_COMPILER_LAYOUT_CANDIDATES_H
#define MLCC_COMPILER_LAYOUT_CANDIDATES_H

#include "compiler/layout/Forms.h"

#include <optional>
#include <unordered_map>

namespace mlcc {

/// A primitive with all layouts known.
struct Candidate {
  PrimitiveSpec spec;
  std::string implementation;
  double seconds = 0; ///< with the reorders that it needs
};

/// Chooses layouts of primitives: asks oneDNN what it would do with some
/// combinations of layouts, and takes the cheapest.
class LayoutChooser {
public:
  explicit LayoutChooser(const Forms &forms)
      : forms(forms), engine(dnnl::engine::kind::cpu, 0) {}

  /// The best layouts for `op`, whose operands stand in the layouts that they
  /// have so far; nothing if oneDNN has no implementation at all.
  std::optional<Candidate> choose(dnn::PrimitiveOpInterface op);

  /// The number of different questions put to oneDNN.
  size_t queries() const { return answers.size(); }

private:
  std::optional<Candidate> resolve(const PrimitiveSpec &spec);
  double reorderSeconds(dnn::PrimitiveOpInterface op,
                        const PrimitiveSpec &spec) const;

  const Forms &forms;
  dnnl::engine engine;
  /// By serialized description, layouts "any" included.
  std::unordered_map<std::string, std::optional<Candidate>> answers;
};

} // namespace mlcc

#endif // MLCC_COMPILER_LAYOUT_CANDIDATES_H
