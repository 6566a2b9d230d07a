//===- corpus.cpp - Texts for language models -----------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/cli/train/dataset.h"
#include "runtime/src/errors.h"
#include "runtime/src/model_check.h"

#include <algorithm>
#include <cstring>
#include <set>
#include <string_view>
#include <unordered_map>

namespace mlcc::cli {

/// The bytes of the character (UTF-8) that `text` begins with; 0 if they are
/// no character.
static size_t characterBytes(std::string_view text) {
  auto lead = static_cast<unsigned char>(text.front());
  size_t bytes = lead < 0x80            ? 1
                 : lead >> 5 == 0b110   ? 2
                 : lead >> 4 == 0b1110  ? 3
                 : lead >> 3 == 0b11110 ? 4
                                        : 0;
  if (bytes > text.size())
    return 0;
  for (size_t i = 1; i < bytes; ++i)
    if ((static_cast<unsigned char>(text[i]) & 0xc0) != 0x80)
      return 0;
  return bytes;
}

static std::vector<std::string_view> splitCharacters(std::string_view text,
                                                     const std::string &file) {
  std::vector<std::string_view> characters;
  size_t position = 0;
  while (position < text.size()) {
    size_t bytes = characterBytes(text.substr(position));
    if (bytes == 0)
      throw RuntimeError(RuntimeErrorCode::MalformedFile,
                         file + ": byte " + std::to_string(position) +
                             " is not UTF-8; --vocabulary byte reads any file");
    characters.push_back(text.substr(position, bytes));
    position += bytes;
  }
  return characters;
}

/// The text as numbers of characters.
static Array encodeCharacters(std::string_view text, const std::string &file,
                              const DataOptions &options,
                              std::vector<std::string> &vocabulary) {
  std::vector<std::string_view> characters = splitCharacters(text, file);
  if (!options.knownVocabulary.empty()) {
    vocabulary = options.knownVocabulary;
  } else {
    std::set<std::string_view> distinct(characters.begin(), characters.end());
    vocabulary.assign(distinct.begin(), distinct.end());
  }
  std::unordered_map<std::string_view, int32_t> codes;
  for (size_t i = 0; i < vocabulary.size(); ++i)
    codes[vocabulary[i]] = static_cast<int32_t>(i);
  Array array =
      makeArray(MLCC_I32, {static_cast<int64_t>(characters.size())}, file);
  for (size_t i = 0; i < characters.size(); ++i) {
    auto code = codes.find(characters[i]);
    if (code == codes.end())
      throw RuntimeError(RuntimeErrorCode::InvalidData,
                         file + ": character " + std::to_string(i) + ", '" +
                             std::string(characters[i]) +
                             "', was not in the text that the model was "
                             "trained on");
    std::memcpy(array.data.data() + i * sizeof(int32_t), &code->second,
                sizeof(int32_t));
  }
  return array;
}

Dataset readText(Bytes bytes, const std::string &file,
                 const mlcc_function &function, const DataOptions &options) {
  std::vector<const mlcc_tensor_info *> inputs;
  for (auto &input : std::span(function.inputs, function.input_count))
    if (needsData(input) && !isFloat(input.type) && input.rank == 2)
      inputs.push_back(&input);
  if (inputs.empty() || inputs.size() > 2 ||
      sampleElements(*inputs.front()) != sampleElements(*inputs.back()))
    throw RuntimeError(
        RuntimeErrorCode::WrongData,
        file + ": a text is for a model with one integer input of the shape "
               "batch x length, or two (the text, and what follows)");

  Dataset dataset;
  Array codes;
  if (options.vocabulary == "char" || !options.knownVocabulary.empty()) {
    std::string_view text(reinterpret_cast<const char *>(bytes.data()),
                          bytes.size());
    codes = encodeCharacters(text, file, options, dataset.vocabulary);
  } else {
    codes = makeArray(MLCC_U8, {static_cast<int64_t>(bytes.size())}, file);
    if (!bytes.empty())
      std::memcpy(codes.data.data(), bytes.data(), bytes.size());
  }
  uint64_t length = sampleElements(*inputs.front());
  uint64_t total = codes.elements(), shift = inputs.size() - 1;
  if (total < length + shift)
    throw RuntimeError(RuntimeErrorCode::WrongData,
                       file + ": the text has " + std::to_string(total) +
                           " characters, one sample needs " +
                           std::to_string(length + shift));
  auto shared = std::make_shared<Array>(std::move(codes));
  for (size_t i = 0; i < inputs.size(); ++i) {
    Column column;
    column.name = inputs[i]->name;
    column.source = file;
    column.array = shared;
    column.dims = {static_cast<int64_t>(length)};
    column.samples = (total - shift - length) / length + 1;
    column.first = i;
    column.step = length;
    dataset.columns.push_back(std::move(column));
  }
  return dataset;
}

} // namespace mlcc::cli
