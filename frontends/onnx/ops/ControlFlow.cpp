//===- ControlFlow.cpp - Import of branches -------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A compiled program has no branches: `If` is decided now. Loops have no
// importer; they are reported with the other unsupported operators.
//
//===----------------------------------------------------------------------===//

#include "frontends/onnx/NodeContext.h"

using namespace mlir;

namespace mlcc::onnx_frontend {

static void importIf(NodeContext &node) {
  onnx::GraphProto *thenBranch = node.graph("then_branch");
  onnx::GraphProto *elseBranch = node.graph("else_branch");
  if (!thenBranch || !elseBranch) {
    node.error(ErrorCode::InvalidAttribute)
        << "the attribute '" << (thenBranch ? "else_branch" : "then_branch")
        << "' is missing";
    return;
  }
  std::optional<double> condition = node.requireNumber(0, "cond");
  if (!condition)
    return;
  std::optional<SmallVector<Value>> results = node.importer().importBranch(
      *condition != 0 ? *thenBranch : *elseBranch, node.loc());
  if (!results)
    return node.fail();
  for (auto [index, value] : llvm::enumerate(*results))
    node.setResult(index, value);
}

static const Operator table[] = {
    {"If", 1, 25, 1, 1, variadic, "then_branch:g else_branch:g", importIf,
     "conditions that are not known at compile time"},
};

llvm::ArrayRef<Operator> controlFlowOperators() { return table; }

} // namespace mlcc::onnx_frontend
