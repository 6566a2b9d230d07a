//===- checkpoint.cpp - What a run leaves to be continued -----------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/cli/train/checkpoint.h"

#include "runtime/cli/file.h"
#include "runtime/cli/text.h"
#include "runtime/src/errors.h"
#include "runtime/src/model_check.h"

#include <nlohmann/json.hpp>

#include <charconv>
#include <filesystem>
#include <set>

namespace mlcc::cli {

static constexpr const char *formatName = "mlcc-checkpoint-1";

std::string checkpointPath(const std::string &path) {
  std::error_code error;
  return std::filesystem::is_directory(path, error)
             ? path + "/" + lastCheckpointName
             : path;
}

static uint8_t *addressOf(const Model &model, uint32_t variable) {
  void *address = nullptr;
  if (mlcc_variable_address(model.get(), variable, &address) != 0)
    throw Error(1);
  return static_cast<uint8_t *>(address);
}

static bool isWeights(const mlcc_variable_info &variable) {
  return variable.role == MLCC_PARAMETER || variable.role == MLCC_STATISTIC;
}

std::vector<TensorView> variableViews(const Model &model, bool onlyWeights) {
  std::vector<TensorView> views;
  const mlcc_model &description = model.model();
  for (uint32_t i = 0; i < description.variable_count; ++i) {
    const mlcc_variable_info &variable = description.variables[i];
    if (onlyWeights && !isWeights(variable))
      continue;
    const mlcc_tensor_info &tensor = variable.tensor;
    views.push_back({tensor.name,
                     static_cast<mlcc_type>(tensor.type),
                     {tensor.dims, tensor.dims + tensor.rank},
                     {addressOf(model, i), tensor.bytes}});
  }
  return views;
}

//===----------------------------------------------------------------------===//
// The state as text
//===----------------------------------------------------------------------===//

/// A number that reads back as exactly the same.
static std::string exactly(double value) {
  char text[64];
  auto [end, error] = std::to_chars(text, text + sizeof(text), value);
  return std::string(text, end);
}

static std::string jsonStrings(const std::vector<std::string> &strings) {
  std::string text = "[";
  for (const std::string &string : strings)
    text += (text.size() > 1 ? ", " : "") + jsonString(string);
  return text + "]";
}

static Metadata toMetadata(const RunState &state, const mlcc_model &model) {
  Metadata metadata;
  metadata["format"] = formatName;
  metadata["model"] = model.name;
  metadata["seed"] = std::to_string(state.seed);
  metadata["epoch"] = std::to_string(state.epoch);
  metadata["batch"] = std::to_string(state.batch);
  metadata["step"] = std::to_string(state.step);
  metadata["training_samples"] = std::to_string(state.trainingSamples);
  metadata["seconds"] = exactly(state.seconds);
  metadata["samples"] = exactly(state.samples);
  std::string sums;
  for (double sum : state.sums)
    sums += (sums.empty() ? "" : " ") + exactly(sum);
  metadata["sums"] = sums;
  if (state.hasBest)
    metadata["best"] = exactly(state.best);
  if (!state.vocabulary.empty())
    metadata["vocabulary"] = jsonStrings(state.vocabulary);
  if (!state.classes.empty())
    metadata["classes"] = jsonStrings(state.classes);
  std::string roles;
  for (auto &variable : std::span(model.variables, model.variable_count))
    roles += (roles.empty() ? "" : ", ") + jsonString(variable.tensor.name) +
             ": " + jsonString(roleName(variable.role));
  metadata["roles"] = "{" + roles + "}";
  return metadata;
}

namespace {

class MetadataReader {
public:
  MetadataReader(const Metadata &metadata, const std::string &file)
      : metadata(metadata), file(file) {}

  bool has(const char *name) const { return metadata.contains(name); }

  template <typename T> T number(const char *name) const {
    T value = 0;
    const std::string &text = string(name);
    auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size())
      fail(name);
    return value;
  }

  std::vector<double> numbers(const char *name) const {
    std::vector<double> values;
    const std::string &text = string(name);
    const char *position = text.data(), *last = position + text.size();
    while (position != last) {
      values.push_back(0);
      auto [end, error] = std::from_chars(position, last, values.back());
      if (error != std::errc())
        fail(name);
      position = end;
      while (position != last && *position == ' ')
        ++position;
    }
    return values;
  }

  std::vector<std::string> strings(const char *name) const {
    std::vector<std::string> values;
    if (!has(name))
      return values;
    auto list = nlohmann::json::parse(string(name), nullptr,
                                      /*allow_exceptions=*/false);
    for (const auto &element : list) {
      if (!list.is_array() || !element.is_string())
        fail(name);
      values.push_back(element.get<std::string>());
    }
    return values;
  }

private:
  const std::string &string(const char *name) const {
    auto found = metadata.find(name);
    if (found == metadata.end())
      fail(name);
    return found->second;
  }
  [[noreturn]] void fail(const char *name) const {
    throw RuntimeError(RuntimeErrorCode::WrongCheckpoint,
                       file + ": the file does not say where the run is ('" +
                           name + "'); it is not a checkpoint of train");
  }

  const Metadata &metadata;
  const std::string &file;
};

/// A checkpoint in memory.
class CheckpointFile {
public:
  explicit CheckpointFile(const std::string &path)
      : path(path), contents(readFile(path)),
        file(readSafetensors({contents.data(), contents.size()}, path)) {}

  /// Copies the file's tensors to the variables of their names. Those for
  /// which `isNeeded` holds must not be missing.
  template <typename Predicate>
  void copyTo(Model &model, Predicate isNeeded) const {
    const mlcc_model &description = model.model();
    for (uint32_t i = 0; i < description.variable_count; ++i) {
      const mlcc_variable_info &variable = description.variables[i];
      const mlcc_tensor_info &info = variable.tensor;
      const TensorView *tensor = file.find(info.name);
      if (!tensor && isNeeded(variable))
        fail(std::string("it has no '") + info.name + "' (" +
             roleName(variable.role) + ")");
      if (!tensor)
        continue;
      std::span<const int64_t> dims(info.dims, info.rank);
      if (tensor->type != info.type || !std::ranges::equal(tensor->dims, dims))
        fail(std::string("'") + info.name + "' is " +
             describeTensor(tensor->type, tensor->dims) + ", the model has " +
             describeTensor(info.type, dims));
      mlcc_status status = mlcc_variable_set(
          model.get(), i, tensor->bytes.data(), tensor->bytes.size());
      if (status != 0)
        throw Error(status);
    }
  }

  MetadataReader metadata() const { return {file.metadata, path}; }

private:
  [[noreturn]] void fail(const std::string &what) const {
    throw RuntimeError(RuntimeErrorCode::WrongCheckpoint, path + ": " + what);
  }

  const std::string &path;
  Buffer contents;
  Safetensors file;
};

} // namespace

void saveCheckpoint(const std::string &path, const Model &model,
                    const RunState &state) {
  writeSafetensors(path, variableViews(model, /*onlyWeights=*/false),
                   toMetadata(state, model.model()));
}

RunState loadCheckpoint(const std::string &path, Model &model) {
  CheckpointFile file(path);
  MetadataReader metadata = file.metadata();
  RunState state;
  state.seed = metadata.number<uint64_t>("seed");
  state.epoch = metadata.number<uint64_t>("epoch");
  state.batch = metadata.number<uint64_t>("batch");
  state.step = metadata.number<uint64_t>("step");
  state.trainingSamples = metadata.number<uint64_t>("training_samples");
  state.seconds = metadata.number<double>("seconds");
  state.samples = metadata.number<double>("samples");
  state.sums = metadata.numbers("sums");
  state.hasBest = metadata.has("best");
  if (state.hasBest)
    state.best = metadata.number<double>("best");
  state.vocabulary = metadata.strings("vocabulary");
  state.classes = metadata.strings("classes");
  file.copyTo(model, [](const mlcc_variable_info &) { return true; });
  return state;
}

RunState loadWeights(const std::string &path, Model &model) {
  CheckpointFile file(path);
  RunState state;
  state.vocabulary = file.metadata().strings("vocabulary");
  state.classes = file.metadata().strings("classes");
  file.copyTo(model, isWeights);
  return state;
}

} // namespace mlcc::cli
