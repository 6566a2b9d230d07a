//===- NNRandom.td - Random numbers of nn ---------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_DIALECTS_NN_RANDOM
#define MLCC_DIALECTS_NN_RANDOM

include "dialects/nn/NNDialect.td"

def NN_RandomBitsOp : NN_Op<"random_bits"> {
  let summary = "Uniformly distributed 32-bit numbers";
  let description = [{
    Philox4x32-10 (Salmon et al., 2011): element i (row-major) of the result, of type
    `ui32`, is word i mod 4 of what the key gives for the counter block
    (i / 4, stream, low and high word of the counter). `key` [2], of type `i64`, holds
    the seed, which is the generator's key, and the counter. So equal operands and
    attributes give equal numbers, wherever and however often they are drawn; draws
    of one function differ by `stream`, calls by the counter.
    Distributions are built on it by the functions of `dialects/nn/Random.h`.
  }];
  let arguments = (ins NN_IntegerTensor:$key, DenseI64ArrayAttr:$shape, I64Attr:$stream);
  let results = (outs NN_IntegerTensor:$result);
}

#endif // MLCC_DIALECTS_NN_RANDOM
