//===- dataset.cpp - Samples to train on ----------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/cli/train/dataset.h"

#include "runtime/cli/file.h"
#include "runtime/cli/npy.h"
#include "runtime/src/errors.h"
#include "runtime/src/model_check.h"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <filesystem>
#include <numeric>
#include <optional>

namespace mlcc::cli {

uint64_t Column::elements() const {
  return std::accumulate(dims.begin(), dims.end(), uint64_t(1),
                         [](uint64_t product, int64_t extent) {
                           return product * static_cast<uint64_t>(extent);
                         });
}

double Column::at(uint64_t sample, uint64_t element) const {
  return array->at(first + sample * step + element);
}

Column makeColumn(std::string name, std::string source, Array array) {
  Column column;
  column.name = std::move(name);
  column.source = std::move(source);
  if (array.dims.empty())
    throw RuntimeError(RuntimeErrorCode::WrongData,
                       column.source + ": a single number is no data");
  column.samples = static_cast<uint64_t>(array.dims.front());
  column.dims.assign(array.dims.begin() + 1, array.dims.end());
  column.step = column.elements();
  column.array = std::make_shared<Array>(std::move(array));
  return column;
}

bool isFloat(int32_t type) {
  return type == MLCC_F32 || type == MLCC_F64 || type == MLCC_F16 ||
         type == MLCC_BF16;
}

bool needsData(const mlcc_tensor_info &input) {
  return !input.required_value &&
         std::strcmp(input.name, sampleCountName) != 0 &&
         std::strcmp(input.name, seedName) != 0;
}

uint64_t sampleElements(const mlcc_tensor_info &input) {
  uint64_t elements = 1;
  for (int32_t i = 1; i < input.rank; ++i)
    elements *= static_cast<uint64_t>(input.dims[i]);
  return elements;
}

namespace {

enum class Kind { Npz, Npy, Csv, Idx, Text };

std::string extensionOf(const std::string &path) {
  std::string extension = std::filesystem::path(path).extension().string();
  for (char &c : extension)
    c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return extension;
}

bool startsWith(Bytes bytes, std::string_view magic) {
  return bytes.size() >= magic.size() &&
         std::memcmp(bytes.data(), magic.data(), magic.size()) == 0;
}

Kind kindOf(Bytes bytes, const std::string &path) {
  std::string extension = extensionOf(path);
  if (startsWith(bytes, "\x93NUMPY"))
    return Kind::Npy;
  if (startsWith(bytes, "PK\x03\x04"))
    return Kind::Npz;
  if (extension == ".csv")
    return Kind::Csv;
  // Two zero bytes, a type, and the number of dimensions.
  if (bytes.size() >= 4 && bytes[0] == 0 && bytes[1] == 0 && bytes[2] >= 8 &&
      bytes[2] <= 14 && bytes[3] > 0 && bytes[3] < 8)
    return Kind::Idx;
  if (extension == ".txt" || extension == ".text" || extension == ".md")
    return Kind::Text;
  throw RuntimeError(RuntimeErrorCode::UnsupportedData,
                     path + ": not a kind of data that is known; give .npz, "
                            ".npy, .csv, idx (MNIST), .txt or a folder of "
                            "pictures");
}

/// Endings of the names of arrays for each purpose, the best one first; arrays
/// without an ending are for any.
std::vector<std::string_view> endingsFor(DataPurpose purpose) {
  switch (purpose) {
  case DataPurpose::Train:
    return {"_train", "_training", ""};
  case DataPurpose::Validation:
    return {"_validation", "_valid", "_val", "_test"};
  case DataPurpose::Evaluate:
  case DataPurpose::Predict:
    return {"_test", ""};
  }
  return {};
}

/// [NAME=]FILE[:ARRAY]
struct FileArgument {
  std::string input, path, array;
};

/// Splits an argument. What precedes '=' counts as a name only if the model has
/// such an input: file names may contain '='.
FileArgument parseArgument(const std::string &argument,
                           const mlcc_function &function) {
  FileArgument result;
  result.path = argument;
  for (auto &input : std::span(function.inputs, function.input_count)) {
    std::string prefix = std::string(input.name) + "=";
    if (argument.starts_with(prefix)) {
      result.input = input.name;
      result.path = argument.substr(prefix.size());
    }
  }
  if (size_t colon = result.path.rfind(".npz:"); colon != std::string::npos) {
    result.array = result.path.substr(colon + 5);
    result.path.resize(colon + 4);
  }
  return result;
}

/// The arrays of an archive that are for `purpose`, by the names of inputs.
class ArchiveReader {
public:
  ArchiveReader(Bytes bytes, const FileArgument &argument)
      : members(readNpz(bytes, argument.path)), argument(argument) {}

  /// The one array for the named input.
  Column single(DataPurpose purpose) {
    if (!argument.array.empty())
      return column(argument.input, require(argument.array));
    if (members.size() == 1)
      return column(argument.input, 0);
    if (std::optional<size_t> index = find(argument.input, purpose))
      return column(argument.input, *index);
    return column(argument.input, require(argument.input));
  }

  void all(const mlcc_function &function, DataPurpose purpose,
           std::vector<Column> &columns) {
    for (auto &input : std::span(function.inputs, function.input_count)) {
      if (!needsData(input))
        continue;
      if (std::optional<size_t> index = find(input.name, purpose))
        columns.push_back(column(input.name, *index));
    }
  }

private:
  std::optional<size_t> find(const std::string &input, DataPurpose purpose) {
    for (std::string_view ending : endingsFor(purpose))
      for (size_t i = 0; i < members.size(); ++i)
        if (members[i].first == input + std::string(ending))
          return i;
    return std::nullopt;
  }
  size_t require(const std::string &name) {
    std::string names;
    for (size_t i = 0; i < members.size(); ++i) {
      if (members[i].first == name)
        return i;
      names += (i ? ", '" : "'") + members[i].first + "'";
    }
    throw RuntimeError(RuntimeErrorCode::MissingData,
                       argument.path + ": the archive has no array '" + name +
                           "'; it has " + names);
  }
  Column column(const std::string &input, size_t index) {
    return makeColumn(input, argument.path + ":" + members[index].first,
                      std::move(members[index].second));
  }

  std::vector<std::pair<std::string, Array>> members;
  const FileArgument &argument;
};

/// Adds what one file holds.
void readOne(const FileArgument &argument, const DataOptions &options,
             const mlcc_function &function, DataPurpose purpose,
             Dataset &dataset) {
  auto add = [&](Dataset part) {
    std::ranges::move(part.columns, std::back_inserter(dataset.columns));
    if (!part.classes.empty())
      dataset.classes = std::move(part.classes);
    if (!part.vocabulary.empty())
      dataset.vocabulary = std::move(part.vocabulary);
  };
  std::error_code error;
  if (std::filesystem::is_directory(argument.path, error))
    return add(readPictureFolder(argument.path, function, options));
  Buffer contents = readFile(argument.path);
  Bytes bytes(contents.data(), contents.size());
  Buffer unpacked;
  if (startsWith(bytes, "\x1f\x8b")) {
    unpacked = readGzip(bytes, argument.path);
    bytes = {unpacked.data(), unpacked.size()};
  }
  switch (kindOf(bytes, argument.path)) {
  case Kind::Npz: {
    ArchiveReader archive(bytes, argument);
    if (argument.input.empty())
      archive.all(function, purpose, dataset.columns);
    else
      dataset.columns.push_back(archive.single(purpose));
    return;
  }
  case Kind::Npy:
    dataset.columns.push_back(makeColumn(argument.input, argument.path,
                                         readNpy(bytes, argument.path)));
    return;
  case Kind::Idx:
    dataset.columns.push_back(makeColumn(argument.input, argument.path,
                                         readIdx(bytes, argument.path)));
    return;
  case Kind::Csv:
    return add(readCsv(bytes, argument.path, function, options));
  case Kind::Text:
    return add(readText(bytes, argument.path, function, options));
  }
}

} // namespace

Dataset readDataset(const DataOptions &options, const mlcc_function &function,
                    DataPurpose purpose) {
  Dataset dataset;
  for (const std::string &file : options.files)
    readOne(parseArgument(file, function), options, function, purpose, dataset);
  return dataset;
}

bool hasPartFor(const DataOptions &options, const mlcc_function &function,
                DataPurpose purpose) {
  Dataset dataset;
  for (const std::string &file : options.files) {
    FileArgument argument = parseArgument(file, function);
    if (!argument.input.empty() || extensionOf(argument.path) != ".npz")
      return false;
    readOne(argument, options, function, purpose, dataset);
  }
  auto wanted = std::ranges::count_if(
      std::span(function.inputs, function.input_count), needsData);
  return !dataset.columns.empty() &&
         static_cast<size_t>(wanted) == dataset.columns.size();
}

} // namespace mlcc::cli
