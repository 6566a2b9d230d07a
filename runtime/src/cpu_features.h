//===- cpu_features.h - What this CPU can execute ---------------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_RUNTIME_CPU_FEATURES_H
#define MLCC_RUNTIME_CPU_FEATURES_H

#include <string>
#include <string_view>
#include <vector>

namespace mlcc {

/// The names of `features` (LLVM's, space-separated, each with or without a
/// leading `+`) that this CPU and its operating system do not offer. A name
/// that is unknown here counts as missing.
std::vector<std::string> missingCpuFeatures(std::string_view features);

/// The CPU's own name, "Intel(R) Xeon(R) Processor".
std::string cpuName();

} // namespace mlcc

#endif // MLCC_RUNTIME_CPU_FEATURES_H
