//===- Suggestion.h - What a wrong name may have meant -------- -*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_FRONTENDS_MLC_SUGGESTION_H
#define MLCC_FRONTENDS_MLC_SUGGESTION_H

#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringRef.h"

#include <string>

namespace mlcc::mlc_frontend {

/// Finds the name that is written most like one that does not exist.
class Suggestion {
public:
  explicit Suggestion(llvm::StringRef wrong) : wrong(wrong) {}

  void consider(llvm::StringRef name) {
    unsigned distance = wrong.edit_distance(name, /*AllowReplacements=*/true,
                                            /*MaxEditDistance=*/least);
    // Of equally good names the first of the alphabet, whatever the order.
    if (distance < least || (distance == least && name < best)) {
      least = distance;
      best = name;
    }
  }
  /// "; is 'softmax' meant?", or "" if nothing is like it.
  std::string text() const {
    return best.empty() ? "" : "; is '" + best.str() + "' meant?";
  }

private:
  llvm::StringRef wrong, best;
  /// A third of the letters may be wrong.
  unsigned least = unsigned(wrong.size()) / 3 + 1;
};

/// The text of a suggestion out of the keys.
template <typename Value>
std::string suggestion(llvm::StringRef wrong,
                       const llvm::StringMap<Value> &names) {
  Suggestion suggestion(wrong);
  for (const auto &entry : names)
    suggestion.consider(entry.getKey());
  return suggestion.text();
}

} // namespace mlcc::mlc_frontend

#endif // MLCC_FRONTENDS_MLC_SUGGESTION_H
