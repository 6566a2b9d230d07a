//===- Candidates.cpp - The layouts that a primitive may have -------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/layout/Candidates.h"

#include "compiler/layout/CostModel.h"
#include "dialects/nn/NN.h"

using namespace mlir;
using namespace mlcc;

using Specs = std::vector<PrimitiveSpec>;

static RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

static std::string layoutOfValue(Value value) {
  return dnn::getLayout(typeOf(value));
}

static std::string plainLayoutOf(Value value) {
  return plainLayout(std::max<int>(typeOf(value).getRank(), 1));
}

/// The tag in which `transpose` of `result` would be plain.
static std::string layoutPlainAfter(nn::TransposeOp transpose) {
  std::string tag;
  for (int64_t dimension : transpose.getPermutation())
    tag += static_cast<char>('a' + dimension);
  return tag;
}

/// The layout that the only user of `result`, a transposition to a plain
/// tensor, would turn into a view; empty if there is none.
static std::string wishedLayout(Value result) {
  if (!result.hasOneUse())
    return {};
  auto transpose = dyn_cast<nn::TransposeOp>(*result.user_begin());
  if (!transpose || llvm::all_of(transpose->getUsers(), [](Operation *user) {
        return isa<dnn::PrimitiveOpInterface>(user);
      }))
    return {};
  std::string tag = layoutPlainAfter(transpose);
  return isLayout(tag, static_cast<int>(tag.size())) ? tag : std::string();
}

//===----------------------------------------------------------------------===//
// Combinations by kind of op
//===----------------------------------------------------------------------===//

namespace {
/// A few different tags in the order of their insertion.
class Tags : public SmallVector<std::string, 4> {
public:
  void insert(const std::string &tag) {
    if (!llvm::is_contained(*this, tag))
      push_back(tag);
  }
};

/// Where in a description the layouts of an op's values stand.
class Slots {
public:
  Slots(const PrimitiveSpec &spec, dnn::PrimitiveOpInterface op)
      : spec(spec), values(op.getPrimitiveArguments()) {}

  PrimitiveSpec spec;
  SmallVector<Value> values;

  TensorSpec &tensor(size_t index) {
    if (index < spec.arguments.size())
      return spec.arguments[index];
    index -= spec.arguments.size();
    for (PostOp &postOp : spec.postOps)
      if (postOp.kind == PostOp::Kind::Binary && index-- == 0)
        return postOp.operand;
    llvm_unreachable("one tensor for each value");
  }

  /// Sets the layout of all values of `shape` but the first `skip`.
  void tie(ArrayRef<int64_t> shape, const std::string &tag, size_t skip) {
    for (size_t i = skip; i < values.size(); ++i)
      if (typeOf(values[i]).getShape() == shape)
        tensor(i).layout = tag;
  }
};
} // namespace

/// A convolution: the source as oneDNN wants it or as it is; the result as
/// oneDNN wants it, with channels last, or as the operand that it is
/// accumulated onto. Weights as oneDNN wants.
static void addConvolutions(dnn::PrimitiveOpInterface op,
                            const PrimitiveSpec &base, Specs &specs) {
  Tags sources, results;
  sources.insert("any");
  sources.insert(layoutOfValue(op->getOperand(0)));
  results.insert("any");
  results.insert(channelsLast(typeOf(op->getResult(0)).getRank()));
  if (Value accumulated = op.getAccumulatedOperand())
    results.insert(layoutOfValue(accumulated));
  ArrayRef<int64_t> resultShape = typeOf(op->getResult(0)).getShape();
  for (const std::string &source : sources) {
    for (const std::string &result : results) {
      Slots slots(base, op);
      slots.tensor(0).layout = source;
      slots.tensor(1).layout = "any";
      slots.tie(resultShape, result, /*skip=*/2);
      specs.push_back(std::move(slots.spec));
    }
  }
}

/// A matrix product: operands as they are or plain, fixed weights as oneDNN
/// wants, the result plain or such that a following transposition is a view.
static void addMatMuls(dnn::PrimitiveOpInterface op, const PrimitiveSpec &base,
                       Specs &specs) {
  Tags sources, weights, results;
  sources.insert(layoutOfValue(op->getOperand(0)));
  sources.insert(plainLayoutOf(op->getOperand(0)));
  if (isFixed(op->getOperand(1)))
    weights.insert("any");
  weights.insert(layoutOfValue(op->getOperand(1)));
  weights.insert(plainLayoutOf(op->getOperand(1)));
  Value result = op->getResult(0);
  if (std::string wish = wishedLayout(result); !wish.empty())
    results.insert(wish);
  if (Value accumulated = op.getAccumulatedOperand())
    results.insert(layoutOfValue(accumulated));
  results.insert(plainLayoutOf(result));
  for (const std::string &source : sources) {
    for (const std::string &weight : weights) {
      for (const std::string &tag : results) {
        Slots slots(base, op);
        slots.tensor(0).layout = source;
        slots.tensor(1).layout = weight;
        slots.tie(typeOf(result).getShape(), tag, /*skip=*/2);
        specs.push_back(std::move(slots.spec));
      }
    }
  }
}

/// The gradient of a convolution's weights: both operands as oneDNN wants them
/// or as they are.
static void addWeightGradients(dnn::ConvolutionWeightGradientOp op,
                               const PrimitiveSpec &base, Specs &specs) {
  Tags sources, gradients;
  sources.insert("any");
  sources.insert(layoutOfValue(op.getSrc()));
  gradients.insert("any");
  gradients.insert(layoutOfValue(op.getDiffDst()));
  for (const std::string &source : sources) {
    for (const std::string &gradient : gradients) {
      Slots slots(base, op);
      slots.tensor(0).layout = source;
      slots.tensor(1).layout = gradient;
      slots.tensor(2).layout = "any";
      specs.push_back(std::move(slots.spec));
    }
  }
}

/// A recurrent layer: everything plain but the weights.
static void addRecurrent(dnn::RnnOp op, const PrimitiveSpec &base,
                         Specs &specs) {
  Slots slots(base, op);
  for (auto [index, value] : llvm::enumerate(slots.values)) {
    bool packed = value == op.getWeightsLayer() || value == op.getWeightsIter();
    slots.tensor(index).layout =
        packed && isFixed(value) ? "any" : plainLayoutOf(value);
  }
  specs.push_back(std::move(slots.spec));
}

/// Any other op: one layout for all tensors of the rank and size of the
/// largest; those which it has, channels last, or plain. Smaller ones (repeated
/// in the op) stay plain.
static void addTied(dnn::PrimitiveOpInterface op, const PrimitiveSpec &base,
                    Specs &specs) {
  RankedTensorType result = typeOf(op->getResult(0));
  bool repeats = isa<dnn::BinaryOp, dnn::LayerNormalizationOp>(op);
  auto follows = [&](Value value) {
    RankedTensorType type = typeOf(value);
    return type.getRank() == result.getRank() &&
           (!repeats || type.getShape() == result.getShape());
  };
  Tags tags;
  for (Value operand : op->getOperands())
    if (follows(operand))
      tags.insert(layoutOfValue(operand));
  tags.insert(channelsLast(std::max<int64_t>(result.getRank(), 1)));
  tags.insert(plainLayoutOf(op->getResult(0)));
  for (const std::string &tag : tags) {
    Slots slots(base, op);
    for (auto [index, value] : llvm::enumerate(slots.values))
      slots.tensor(index).layout = follows(value) ? tag : plainLayoutOf(value);
    specs.push_back(std::move(slots.spec));
  }
}

//===----------------------------------------------------------------------===//
// Choice
//===----------------------------------------------------------------------===//

/// Whether the layouts of all tensors but weights satisfy `predicate`.
static bool allActivations(const PrimitiveSpec &spec,
                           llvm::function_ref<bool(StringRef)> predicate) {
  return llvm::all_of(spec.arguments, [&](const TensorSpec &tensor) {
    bool weights = tensor.argument == DNNL_ARG_WEIGHTS ||
                   tensor.argument == DNNL_ARG_WEIGHTS_LAYER ||
                   tensor.argument == DNNL_ARG_WEIGHTS_ITER;
    return weights || predicate(tensor.layout);
  });
}

std::optional<Candidate> LayoutChooser::resolve(const PrimitiveSpec &spec) {
  std::vector<uint8_t> bytes = spec.serialize();
  auto [entry, isNew] =
      answers.try_emplace(std::string(bytes.begin(), bytes.end()));
  if (!isNew)
    return entry->second;
  try {
    Candidate candidate;
    candidate.spec = resolveLayouts(spec, engine);
    // The runtime creates the primitive from fixed layouts: ask for that.
    candidate.implementation =
        describePrimitive(candidate.spec, engine).implementation;
    candidate.seconds =
        primitiveSeconds(candidate.spec, candidate.implementation);
    // Generated kernels read layouts that have a name.
    if (allActivations(candidate.spec, [](StringRef tag) {
          return !tag.starts_with("opaque:");
        }))
      entry->second = std::move(candidate);
  } catch (const std::exception &) {
    // oneDNN has no implementation for this combination.
  }
  return entry->second;
}

/// The time of the reorders that bring the operands of `op` into the layouts of
/// `spec`, and of those that its user needs.
double LayoutChooser::reorderSeconds(dnn::PrimitiveOpInterface op,
                                     const PrimitiveSpec &spec) const {
  double seconds = 0;
  Slots slots(spec, op);
  for (auto [index, value] : llvm::enumerate(slots.values)) {
    const std::string &tag = slots.tensor(index).layout;
    if (value.getDefiningOp() != op) {
      seconds += forms.seconds(value, tag);
      continue;
    }
    std::string wish = wishedLayout(value);
    if (!wish.empty() && wish != tag)
      seconds += mlcc::reorderSeconds(typeOf(value));
    if (Value accumulated = op.getAccumulatedOperand())
      seconds += forms.seconds(accumulated, tag);
  }
  return seconds;
}

/// Whether `lhs` is rather taken than `rhs`. Activations are blocked only where
/// oneDNN has nothing but plain loops otherwise: a blocked tensor fits its
/// neighbours worse (views, kernels, concatenation) than a permuted one, which
/// no estimate of a single primitive shows.
static bool isBetter(const Candidate &lhs, const Candidate &rhs) {
  auto rank = [](const Candidate &candidate) {
    bool blocked = !allActivations(
        candidate.spec, [](StringRef tag) { return isPermutation(tag); });
    bool reference = candidate.implementation.find("ref") != std::string::npos;
    return reference ? 2 : blocked ? 1 : 0;
  };
  return std::pair(rank(lhs), lhs.seconds) < std::pair(rank(rhs), rhs.seconds);
}

std::optional<Candidate> LayoutChooser::choose(dnn::PrimitiveOpInterface op) {
  Specs specs;
  PrimitiveSpec base = op.getPrimitiveSpec();
  if (isa<dnn::ConvolutionOp, dnn::DeconvolutionOp>(op))
    addConvolutions(op, base, specs);
  else if (isa<dnn::MatMulOp>(op))
    addMatMuls(op, base, specs);
  else if (auto gradient =
               dyn_cast<dnn::ConvolutionWeightGradientOp>(op.getOperation()))
    addWeightGradients(gradient, base, specs);
  else if (auto rnn = dyn_cast<dnn::RnnOp>(op.getOperation()))
    addRecurrent(rnn, base, specs);
  else
    addTied(op, base, specs);

  std::optional<Candidate> best;
  for (const PrimitiveSpec &spec : specs) {
    std::optional<Candidate> candidate = resolve(spec);
    if (!candidate)
      continue;
    candidate->seconds += reorderSeconds(op, candidate->spec);
    if (!best || isBetter(*candidate, *best))
      best = std::move(candidate);
  }
  return best;
}
