//===- Registry.cpp - The supported ONNX operators ------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "frontends/onnx/Registry.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringMap.h"

#include <vector>

namespace mlcc::onnx_frontend {

static llvm::StringMap<const Operator *> collectOperators() {
  llvm::StringMap<const Operator *> all;
  for (auto family :
       {constantOperators, controlFlowOperators, elementwiseOperators,
        einsumOperators, indexingOperators, linearOperators, lossOperators,
        normalizationOperators, poolingOperators, quantizationOperators,
        recurrentOperators, reductionOperators, shapeOperators})
    for (const Operator &op : family())
      all[op.name] = &op;
  return all;
}

static const llvm::StringMap<const Operator *> &operators() {
  static const llvm::StringMap<const Operator *> all = collectOperators();
  return all;
}

const Operator *findOperator(llvm::StringRef name) {
  return operators().lookup(name);
}

llvm::StringRef attributeKind(const Operator &op, llvm::StringRef attribute) {
  for (llvm::StringRef entry : llvm::split(op.attributes, ' ')) {
    auto [name, kind] = entry.split(':');
    if (name == attribute)
      return kind;
  }
  return "";
}

void printOperatorTable(llvm::raw_ostream &stream) {
  std::vector<const Operator *> sorted;
  for (const auto &entry : operators())
    sorted.push_back(entry.second);
  llvm::sort(sorted, [](const Operator *lhs, const Operator *rhs) {
    return lhs->name < rhs->name;
  });
  stream << "| Operator | Definitions of opset | Not supported |\n"
         << "|---|---|---|\n";
  for (const Operator *op : sorted) {
    stream << "| " << op->name << " | " << op->oldest;
    if (op->newest != op->oldest)
      stream << " to " << op->newest;
    stream << " | " << op->limits << " |\n";
  }
}

} // namespace mlcc::onnx_frontend
