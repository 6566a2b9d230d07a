//===- text.cpp - Numbers and tables for people, JSON for programs --------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/cli/text.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace mlcc::cli {

static std::string print(const char *format, double value,
                         const char *unit = "") {
  char text[64];
  std::snprintf(text, sizeof(text), format, value, unit);
  return text;
}

std::string formatBytes(uint64_t bytes) {
  if (bytes < 1000)
    return std::to_string(bytes) + " B";
  const char *units[] = {"kB", "MB", "GB", "TB", "PB", "EB"};
  double value = static_cast<double>(bytes) / 1000;
  size_t unit = 0;
  for (; value >= 999.5 && unit + 1 < std::size(units); ++unit)
    value /= 1000;
  return print(value < 10    ? "%.2f %s"
               : value < 100 ? "%.1f %s"
                             : "%.0f %s",
               value, units[unit]);
}

std::string formatSeconds(double seconds) {
  const char *units[] = {"s", "ms", "us", "ns"};
  size_t unit = 0;
  for (; seconds < 0.9995 && unit + 1 < std::size(units); ++unit)
    seconds *= 1000;
  return print(seconds < 9.995   ? "%.2f %s"
               : seconds < 99.95 ? "%.1f %s"
                                 : "%.0f %s",
               seconds, units[unit]);
}

std::string formatNumber(double value) { return print("%.6g%s", value); }

std::string jsonString(std::string_view text) {
  std::string result = "\"";
  for (char c : text) {
    char escaped[8];
    switch (c) {
    case '"':
      result += "\\\"";
      break;
    case '\\':
      result += "\\\\";
      break;
    default:
      if (static_cast<unsigned char>(c) < 0x20) {
        std::snprintf(escaped, sizeof(escaped), "\\u%04x", c);
        result += escaped;
      } else {
        result += c;
      }
    }
  }
  return result + "\"";
}

std::string jsonNumber(double value) {
  return std::isfinite(value) ? print("%.9g%s", value) : "null";
}

Table::Table(std::vector<std::string> headings) {
  for (std::string &heading : headings) {
    bool right = heading.starts_with('>');
    alignRight.push_back(right);
    if (right)
      heading.erase(0, 1);
  }
  rows.push_back(std::move(headings));
}

void Table::add(std::vector<std::string> row) {
  row.resize(alignRight.size());
  rows.push_back(std::move(row));
}

/// Columns that a terminal shows `text` in: characters, not bytes of UTF-8.
static size_t displayWidth(const std::string &text) {
  return static_cast<size_t>(
      std::ranges::count_if(text, [](char c) { return (c & 0xc0) != 0x80; }));
}

void Table::print() const {
  std::vector<size_t> widths(alignRight.size());
  for (const auto &row : rows)
    for (size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], displayWidth(row[i]));
  for (const auto &row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      std::string padding(widths[i] - displayWidth(row[i]), ' ');
      line += alignRight[i] ? padding + row[i] : row[i] + padding;
      line += "  ";
    }
    line.erase(line.find_last_not_of(' ') + 1);
    std::printf("%s\n", line.c_str());
  }
}

} // namespace mlcc::cli
