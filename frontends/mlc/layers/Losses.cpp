//===- Losses.cpp - Losses and metrics of descriptions --------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "frontends/mlc/Layer.h"

#include "dialects/nn/Losses.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace mlcc;
using namespace mlcc::mlc_frontend;

static nn::LossOptions optionsOf(const v1::Loss &loss) {
  nn::LossOptions options;
  options.reduction = static_cast<nn::Reduction>(loss.reduction());
  options.scale = loss.has_scale() ? loss.scale() : 1;
  options.labelSmoothing = loss.label_smoothing();
  if (loss.has_ignore_index())
    options.ignoreIndex = loss.ignore_index();
  options.classWeights.assign(loss.class_weights().begin(),
                              loss.class_weights().end());
  if (loss.has_positive_weight())
    options.positiveWeight = loss.positive_weight();
  if (loss.has_delta())
    options.delta = loss.delta();
  if (loss.has_margin())
    options.margin = loss.margin();
  if (loss.has_focus())
    options.focus = loss.focus();
  return options;
}

static void setResult(Layer &layer, FailureOr<Value> value) {
  if (failed(value))
    layer.fail();
  else
    layer.setResults(*value);
}

void mlcc::mlc_frontend::importLoss(Layer &layer) {
  const auto &loss = layer.as<v1::Loss>();
  if (!v1::Loss::Kind_IsValid(loss.kind()) ||
      loss.kind() == v1::Loss::UNSPECIFIED)
    layer.error(ErrorCode::InvalidField, "kind") << "a kind must be given";
  if (!v1::Loss::Reduction_IsValid(loss.reduction()))
    layer.error(ErrorCode::InvalidField, "reduction")
        << "this number is no reduction";
  layer.fraction("label_smoothing", loss.label_smoothing());
  if (loss.has_delta() && !(loss.delta() > 0))
    layer.error(ErrorCode::InvalidField, "delta") << "delta must be positive";
  if (layer.failed() || !layer.checkInputs(1, 4))
    return;
  std::string name = StringRef(v1::Loss::Kind_Name(loss.kind())).lower();
  setResult(layer, nn::buildLoss(layer.builder(), layer.loc(), name,
                                 layer.inputs, optionsOf(loss),
                                 layer.sampleCountFor(layer.inputs.front())));
}

void mlcc::mlc_frontend::importMetric(Layer &layer) {
  const auto &metric = layer.as<v1::Metric>();
  if (!v1::Metric::Kind_IsValid(metric.kind()) ||
      metric.kind() == v1::Metric::UNSPECIFIED)
    layer.error(ErrorCode::InvalidField, "kind") << "a kind must be given";
  if (layer.failed() || !layer.checkInputs(1, 4))
    return;
  nn::LossOptions options;
  if (metric.has_ignore_index())
    options.ignoreIndex = metric.ignore_index();
  if (metric.has_threshold())
    options.threshold = metric.threshold();
  std::string name = StringRef(v1::Metric::Kind_Name(metric.kind())).lower();
  setResult(layer, nn::buildMetric(layer.builder(), layer.loc(), name,
                                   layer.inputs, options,
                                   layer.sampleCountFor(layer.inputs.front())));
}
