//===- Table.h - Numbers that textbooks give ------------------ -*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// TOPIC.table has numbers that the functions of TOPIC.mlc.textproto give. Its
// paragraphs are the tests: a title, and lines of one of the forms
//
//   # softmax of (1, 2, 3)
//   dimension n = 6; f = 3                        other sizes than described
//   set w = 1 -2                                  the value of a variable
//   softmax: x = 1 2 3 -> p ~ 0.0900 0.2447 0.6652
//   100 train_step: x = 1 -> w = 1/3              called a hundred times
//   shape convolve -> y = 1 4 4
//
// `=` is up to rounding, `~` to the digits that are written, of numbers with a
// point. Numbers may be fractions. A single number fills an input, or
// stands for all elements. What is no output of the function
// is a variable.
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_TESTS_UNIT_TEXTBOOK_TABLE_H
#define MLCC_TESTS_UNIT_TEXTBOOK_TABLE_H

#include <string>
#include <vector>

namespace textbook {

/// A name with numbers.
struct Entry {
  std::string name;
  std::vector<double> values;
  /// How far from each a result may be.
  std::vector<double> tolerances;
};

struct Row {
  enum class Kind { Call, Shape, Set, Dimension };
  Kind kind;
  int line;
  std::string function;
  int times = 1;
  std::vector<Entry> given, expected;
};

struct Paragraph {
  std::string topic, title;
  std::vector<Row> rows;
};

/// The paragraphs of a file; throws std::runtime_error with the line.
std::vector<Paragraph> readTable(const std::string &path,
                                 const std::string &topic);

} // namespace textbook

#endif // MLCC_TESTS_UNIT_TEXTBOOK_TABLE_H
