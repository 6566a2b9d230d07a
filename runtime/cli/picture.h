//===- picture.h - Pictures as inputs ---------------------------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_RUNTIME_CLI_PICTURE_H
#define MLCC_RUNTIME_CLI_PICTURE_H

#include "runtime/cli/inputs.h"

namespace mlcc::cli {

/// Decodes a picture and brings it to the shape and type of `tensor`, which
/// must be 1xCxHxW, 1xHxWxC (C being 1, 3 or 4), the same without the 1, or
/// HxW. Throws RuntimeError.
Array readPicture(Bytes bytes, const mlcc_tensor_info &tensor,
                  const PictureOptions &options, const std::string &file);

} // namespace mlcc::cli

#endif // MLCC_RUNTIME_CLI_PICTURE_H
