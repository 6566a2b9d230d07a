//===- NNOps.td - All operations of the nn dialect ------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_DIALECTS_NN_OPS
#define MLCC_DIALECTS_NN_OPS

include "dialects/nn/NNElementwise.td"
include "dialects/nn/NNLinear.td"
include "dialects/nn/NNNormalization.td"
include "dialects/nn/NNPooling.td"
include "dialects/nn/NNQuantization.td"
include "dialects/nn/NNRecurrent.td"
include "dialects/nn/NNReduction.td"
include "dialects/nn/NNShape.td"
include "dialects/nn/NNGradient.td"
include "dialects/nn/NNRandom.td"
include "dialects/nn/NNLoops.td"

#endif // MLCC_DIALECTS_NN_OPS
