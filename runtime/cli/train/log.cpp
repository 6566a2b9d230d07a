//===- log.cpp - Logs as text ---------------------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/cli/train/log.h"

#include "runtime/cli/file.h"
#include "runtime/cli/text.h"
#include "runtime/src/errors.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string_view>

namespace mlcc::cli {

const double *LogEntry::find(const std::string &name) const {
  for (const auto &[key, value] : values)
    if (key == name)
      return &value;
  return nullptr;
}

namespace {

/// A file that lines are added to.
class LineFile {
public:
  LineFile(const std::string &path, const std::string &contents) : path(path) {
    std::filesystem::path folder = std::filesystem::path(path).parent_path();
    if (!folder.empty())
      makeFolder(folder.string());
    writeFile(path, contents);
    file = std::fopen(path.c_str(), "ae");
    check(file != nullptr);
  }
  ~LineFile() {
    if (file)
      std::fclose(file);
  }
  LineFile(const LineFile &) = delete;

  void write(const std::string &text) {
    check(std::fwrite(text.data(), 1, text.size(), file) == text.size());
  }
  void flush() { check(std::fflush(file) == 0); }

private:
  void check(bool success) const {
    if (!success)
      throw RuntimeError(RuntimeErrorCode::CannotWriteFile,
                         path + ": " + std::strerror(errno));
  }

  std::string path;
  std::FILE *file;
};

/// The lines of a file; none if there is no such file.
std::vector<std::string> readLines(const std::string &path) {
  std::vector<std::string> lines;
  std::error_code error;
  if (!std::filesystem::exists(path, error))
    return lines;
  Buffer contents = readFile(path);
  std::string_view text(reinterpret_cast<const char *>(contents.data()),
                        contents.size());
  // What is not ended by a line's end was not written completely.
  for (size_t end; (end = text.find('\n')) != std::string_view::npos;) {
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  return lines;
}

std::vector<std::string> splitFields(const std::string &line) {
  std::vector<std::string> fields(1);
  for (char c : line) {
    if (c == ',')
      fields.emplace_back();
    else
      fields.back() += c;
  }
  return fields;
}

template <typename T> std::optional<T> parseNumber(std::string_view text) {
  T value = 0;
  auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size())
    return std::nullopt;
  return value;
}

/// What a name must not have in a line of comma-separated values.
std::string plainName(std::string name) {
  std::ranges::replace_if(
      name, [](char c) { return c == ',' || c == '"' || c == '\n'; }, '_');
  return name;
}

const char *splitName(const LogEntry &entry) {
  return entry.validation ? "validation" : "train";
}

class CsvLog : public Log {
public:
  CsvLog(const std::string &path, const std::vector<std::string> &names,
         const ResumePoint &resumeAt)
      : names(names), file(path, previous(path, resumeAt)) {}

  void write(const LogEntry &entry) override {
    std::string line =
        std::string(splitName(entry)) + "," + std::to_string(entry.epoch) +
        "," + std::to_string(entry.step) + "," + formatNumber(entry.seconds);
    for (const std::string &name : names) {
      const double *value = entry.find(name);
      line += "," + (value ? jsonNumber(*value) : "");
    }
    file.write(line + "\n");
  }
  void flush() override { file.flush(); }

private:
  /// The header and the lines to keep.
  std::string previous(const std::string &path,
                       const ResumePoint &resumeAt) const {
    std::string header = "split,epoch,step,seconds";
    for (const std::string &name : names)
      header += "," + plainName(name);
    std::string text = header + "\n";
    if (resumeAt.step == 0)
      return text;
    std::vector<std::string> lines = readLines(path);
    if (!lines.empty() && lines.front() == header)
      for (const std::string &line : lines) {
        std::vector<std::string> fields = splitFields(line);
        if (fields.size() < 3)
          continue;
        std::optional<uint64_t> step = parseNumber<uint64_t>(fields[2]);
        if (step && resumeAt.isPast(*step, fields[0] == "validation"))
          text += line + "\n";
      }
    return text;
  }

  const std::vector<std::string> names;
  LineFile file;
};

class JsonLog : public Log {
public:
  JsonLog(const std::string &path, const ResumePoint &resumeAt)
      : file(path, previous(path, resumeAt)) {}

  void write(const LogEntry &entry) override {
    std::string line = std::string("{\"split\": \"") + splitName(entry) +
                       "\", \"epoch\": " + std::to_string(entry.epoch) +
                       ", \"step\": " + std::to_string(entry.step) +
                       ", \"seconds\": " + jsonNumber(entry.seconds);
    for (const auto &[name, value] : entry.values)
      line += ", " + jsonString(name) + ": " + jsonNumber(value);
    file.write(line + "}\n");
  }
  void flush() override { file.flush(); }

private:
  static std::string previous(const std::string &path,
                              const ResumePoint &resumeAt) {
    std::string text;
    if (resumeAt.step == 0)
      return text;
    constexpr std::string_view key = "\"step\": ";
    for (const std::string &line : readLines(path)) {
      size_t begin = line.find(key);
      if (begin == std::string::npos)
        continue;
      std::string_view rest = std::string_view(line).substr(begin + key.size());
      std::optional<uint64_t> step = parseNumber<uint64_t>(
          rest.substr(0, rest.find_first_not_of("0123456789")));
      bool validation = line.starts_with("{\"split\": \"validation\"");
      if (step && resumeAt.isPast(*step, validation))
        text += line + "\n";
    }
    return text;
  }

  LineFile file;
};

} // namespace

std::unique_ptr<Log> openCsvLog(const std::string &path,
                                const std::vector<std::string> &names,
                                const ResumePoint &resumeAt) {
  return std::make_unique<CsvLog>(path, names, resumeAt);
}

std::unique_ptr<Log> openJsonLog(const std::string &path,
                                 const ResumePoint &resumeAt) {
  return std::make_unique<JsonLog>(path, resumeAt);
}

std::unique_ptr<Log> openLog(const std::string &path,
                             const std::vector<std::string> &names,
                             const ResumePoint &resumeAt) {
  if (path.ends_with(".csv"))
    return openCsvLog(path, names, resumeAt);
  if (path.ends_with(".jsonl") || path.ends_with(".json"))
    return openJsonLog(path, resumeAt);
  return openEventLog(path, resumeAt);
}

std::vector<LogEntry> readCsvLog(const std::string &path,
                                 const ResumePoint &last) {
  std::vector<LogEntry> entries;
  std::vector<std::string> names;
  for (const std::string &line : readLines(path)) {
    std::vector<std::string> fields = splitFields(line);
    if (names.empty()) {
      names = fields;
      continue;
    }
    if (fields.size() != names.size() || fields.size() < 4)
      continue;
    LogEntry entry;
    entry.validation = fields[0] == "validation";
    entry.epoch = parseNumber<uint64_t>(fields[1]).value_or(0);
    entry.step = parseNumber<uint64_t>(fields[2]).value_or(0);
    entry.seconds = parseNumber<double>(fields[3]).value_or(0);
    for (size_t i = 4; i < fields.size(); ++i)
      if (std::optional<double> value = parseNumber<double>(fields[i]))
        entry.values.emplace_back(names[i], *value);
    if (last.isPast(entry.step, entry.validation))
      entries.push_back(std::move(entry));
  }
  return entries;
}

} // namespace mlcc::cli
