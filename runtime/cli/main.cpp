//===- main.cpp - main() of executable artefacts --------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/cli/commands.h"

/// Defined by the object that the model was compiled to.
extern "C" const mlcc_model *const mlcc_main_model;

int main(int argc, char **argv) {
  return mlcc::cli::mainWith(*mlcc_main_model, argc, argv);
}
