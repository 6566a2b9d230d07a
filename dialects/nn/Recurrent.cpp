//===- Recurrent.cpp - Recurrent layers of nn -----------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/nn/NN.h"

#include "llvm/Support/CheckedArithmetic.h"

using namespace mlir;
using namespace mlcc;
using namespace mlcc::nn;

namespace {
/// What a recurrent layer is made of, as the description of the ops names it.
struct Layer {
  int64_t steps, batch, features, hidden, directions;
  RankedTensorType input;
};

/// An operand of a layer and the shape that it must have.
struct Parameter {
  llvm::StringRef name;
  Value value;
  SmallVector<int64_t> shape;
};
} // namespace

/// That there is one known activation for each of `count` functions of each
/// direction.
static LogicalResult checkActivations(OptionalLocation location,
                                      ArrayAttr activations, int64_t count) {
  if (static_cast<int64_t>(activations.size()) != count)
    return inferenceError(location, ErrorCode::InvalidAttribute,
                          "'activations' names " +
                              llvm::Twine(activations.size()) +
                              " functions; needed are " + llvm::Twine(count));
  for (Attribute attribute : activations) {
    auto name = dyn_cast<StringAttr>(attribute);
    if (!name || (name != "sigmoid" && name != "tanh" && name != "relu"))
      return inferenceError(location, ErrorCode::UnsupportedAttribute,
                            "the activation '" + (name ? name.getValue() : "") +
                                "' is not supported; supported are sigmoid, "
                                "tanh and relu");
  }
  return success();
}

static LogicalResult checkParameters(OptionalLocation location,
                                     const Layer &layer,
                                     ArrayRef<Parameter> parameters) {
  for (const Parameter &parameter : parameters) {
    if (!parameter.value)
      continue;
    auto type =
        checkTensor(location, parameter.value.getType(), parameter.name);
    if (failed(type) ||
        failed(checkElementType(location, *type, parameter.name,
                                layer.input.getElementType())) ||
        failed(checkShape(location, *type, parameter.name, parameter.shape,
                          "as the input and the recurrent weights say")))
      return failure();
  }
  return success();
}

/// Checks what all layers have in common; `gates` weight matrices and
/// `functions` activations per direction.
template <typename Adaptor>
static FailureOr<Layer> checkLayer(OptionalLocation location, Adaptor adaptor,
                                   int64_t gates, int64_t functions) {
  auto input = checkTensor(location, adaptor.getInput().getType(), "input",
                           ElementKind::Float);
  auto recurrent =
      checkTensor(location, adaptor.getRecurrentWeights().getType(),
                  "recurrent weights", ElementKind::Float);
  if (failed(input) || failed(recurrent))
    return failure();
  if (input->getRank() != 3 || llvm::is_contained(input->getShape(), 0))
    return inferenceError(location, ErrorCode::ShapeMismatch,
                          "the shape of the input is " +
                              shapeText(input->getShape()) +
                              "; needed are time steps, batch and features, "
                              "each at least 1");
  if (recurrent->getRank() != 3 || recurrent->getDimSize(2) < 1)
    return inferenceError(location, ErrorCode::ShapeMismatch,
                          "the shape of the recurrent weights is " +
                              shapeText(recurrent->getShape()) +
                              "; needed are directions, gates * hidden units "
                              "and hidden units, each at least 1");
  Layer layer;
  layer.input = *input;
  layer.steps = input->getDimSize(0);
  layer.batch = input->getDimSize(1);
  layer.features = input->getDimSize(2);
  layer.hidden = recurrent->getDimSize(2);
  layer.directions =
      adaptor.getDirection() == RnnDirection::bidirectional ? 2 : 1;
  int64_t d = layer.directions, h = layer.hidden;
  if (failed(checkActivations(location, adaptor.getActivations(),
                              d * functions)) ||
      failed(checkParameters(
          location, layer,
          {{"weights", adaptor.getWeights(), {d, gates * h, layer.features}},
           {"recurrent weights",
            adaptor.getRecurrentWeights(),
            {d, gates * h, h}},
           {"bias", adaptor.getBias(), {d, 2 * gates * h}},
           {"initial hidden state",
            adaptor.getInitialHidden(),
            {d, layer.batch, h}}})))
    return failure();
  return layer;
}

/// Infers all hidden states, and the last states `count` times.
static LogicalResult inferStates(OptionalLocation location, const Layer &layer,
                                 int64_t count, InferredTypes &inferred) {
  Type elementType = layer.input.getElementType();
  if (failed(inferTensor(
          location, {layer.steps, layer.directions, layer.batch, layer.hidden},
          elementType, inferred)))
    return failure();
  for (int64_t i = 0; i < count; ++i)
    if (failed(inferTensor(location,
                           {layer.directions, layer.batch, layer.hidden},
                           elementType, inferred)))
      return failure();
  return success();
}

LogicalResult LstmOp::inferReturnTypes(MLIRContext *context,
                                       OptionalLocation location,
                                       Adaptor adaptor,
                                       InferredTypes &inferred) {
  auto layer = checkLayer(location, adaptor, /*gates=*/4, /*functions=*/3);
  if (failed(layer) || failed(checkParameters(
                           location, *layer,
                           {{"initial cell state",
                             adaptor.getInitialCell(),
                             {layer->directions, layer->batch, layer->hidden}},
                            {"peepholes",
                             adaptor.getPeepholes(),
                             {layer->directions, 3 * layer->hidden}}})))
    return failure();
  return inferStates(location, *layer, 2, inferred);
}

LogicalResult GruOp::inferReturnTypes(MLIRContext *context,
                                      OptionalLocation location,
                                      Adaptor adaptor,
                                      InferredTypes &inferred) {
  auto layer = checkLayer(location, adaptor, /*gates=*/3, /*functions=*/2);
  if (failed(layer))
    return failure();
  return inferStates(location, *layer, 1, inferred);
}

LogicalResult RnnOp::inferReturnTypes(MLIRContext *context,
                                      OptionalLocation location,
                                      Adaptor adaptor,
                                      InferredTypes &inferred) {
  auto layer = checkLayer(location, adaptor, /*gates=*/1, /*functions=*/1);
  if (failed(layer))
    return failure();
  return inferStates(location, *layer, 1, inferred);
}
