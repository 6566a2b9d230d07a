//===- picture_folder.cpp - Folders of pictures ---------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/cli/file.h"
#include "runtime/cli/picture.h"
#include "runtime/cli/train/dataset.h"
#include "runtime/src/errors.h"
#include "runtime/src/model_check.h"

#include <algorithm>
#include <cstring>
#include <filesystem>

namespace fs = std::filesystem;

namespace mlcc::cli {

namespace {

struct Picture {
  std::string path;
  int64_t label;
};

std::vector<fs::path> sortedEntries(const fs::path &folder) {
  std::error_code error;
  std::vector<fs::path> entries;
  for (auto it = fs::directory_iterator(folder, error);
       !error && it != fs::directory_iterator(); it.increment(error))
    entries.push_back(it->path());
  if (error)
    throw RuntimeError(RuntimeErrorCode::CannotReadFile,
                       folder.string() + ": " + error.message());
  std::ranges::sort(entries);
  return entries;
}

bool isPicture(const fs::path &path) {
  std::string extension = path.extension().string();
  for (char &c : extension)
    c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return extension == ".png" || extension == ".jpg" || extension == ".jpeg";
}

/// The pictures of all classes; the names of the classes, in alphabetical
/// order, unless the pictures lie in the folder itself.
std::vector<Picture> findPictures(const std::string &folder,
                                  std::vector<std::string> &classes) {
  std::vector<Picture> pictures;
  std::error_code error;
  for (const fs::path &entry : sortedEntries(folder)) {
    if (!fs::is_directory(entry, error)) {
      if (isPicture(entry))
        pictures.push_back({entry.string(), -1});
      continue;
    }
    auto label = static_cast<int64_t>(classes.size());
    size_t before = pictures.size();
    for (const fs::path &file : sortedEntries(entry))
      if (isPicture(file))
        pictures.push_back({file.string(), label});
    if (pictures.size() > before)
      classes.push_back(entry.filename().string());
  }
  bool mixed = !classes.empty() && std::ranges::any_of(pictures, [](auto &p) {
    return p.label < 0;
  });
  if (pictures.empty() || mixed)
    throw RuntimeError(RuntimeErrorCode::WrongData,
                       folder + (mixed ? ": pictures lie beside the folders of "
                                         "classes"
                                       : ": no .png or .jpg files in it or in "
                                         "folders of classes"));
  return pictures;
}

} // namespace

/// All pictures, as the input wants them.
static Column readPictures(const std::vector<Picture> &pictures,
                           const mlcc_tensor_info &input,
                           const std::string &folder,
                           const PictureOptions &options) {
  std::vector<int64_t> dims(input.dims, input.dims + input.rank);
  mlcc_tensor_info one = input;
  dims[0] = 1;
  one.dims = dims.data();
  one.bytes = sampleElements(input) * typeBytes(input.type);
  std::vector<int64_t> all = dims;
  all[0] = static_cast<int64_t>(pictures.size());
  Array array = makeArray(static_cast<mlcc_type>(input.type), all, folder);
  for (size_t i = 0; i < pictures.size(); ++i) {
    Buffer contents = readFile(pictures[i].path);
    Array picture = readPicture({contents.data(), contents.size()}, one,
                                options, pictures[i].path);
    std::memcpy(array.data.data() + i * one.bytes, picture.data.data(),
                one.bytes);
  }
  return makeColumn(input.name, folder, std::move(array));
}

Dataset readPictureFolder(const std::string &folder,
                          const mlcc_function &function,
                          const DataOptions &options) {
  Dataset dataset;
  std::vector<Picture> pictures = findPictures(folder, dataset.classes);
  if (!options.knownClasses.empty() && !dataset.classes.empty() &&
      dataset.classes != options.knownClasses)
    throw RuntimeError(RuntimeErrorCode::WrongData,
                       folder + ": its classes are not those that the model "
                                "was trained with");
  for (auto &input : std::span(function.inputs, function.input_count)) {
    if (!needsData(input))
      continue;
    if (input.rank >= 3) {
      dataset.columns.push_back(
          readPictures(pictures, input, folder, options.picture));
    } else if (!isFloat(input.type) && sampleElements(input) == 1 &&
               !dataset.classes.empty()) {
      Array labels =
          makeArray(MLCC_I64, {static_cast<int64_t>(pictures.size())}, folder);
      for (size_t i = 0; i < pictures.size(); ++i)
        std::memcpy(labels.data.data() + i * sizeof(int64_t),
                    &pictures[i].label, sizeof(int64_t));
      dataset.columns.push_back(
          makeColumn(input.name, folder, std::move(labels)));
    }
  }
  return dataset;
}

} // namespace mlcc::cli
