//===- Table.cpp - Numbers that textbooks give ----------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tests/unit/textbook/Table.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/MemoryBuffer.h"

#include <cmath>
#include <stdexcept>

using namespace textbook;
using llvm::StringRef;

static double numberOf(StringRef text) {
  double value;
  if (text.getAsDouble(value))
    throw std::runtime_error("'" + text.str() + "' is not a number");
  return value;
}

/// Half a unit of the last digit of "0.0900" or "-1.5e-3".
static double unitOf(StringRef text) {
  auto [digits, exponent] = text.split('e');
  size_t point = digits.find('.');
  int decimals = point == StringRef::npos ? 0 : digits.size() - point - 1;
  return 0.5001 *
         std::pow(10, (exponent.empty() ? 0 : numberOf(exponent)) - decimals);
}

/// "x = 1 2/3", "x ~ 0.667"
static Entry entryOf(StringRef text) {
  size_t sign = text.find_first_of("=~");
  if (sign == StringRef::npos)
    throw std::runtime_error("'" + text.str() + "' has no '=' or '~'");
  Entry entry;
  entry.name = text.take_front(sign).trim().str();
  bool isRounded = text[sign] == '~';
  llvm::SmallVector<StringRef> words;
  llvm::SplitString(text.drop_front(sign + 1), words);
  for (StringRef word : words) {
    auto [numerator, denominator] = word.split('/');
    double value =
        numberOf(numerator) / (denominator.empty() ? 1 : numberOf(denominator));
    entry.values.push_back(value);
    entry.tolerances.push_back(isRounded && word.contains('.')
                                   ? unitOf(word)
                                   : 1e-9 * std::abs(value) + 1e-12);
  }
  return entry;
}

static std::vector<Entry> entriesOf(StringRef text) {
  std::vector<Entry> entries;
  llvm::SmallVector<StringRef> parts;
  text.split(parts, ';', -1, /*KeepEmpty=*/false);
  for (StringRef part : parts)
    if (!part.trim().empty())
      entries.push_back(entryOf(part));
  return entries;
}

static Row rowOf(StringRef line) {
  Row row;
  bool isSet = line.consume_front("set ");
  if (isSet || line.consume_front("dimension ")) {
    row.kind = isSet ? Row::Kind::Set : Row::Kind::Dimension;
    row.given = entriesOf(line);
    return row;
  }
  auto [call, expected] = line.split("->");
  row.expected = entriesOf(expected);
  row.kind = call.consume_front("shape ") ? Row::Kind::Shape : Row::Kind::Call;
  auto [function, given] = call.split(':');
  function = function.trim();
  if (function.consumeInteger(10, row.times))
    row.times = 1;
  row.function = function.trim().str();
  row.given = entriesOf(given);
  return row;
}

std::vector<Paragraph> textbook::readTable(const std::string &path,
                                           const std::string &topic) {
  auto file = llvm::MemoryBuffer::getFile(path);
  if (!file)
    throw std::runtime_error("cannot read " + path);
  std::vector<Paragraph> paragraphs;
  int number = 0;
  bool inTitle = false;
  for (StringRef rest = (*file)->getBuffer(); !rest.empty();) {
    StringRef line;
    std::tie(line, rest) = rest.split('\n');
    line = line.trim();
    ++number;
    bool isTitle = line.consume_front("#");
    if (isTitle && !inTitle)
      paragraphs.push_back({topic, line.trim().str(), {}});
    inTitle = isTitle;
    if (isTitle || line.empty())
      continue;
    if (paragraphs.empty())
      throw std::runtime_error(path + " does not begin with a title");
    try {
      paragraphs.back().rows.push_back(rowOf(line));
    } catch (const std::runtime_error &problem) {
      throw std::runtime_error(path + ":" + std::to_string(number) + ": " +
                               problem.what());
    }
    paragraphs.back().rows.back().line = number;
  }
  return paragraphs;
}
