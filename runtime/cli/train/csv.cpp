//===- csv.cpp - Comma-separated values -----------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/cli/train/dataset.h"
#include "runtime/src/errors.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <set>
#include <string_view>

namespace mlcc::cli {

namespace {

using Row = std::vector<std::string>;

/// Reads rows of fields (RFC 4180): quotes protect commas, line ends and, two
/// in a row, themselves.
class RowReader {
public:
  RowReader(std::string_view text, const std::string &file)
      : text(text), file(file) {}

  /// False at the end. Empty lines are left out.
  bool next(Row &row) {
    while (!text.empty() && (text.front() == '\n' || text.front() == '\r'))
      skipLineEnd();
    if (text.empty())
      return false;
    row.clear();
    firstLine = line;
    do {
      row.push_back(field());
    } while (accept(','));
    if (!text.empty())
      skipLineEnd();
    return true;
  }

  /// The line, from 1, on which the last row began.
  size_t firstLine = 0;

private:
  bool accept(char c) {
    if (text.empty() || text.front() != c)
      return false;
    text.remove_prefix(1);
    return true;
  }
  void skipLineEnd() {
    accept('\r');
    if (accept('\n'))
      ++line;
  }

  std::string field() {
    while (accept(' ') || accept('\t'))
      ;
    if (accept('"'))
      return quoted();
    size_t end = std::min(text.find_first_of(",\r\n"), text.size());
    std::string result(text.substr(0, end));
    text.remove_prefix(end);
    result.erase(result.find_last_not_of(" \t") + 1);
    return result;
  }

  std::string quoted() {
    std::string result;
    while (true) {
      size_t end = text.find('"');
      if (end == std::string_view::npos)
        throw RuntimeError(RuntimeErrorCode::MalformedFile,
                           file + ": a quote on line " +
                               std::to_string(firstLine) + " does not end");
      result += text.substr(0, end);
      line += static_cast<size_t>(std::count(
          text.begin(), text.begin() + static_cast<ptrdiff_t>(end), '\n'));
      text.remove_prefix(end + 1);
      if (!accept('"'))
        break;
      result += '"';
    }
    while (accept(' ') || accept('\t'))
      ;
    return result;
  }

  std::string_view text;
  const std::string &file;
  size_t line = 1;
};

bool toNumber(const std::string &field, double &value) {
  const char *begin = field.data() + (field.starts_with('+') ? 1 : 0);
  auto [end, error] =
      std::from_chars(begin, field.data() + field.size(), value);
  return error == std::errc() && end == field.data() + field.size() &&
         !field.empty();
}

struct Table {
  Row names;
  std::vector<Row> rows;
  std::vector<size_t> lines; ///< where each row is
};

Table readTable(Bytes bytes, const std::string &file) {
  std::string_view text(reinterpret_cast<const char *>(bytes.data()),
                        bytes.size());
  if (text.starts_with("\xef\xbb\xbf")) // a byte order mark
    text.remove_prefix(3);
  Table table;
  RowReader reader(text, file);
  for (Row row; reader.next(row);) {
    double number;
    bool first = table.names.empty();
    if (first && std::ranges::none_of(row, [&](const std::string &field) {
          return toNumber(field, number);
        })) {
      table.names = row;
      continue;
    }
    if (first)
      for (size_t i = 0; i < row.size(); ++i)
        table.names.push_back(std::to_string(i));
    if (row.size() != table.names.size())
      throw RuntimeError(RuntimeErrorCode::MalformedFile,
                         file + ": line " + std::to_string(reader.firstLine) +
                             " has " + std::to_string(row.size()) +
                             " fields, others have " +
                             std::to_string(table.names.size()));
    table.rows.push_back(std::move(row));
    table.lines.push_back(reader.firstLine);
  }
  return table;
}

/// Which columns of the table an input takes.
struct Assignment {
  const mlcc_tensor_info *input;
  std::vector<size_t> columns;
};

/// Columns with an input's name are for it; the others fill the other inputs,
/// in order.
std::vector<Assignment> assignColumns(const Table &table,
                                      const mlcc_function &function,
                                      const std::string &file) {
  std::vector<Assignment> result;
  std::vector<bool> taken(table.names.size());
  for (auto &input : std::span(function.inputs, function.input_count)) {
    if (!needsData(input))
      continue;
    result.push_back({&input, {}});
    for (size_t i = 0; i < table.names.size(); ++i) {
      if (table.names[i] != input.name || sampleElements(input) != 1)
        continue;
      result.back().columns = {i};
      taken[i] = true;
    }
  }
  size_t next = 0, missing = 0;
  for (Assignment &assignment : result) {
    uint64_t wanted = sampleElements(*assignment.input);
    while (assignment.columns.size() < wanted) {
      while (next < taken.size() && taken[next])
        ++next;
      if (next == taken.size()) {
        missing += wanted - assignment.columns.size();
        break;
      }
      assignment.columns.push_back(next++);
    }
  }
  while (next < taken.size() && taken[next])
    ++next;
  if (missing > 0 || next < taken.size())
    throw RuntimeError(
        RuntimeErrorCode::WrongData,
        file + ": the table has " + std::to_string(table.names.size()) +
            " columns, the model's inputs need " +
            (missing > 0 ? std::to_string(missing) + " more"
                         : "fewer; '" + table.names[next] + "' is left over"));
  return result;
}

/// Turns one column of words into numbers of classes.
std::vector<std::string> classesOf(const Table &table, size_t column,
                                   const std::vector<std::string> &known) {
  if (!known.empty())
    return known;
  std::set<std::string> words;
  for (const Row &row : table.rows)
    words.insert(row[column]);
  return {words.begin(), words.end()};
}

class TableConverter {
public:
  TableConverter(const Table &table, const std::string &file,
                 const DataOptions &options)
      : table(table), file(file), options(options) {}

  Column convert(const Assignment &assignment) {
    Array array = makeArray(MLCC_F64,
                            {static_cast<int64_t>(table.rows.size()),
                             static_cast<int64_t>(assignment.columns.size())},
                            file);
    auto *values = reinterpret_cast<double *>(array.data.data());
    for (size_t i = 0; i < assignment.columns.size(); ++i)
      convertColumn(assignment.columns[i], values + i,
                    assignment.columns.size());
    return makeColumn(assignment.input->name, file, std::move(array));
  }

  std::vector<std::string> classes;

private:
  void convertColumn(size_t column, double *values, size_t step) {
    double number;
    bool words = std::ranges::any_of(table.rows, [&](const Row &row) {
      return !row[column].empty() && !toNumber(row[column], number);
    });
    std::vector<std::string> names;
    if (words)
      classes = names = classesOf(table, column, options.knownClasses);
    for (size_t i = 0; i < table.rows.size(); ++i) {
      const std::string &field = table.rows[i][column];
      if (field.empty())
        fail(i, column, "the value is missing");
      if (!words) {
        toNumber(field, values[i * step]);
        continue;
      }
      auto found = std::ranges::lower_bound(names, field);
      if (found == names.end() || *found != field)
        fail(i, column, "'" + field + "' is not one of the known classes");
      values[i * step] = static_cast<double>(found - names.begin());
    }
  }

  [[noreturn]] void fail(size_t row, size_t column, const std::string &what) {
    throw RuntimeError(RuntimeErrorCode::InvalidData,
                       file + ": line " + std::to_string(table.lines[row]) +
                           ", column '" + table.names[column] + "': " + what);
  }

  const Table &table;
  const std::string &file;
  const DataOptions &options;
};

} // namespace

Dataset readCsv(Bytes bytes, const std::string &file,
                const mlcc_function &function, const DataOptions &options) {
  Table table = readTable(bytes, file);
  Dataset dataset;
  TableConverter converter(table, file, options);
  for (const Assignment &assignment : assignColumns(table, function, file))
    dataset.columns.push_back(converter.convert(assignment));
  dataset.classes = std::move(converter.classes);
  return dataset;
}

} // namespace mlcc::cli
