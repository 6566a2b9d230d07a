//===- progress.cpp - How far training is ---------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/cli/train/progress.h"

#include "runtime/cli/text.h"

#include <unistd.h>

#include <cstdio>

namespace mlcc::cli {

using Clock = std::chrono::steady_clock;

std::string formatClock(double seconds) {
  auto total = static_cast<long long>(seconds + 0.5);
  char text[64];
  if (total >= 3600)
    std::snprintf(text, sizeof(text), "%lld:%02lld:%02lld", total / 3600,
                  total / 60 % 60, total % 60);
  else
    std::snprintf(text, sizeof(text), "%lld:%02lld", total / 60, total % 60);
  return text;
}

ProgressBar::ProgressBar()
    : terminal(isatty(STDERR_FILENO)), last(Clock::now()) {}

void ProgressBar::show(const std::string &label, uint64_t done, uint64_t total,
                       const std::string &values, double secondsPerStep,
                       double secondsLeft) {
  auto interval = std::chrono::milliseconds(terminal ? 100 : 30000);
  auto now = Clock::now();
  if (now - last < interval)
    return;
  last = now;
  shown = terminal;
  constexpr uint64_t cells = 24;
  uint64_t full = total > 0 ? done * cells / total : 0;
  std::string bar(full, '#');
  bar.resize(cells, '.');
  std::fprintf(
      stderr, "%s%s [%s] %3llu%%  %s  %s/step  %s left%s",
      terminal ? "\r\x1b[K" : "", label.c_str(), bar.c_str(),
      static_cast<unsigned long long>(total > 0 ? done * 100 / total : 0),
      values.c_str(), formatSeconds(secondsPerStep).c_str(),
      formatClock(secondsLeft).c_str(), terminal ? "" : "\n");
  std::fflush(stderr);
}

void ProgressBar::clear() {
  if (shown)
    std::fprintf(stderr, "\r\x1b[K");
  shown = false;
}

} // namespace mlcc::cli
