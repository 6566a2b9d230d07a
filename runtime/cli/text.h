//===- text.h - Numbers and tables for people, JSON for programs *- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_RUNTIME_CLI_TEXT_H
#define MLCC_RUNTIME_CLI_TEXT_H

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mlcc::cli {

/// "1.50 MB" (powers of ten).
std::string formatBytes(uint64_t bytes);

/// "12.3 us", with three significant digits.
std::string formatSeconds(double seconds);

/// A number of a tensor, with up to six significant digits.
std::string formatNumber(double value);

/// `text` as a JSON string, with quotes.
std::string jsonString(std::string_view text);

/// `value` as a JSON number; null for what JSON has no number for.
std::string jsonNumber(double value);

/// Columns of text under a line of headings. Columns whose heading begins with
/// '>' are aligned to the right.
class Table {
public:
  explicit Table(std::vector<std::string> headings);
  void add(std::vector<std::string> row);
  /// Prints to standard output.
  void print() const;

private:
  std::vector<std::vector<std::string>> rows;
  std::vector<bool> alignRight;
};

} // namespace mlcc::cli

#endif // MLCC_RUNTIME_CLI_TEXT_H
