//===- Progress.cpp - What the compiler is doing, and how long ------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tools/common/Progress.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/raw_ostream.h"

#include <chrono>
#include <sys/resource.h>

using namespace mlcc::tools;

Progress::Progress(unsigned pieces)
    : pieces(pieces), terminal(llvm::sys::Process::StandardErrIsDisplayed()) {}

Progress::~Progress() { clearLine(); }

void Progress::clearLine() {
  if (terminal)
    llvm::errs() << "\r\033[K";
}

/// The largest part of memory that this process ever held.
static double peakMegabytes() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss / 1024.0;
}

llvm::LogicalResult
Progress::operator()(llvm::StringRef name,
                     llvm::function_ref<llvm::LogicalResult()> piece) {
  if (terminal) {
    clearLine();
    llvm::errs() << '[' << done.size() + 1 << '/' << pieces << "] " << name;
  }
  auto start = std::chrono::steady_clock::now();
  llvm::LogicalResult result = piece();
  std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
  done.push_back({name.str(), time.count(), peakMegabytes()});
  clearLine();
  return result;
}

void Progress::printTimes() const {
  double total = 0;
  llvm::errs() << "stage           seconds   peak MB\n";
  for (const Piece &piece : done) {
    total += piece.seconds;
    llvm::errs() << llvm::left_justify(piece.name, 12)
                 << llvm::format("%11.3f%10.0f\n", piece.seconds,
                                 piece.peakMegabytes);
  }
  llvm::errs() << llvm::left_justify("total", 12)
               << llvm::format("%11.3f\n", total);
}
