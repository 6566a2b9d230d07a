//===- Layers.cpp - The table of layers -----------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "frontends/mlc/Layer.h"

using namespace mlcc;
using namespace mlcc::mlc_frontend;

ImportLayer mlcc::mlc_frontend::findLayer(v1::Node::KindCase kind) {
  switch (kind) {
  case v1::Node::kParameter:
    return importParameter;
  case v1::Node::kConstant:
    return importConstant;
  case v1::Node::kRandom:
    return importRandom;
  case v1::Node::kAssign:
    return importAssign;
  case v1::Node::kGradient:
    return importGradient;
  case v1::Node::kDense:
    return importDense;
  case v1::Node::kConv:
    return importConv;
  case v1::Node::kConvTranspose:
    return importConvTranspose;
  case v1::Node::kEmbedding:
    return importEmbedding;
  case v1::Node::kRnn:
    return importRnn;
  case v1::Node::kLstm:
    return importLstm;
  case v1::Node::kGru:
    return importGru;
  case v1::Node::kAttention:
    return importAttention;
  case v1::Node::kBatchNorm:
    return importBatchNorm;
  case v1::Node::kLayerNorm:
    return importLayerNorm;
  case v1::Node::kGroupNorm:
    return importGroupNorm;
  case v1::Node::kInstanceNorm:
    return importInstanceNorm;
  case v1::Node::kRmsNorm:
    return importRmsNorm;
  case v1::Node::kMaxPool:
    return importMaxPool;
  case v1::Node::kAvgPool:
    return importAvgPool;
  case v1::Node::kGlobalAvgPool:
    return importGlobalAvgPool;
  case v1::Node::kDropout:
    return importDropout;
  case v1::Node::kFlatten:
    return importFlatten;
  case v1::Node::kReshape:
    return importReshape;
  case v1::Node::kLoss:
    return importLoss;
  case v1::Node::kMetric:
    return importMetric;
  case v1::Node::kOp:
  case v1::Node::kFormula:
  case v1::Node::kCall:
  case v1::Node::kScan:
  case v1::Node::kWhile:
  case v1::Node::KIND_NOT_SET:
    return nullptr;
  }
  return nullptr;
}
