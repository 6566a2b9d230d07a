//===- Einsum.cpp - Import of Einstein sums -------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The operands are multiplied from left to right. Each product of two becomes
// one matrix product: the labels of both that are still needed are its batch,
// the labels of both that are not needed are summed, the others are its rows
// and columns. An ellipsis stands for labels of its own, aligned at the last
// one.
//
//===----------------------------------------------------------------------===//

#include "frontends/onnx/NodeContext.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallSet.h"

using namespace mlir;

namespace mlcc::onnx_frontend {

namespace {

/// A dimension's label: a letter, or below 0 a dimension of the ellipsis
/// counted from its end (-1 is the last).
using Label = int;
using Labels = SmallVector<Label>;

struct Term {
  Labels labels;
  Value value;
};

class EinsumImporter {
public:
  explicit EinsumImporter(NodeContext &node) : node(node) {}
  Value import();

private:
  bool parse();
  std::optional<Labels> parseLabels(StringRef text, int64_t ellipsisRank);
  Labels impliedOutput() const;
  Labels neededFrom(size_t firstTerm) const;
  void sumUnneeded(Term &term, ArrayRef<Label> needed);
  Term multiply(const Term &lhs, const Term &rhs, ArrayRef<Label> needed);
  Value arrange(const Term &term, ArrayRef<Label> order);
  int64_t extent(const Term &term, Label label) const;
  void fail(const llvm::Twine &why) {
    if (!node.failed())
      node.error(ErrorCode::UnsupportedForm)
          << "the equation " << quoted(node.string("equation", "")) << why;
  }

  NodeContext &node;
  SmallVector<Term> terms;
  Labels output;
};

} // namespace

std::optional<Labels> EinsumImporter::parseLabels(StringRef text,
                                                  int64_t ellipsisRank) {
  Labels labels;
  while (!text.empty()) {
    if (text.consume_front("...")) {
      for (int64_t i = ellipsisRank; i > 0; --i)
        labels.push_back(-static_cast<Label>(i));
    } else if (llvm::isAlpha(text.front())) {
      labels.push_back(text.front());
      text = text.drop_front();
    } else {
      return std::nullopt;
    }
  }
  return labels;
}

/// Without an arrow: the ellipsis, then the labels that occur once, sorted.
Labels EinsumImporter::impliedOutput() const {
  Labels all, once;
  for (const Term &term : terms)
    llvm::append_range(all, term.labels);
  llvm::sort(all);
  for (Label label : all)
    if ((label < 0 || llvm::count(all, label) == 1) &&
        !llvm::is_contained(once, label))
      once.push_back(label);
  return once;
}

bool EinsumImporter::parse() {
  std::string equation = node.string("equation", "").str();
  llvm::erase(equation, ' ');
  auto [inputs, result] = StringRef(equation).split("->");
  SmallVector<StringRef> texts;
  inputs.split(texts, ',');
  int64_t longestEllipsis = 0;
  for (auto [index, text] : llvm::enumerate(texts)) {
    if (index >= node.operandCount() || !node.has(index))
      break;
    Value value = node.operand(index);
    int64_t letters = llvm::count_if(text, [](char c) { return c != '.'; });
    int64_t ellipsisRank = node.rank(value) - letters;
    auto labels =
        ellipsisRank < 0 ? std::nullopt : parseLabels(text, ellipsisRank);
    if (!labels || static_cast<int64_t>(labels->size()) != node.rank(value))
      break;
    if (text.contains("..."))
      longestEllipsis = std::max(longestEllipsis, ellipsisRank);
    terms.push_back({*labels, value});
  }
  auto labels = parseLabels(result, longestEllipsis);
  if (!labels || terms.size() != texts.size() ||
      terms.size() != node.operandCount()) {
    fail(" does not fit the operands");
    return false;
  }
  output = StringRef(equation).contains("->") ? *labels : impliedOutput();
  auto repeats = [](const Labels &labels) {
    return llvm::SmallSet<Label, 8>(labels.begin(), labels.end()).size() !=
           labels.size();
  };
  if (repeats(output) || llvm::any_of(terms, [&](const Term &term) {
        return repeats(term.labels);
      })) {
    fail(" repeats a label in one operand, which is not supported");
    return false;
  }
  return true;
}

/// The labels that the output or a term from `firstTerm` on has.
Labels EinsumImporter::neededFrom(size_t firstTerm) const {
  Labels needed = output;
  for (const Term &term : ArrayRef(terms).drop_front(firstTerm))
    llvm::append_range(needed, term.labels);
  return needed;
}

int64_t EinsumImporter::extent(const Term &term, Label label) const {
  const Label *position = llvm::find(term.labels, label);
  return position == term.labels.end()
             ? 1
             : node.shape(term.value)[position - term.labels.begin()];
}

void EinsumImporter::sumUnneeded(Term &term, ArrayRef<Label> needed) {
  SmallVector<int64_t> axes;
  Labels kept;
  for (auto [axis, label] : llvm::enumerate(term.labels)) {
    if (llvm::is_contained(needed, label))
      kept.push_back(label);
    else
      axes.push_back(axis);
  }
  if (axes.empty())
    return;
  term.value = node.create<nn::ReduceSumOp>(term.value, axes, false);
  term.labels = kept;
}

/// The term with its dimensions in the given order, all of which it has.
Value EinsumImporter::arrange(const Term &term, ArrayRef<Label> order) {
  SmallVector<int64_t> permutation;
  for (Label label : order)
    permutation.push_back(llvm::find(term.labels, label) - term.labels.begin());
  if (llvm::is_sorted(permutation))
    return term.value;
  return node.create<nn::TransposeOp>(term.value, permutation);
}

Term EinsumImporter::multiply(const Term &lhs, const Term &rhs,
                              ArrayRef<Label> needed) {
  Labels batch, rows, columns, summed;
  for (Label label : lhs.labels) {
    if (!llvm::is_contained(rhs.labels, label))
      rows.push_back(label);
    else if (llvm::is_contained(needed, label))
      batch.push_back(label);
    else
      summed.push_back(label);
  }
  for (Label label : rhs.labels)
    if (!llvm::is_contained(lhs.labels, label))
      columns.push_back(label);
  // An extent of 1 may meet a larger one: such dimensions are broadcast in the
  // batch; summed ones must agree.
  for (Label label : summed)
    if (extent(lhs, label) != extent(rhs, label))
      fail(" sums over different extents");
  auto joined = [&](const Term &term, ArrayRef<Label> labels) {
    int64_t product = 1;
    for (Label label : labels)
      product *= extent(term, label);
    return product;
  };
  auto order = [](const Labels &a, const Labels &b, const Labels &c) {
    Labels all = a;
    llvm::append_range(all, b);
    llvm::append_range(all, c);
    return all;
  };
  auto matrices = [&](const Term &term, int64_t first, int64_t second) {
    SmallVector<int64_t> shape;
    for (Label label : batch)
      shape.push_back(extent(term, label));
    shape.append({first, second});
    return shape;
  };
  if (node.failed())
    return {};
  int64_t inner = joined(lhs, summed);
  Value left = node.reshape(arrange(lhs, order(batch, rows, summed)),
                            matrices(lhs, joined(lhs, rows), inner));
  Value right = node.reshape(arrange(rhs, order(batch, summed, columns)),
                             matrices(rhs, inner, joined(rhs, columns)));
  Value product = node.create<nn::MatMulOp>(left, right, Value());
  if (node.failed())
    return {};
  SmallVector<int64_t> shape(node.shape(product).drop_back(2));
  for (Label label : rows)
    shape.push_back(extent(lhs, label));
  for (Label label : columns)
    shape.push_back(extent(rhs, label));
  return {order(batch, rows, columns), node.reshape(product, shape)};
}

Value EinsumImporter::import() {
  if (!parse())
    return nullptr;
  Term result = terms.front();
  sumUnneeded(result, neededFrom(1));
  for (size_t next = 1; next < terms.size() && !node.failed(); ++next) {
    Labels needed = neededFrom(next + 1);
    Labels neededInRhs = needed;
    llvm::append_range(neededInRhs, result.labels);
    Term rhs = terms[next];
    sumUnneeded(rhs, neededInRhs);
    if (!node.failed())
      result = multiply(result, rhs, needed);
  }
  if (node.failed())
    return nullptr;
  for (Label label : output)
    if (!llvm::is_contained(result.labels, label)) {
      fail(" has a label in the output that no operand has");
      return nullptr;
    }
  return arrange(result, output);
}

static void importEinsum(NodeContext &node) {
  node.setResult(0, EinsumImporter(node).import());
}

static const Operator table[] = {
    {"Einsum", 12, 12, 1, variadic, 1, "equation:s", importEinsum,
     "labels repeated in one operand"},
};

llvm::ArrayRef<Operator> einsumOperators() { return table; }

} // namespace mlcc::onnx_frontend
