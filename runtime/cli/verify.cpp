//===- verify.cpp - The verify command ------------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlcc/model.hpp"
#include "runtime/cli/commands.h"
#include "runtime/cli/execute.h"
#include "runtime/cli/file.h"
#include "runtime/cli/npy.h"
#include "runtime/cli/tensor_proto.h"
#include "runtime/cli/text.h"
#include "runtime/cli/train/state.h"
#include "runtime/src/errors.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>

namespace fs = std::filesystem;

namespace mlcc::cli {

namespace {

/// The file `folder/stem.pb` or `.npy`; empty if there is neither.
std::string findFile(const fs::path &folder, const std::string &stem) {
  for (const char *extension : {".pb", ".npy"}) {
    fs::path path = folder / (stem + extension);
    std::error_code error;
    if (fs::exists(path, error))
      return path.string();
  }
  return "";
}

NamedArray readArray(const std::string &path) {
  Buffer contents = readFile(path);
  Bytes bytes(contents.data(), contents.size());
  if (path.ends_with(".pb"))
    return readTensorProto(bytes, path);
  return {"", readNpy(bytes, path)};
}

/// Reads `kind`_0, `kind`_1... of a folder, one for each of `tensors`. A file
/// that tells its tensor's name is taken for that tensor, else its number
/// counts. Tensors without a file stay empty.
std::vector<std::optional<Array>>
readArrays(const fs::path &folder, const std::string &kind,
           std::span<const mlcc_tensor_info> tensors) {
  std::vector<std::optional<Array>> arrays(tensors.size());
  for (size_t number = 0;; ++number) {
    std::string path = findFile(folder, kind + "_" + std::to_string(number));
    if (path.empty())
      return arrays;
    NamedArray named = readArray(path);
    size_t index = 0;
    while (index < tensors.size() && named.name != tensors[index].name)
      ++index;
    if (index == tensors.size())
      index = number;
    if (index >= tensors.size())
      throw RuntimeError(RuntimeErrorCode::UnknownInput,
                         path + ": the model has only " +
                             std::to_string(tensors.size()) + " " + kind + "s");
    requireShape(tensors[index], named.array, path);
    arrays[index] = std::move(named.array);
  }
}

/// The folders with data: `folder` itself, or its test_data_set_*.
std::vector<fs::path> dataFolders(const std::string &folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error))
    throw RuntimeError(RuntimeErrorCode::CannotReadFile,
                       folder + ": not a folder");
  if (!findFile(folder, "output_0").empty())
    return {folder};
  std::vector<fs::path> folders;
  for (const auto &entry : fs::directory_iterator(folder, error))
    if (entry.path().filename().string().starts_with("test_data_set_"))
      folders.push_back(entry.path());
  if (folders.empty())
    throw RuntimeError(RuntimeErrorCode::CannotReadFile,
                       folder + ": holds neither output_0.pb or .npy nor a "
                                "folder test_data_set_0");
  std::ranges::sort(folders);
  return folders;
}

struct Difference {
  double absolute = 0; ///< the largest
  double relative = 0; ///< the largest, of values that are not about zero
  uint64_t wrong = 0, total = 0;
  uint64_t firstWrong = 0;
};

/// Compares with |got - expected| <= absolute + relative * |expected|.
/// NaN equals NaN, infinity itself.
Difference compare(const Array &got, const Array &expected,
                   const VerifyOptions &options) {
  Difference result;
  result.total = got.elements();
  for (uint64_t i = 0; i < result.total; ++i) {
    double a = got.at(i), b = expected.at(i);
    if (a == b || (std::isnan(a) && std::isnan(b)))
      continue;
    double error = std::abs(a - b);
    if (!(error <= options.absolute + options.relative * std::abs(b))) {
      if (result.wrong++ == 0)
        result.firstWrong = i;
    }
    if (std::isnan(error))
      error = INFINITY;
    result.absolute = std::max(result.absolute, error);
    result.relative = std::max(result.relative,
                               error / std::max(std::abs(b), options.absolute));
  }
  return result;
}

/// Runs the model on one folder's inputs; returns whether its outputs agree.
bool verifyFolder(Model &model, uint32_t number, const fs::path &folder,
                  const VerifyOptions &options) {
  const mlcc_function &function = model.function(number);
  std::span inputInfos(function.inputs, function.input_count);
  std::span outputInfos(function.outputs, function.output_count);
  auto given = readArrays(folder, "input", inputInfos);
  auto expected = readArrays(folder, "output", outputInfos);
  std::vector<Array> inputs = makeInputs(function);
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (given[i])
      inputs[i] = std::move(*given[i]);
    else if (!inputInfos[i].required_value)
      throw RuntimeError(RuntimeErrorCode::UnknownInput,
                         folder.string() + ": no file for input '" +
                             inputInfos[i].name + "' (input_" +
                             std::to_string(i) + ".pb or .npy)");
  }
  std::vector<Array> outputs = makeOutputs(function);
  execute(model, number, inputs, outputs);

  bool pass = true;
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (!expected[i])
      continue;
    Difference difference = compare(outputs[i], *expected[i], options);
    std::printf("%s  %s: max abs error %s, max rel error %s",
                difference.wrong ? "FAIL" : "pass", outputInfos[i].name,
                formatNumber(difference.absolute).c_str(),
                formatNumber(difference.relative).c_str());
    if (difference.wrong)
      std::printf(", %llu of %llu values wrong; [%llu] is %s, expected %s",
                  static_cast<unsigned long long>(difference.wrong),
                  static_cast<unsigned long long>(difference.total),
                  static_cast<unsigned long long>(difference.firstWrong),
                  formatNumber(outputs[i].at(difference.firstWrong)).c_str(),
                  formatNumber(expected[i]->at(difference.firstWrong)).c_str());
    std::printf("  (%s)\n", folder.string().c_str());
    pass &= difference.wrong == 0;
  }
  return pass;
}

} // namespace

int verifyCommand(const mlcc_model &model, const VerifyOptions &options) {
  uint32_t number = findFunction(model, options.function);
  std::vector<fs::path> folders;
  for (const std::string &folder : options.folders)
    for (fs::path &path : dataFolders(folder))
      folders.push_back(std::move(path));
  Model loaded(model, options.threads);
  prepareVariables(loaded, options.weights, /*seed=*/1);
  size_t failed = 0;
  for (const fs::path &folder : folders)
    failed += !verifyFolder(loaded, number, folder, options);
  std::printf("%s: %zu of %zu data sets agree (rtol %s, atol %s)\n",
              failed ? "FAIL" : "pass", folders.size() - failed, folders.size(),
              formatNumber(options.relative).c_str(),
              formatNumber(options.absolute).c_str());
  return failed ? 1 : 0;
}

} // namespace mlcc::cli
