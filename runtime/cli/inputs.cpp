//===- inputs.cpp - From files to a model's inputs ------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/cli/inputs.h"

#include "runtime/cli/file.h"
#include "runtime/cli/npy.h"
#include "runtime/cli/picture.h"
#include "runtime/cli/tensor_proto.h"
#include "runtime/cli/wav.h"
#include "runtime/src/errors.h"
#include "runtime/src/model_check.h"

#include <algorithm>
#include <cstdio>
#include <cstring>

namespace mlcc::cli {

std::string describeTensor(const mlcc_tensor_info &tensor) {
  return describeTensor(tensor.type, std::span(tensor.dims, tensor.rank));
}

static std::span<const int64_t>
withoutLeadingOnes(std::span<const int64_t> dims) {
  while (!dims.empty() && dims.front() == 1)
    dims = dims.subspan(1);
  return dims;
}

void requireShape(const mlcc_tensor_info &tensor, Array &array,
                  const std::string &source) {
  if (tensor.type == MLCC_BF16 && array.type == MLCC_U16)
    array.type = MLCC_BF16;
  std::span<const int64_t> wanted(tensor.dims, tensor.rank);
  if (array.type == tensor.type &&
      std::ranges::equal(withoutLeadingOnes(wanted),
                         withoutLeadingOnes(array.dims)))
    return;
  std::string hint;
  if (array.type == MLCC_F64 && tensor.type == MLCC_F32)
    hint = " (NumPy computes in f64: save array.astype(numpy.float32))";
  throw RuntimeError(RuntimeErrorCode::WrongShape,
                     source + ": '" + tensor.name + "' needs " +
                         describeTensor(tensor) + ", the file has " +
                         array.describe() + hint);
}

namespace {

/// What a file is, by its first bytes or, where these can be anything, by its
/// name.
enum class Kind { Npy, Npz, TensorProto, Picture, Wav, Raw, Unknown };

Kind kindOf(Bytes bytes, const std::string &path) {
  auto starts = [&](std::string_view magic) {
    return bytes.size() >= magic.size() &&
           std::memcmp(bytes.data(), magic.data(), magic.size()) == 0;
  };
  std::string extension = path.substr(std::min(path.rfind('.'), path.size()));
  for (char &c : extension)
    c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (extension == ".bin" || extension == ".raw")
    return Kind::Raw;
  if (extension == ".pb")
    return Kind::TensorProto;
  if (extension == ".npy" || starts("\x93NUMPY"))
    return Kind::Npy;
  if (extension == ".npz" || starts("PK\x03\x04"))
    return Kind::Npz;
  if (extension == ".jpg" || extension == ".jpeg" || extension == ".png" ||
      starts("\xff\xd8\xff") || starts("\x89PNG"))
    return Kind::Picture;
  if (extension == ".wav" || starts("RIFF"))
    return Kind::Wav;
  return Kind::Unknown;
}

Array readRaw(Bytes bytes, const mlcc_tensor_info &tensor,
              const std::string &path) {
  if (bytes.size() != tensor.bytes)
    throw RuntimeError(
        RuntimeErrorCode::WrongShape,
        path + ": '" + tensor.name + "' needs " + describeTensor(tensor) +
            ", " + std::to_string(tensor.bytes) + " bytes; the file has " +
            std::to_string(bytes.size()));
  Array array = makeArray(static_cast<mlcc_type>(tensor.type),
                          {tensor.dims, tensor.dims + tensor.rank}, path);
  if (!bytes.empty())
    std::memcpy(array.data.data(), bytes.data(), bytes.size());
  return array;
}

/// A sound becomes the input's samples; what is missing is silence.
Array readSound(Bytes bytes, const mlcc_tensor_info &tensor,
                const std::string &path) {
  Sound sound = readWav(bytes, path);
  auto wanted = withoutLeadingOnes(std::span(tensor.dims, tensor.rank));
  if (wanted.size() > 1 ||
      (tensor.type != MLCC_F32 && tensor.type != MLCC_F64 &&
       tensor.type != MLCC_F16 && tensor.type != MLCC_BF16))
    throw RuntimeError(RuntimeErrorCode::WrongShape,
                       path + ": '" + tensor.name + "' needs " +
                           describeTensor(tensor) +
                           ", which is not a row of samples");
  Array array = makeArray(static_cast<mlcc_type>(tensor.type),
                          {tensor.dims, tensor.dims + tensor.rank}, path);
  uint64_t count = array.elements();
  for (uint64_t i = 0; i < count; ++i)
    storeElement(tensor.type, array.data.data() + i * typeBytes(tensor.type),
                 i < sound.samples.size() ? sound.samples[i] : 0);
  if (count != sound.samples.size())
    std::fprintf(
        stderr,
        "note: %s has %zu samples at %u Hz; the first %llu of '%s' are "
        "used%s\n",
        path.c_str(), sound.samples.size(), sound.samplesPerSecond,
        static_cast<unsigned long long>(
            std::min<uint64_t>(count, sound.samples.size())),
        tensor.name, count > sound.samples.size() ? ", then silence" : "");
  return array;
}

/// Matches files to inputs.
class InputLoader {
public:
  InputLoader(const mlcc_function &function, const PictureOptions &options)
      : function(function), options(options), arrays(function.input_count),
        given(function.input_count) {}

  void loadArgument(const std::string &argument) {
    for (uint32_t i = 0; i < function.input_count; ++i) {
      std::string prefix = std::string(function.inputs[i].name) + "=";
      if (argument.starts_with(prefix))
        return loadFile(argument.substr(prefix.size()), i);
    }
    loadFile(argument, std::nullopt);
  }

  std::vector<Array> finish() {
    std::string missing;
    for (uint32_t i = 0; i < function.input_count; ++i) {
      const mlcc_tensor_info &tensor = function.inputs[i];
      if (given[i])
        continue;
      if (tensor.required_value)
        arrays[i] = readRaw(
            {static_cast<const uint8_t *>(tensor.required_value), tensor.bytes},
            tensor, "bound value");
      else
        missing += (missing.empty() ? "'" : ", '") + std::string(tensor.name) +
                   "' (" + describeTensor(tensor) + ")";
    }
    if (!missing.empty())
      throw RuntimeError(RuntimeErrorCode::UnknownInput,
                         "no file was given for " + missing +
                             "; give --input NAME=FILE for each");
    return std::move(arrays);
  }

private:
  void store(uint32_t index, Array array, const std::string &source) {
    const mlcc_tensor_info &tensor = function.inputs[index];
    if (given[index])
      throw RuntimeError(RuntimeErrorCode::InvalidCommandLine,
                         source + ": input '" + tensor.name +
                             "' was given already");
    requireShape(tensor, array, source);
    arrays[index] = std::move(array);
    given[index] = true;
  }

  /// Loads a file for the input `named`, or for those that it fits.
  void loadFile(const std::string &path, std::optional<uint32_t> named) {
    Buffer contents = readFile(path);
    Bytes bytes(contents.data(), contents.size());
    Kind kind = kindOf(bytes, path);
    if (!named && kind == Kind::Npz)
      return loadArchive(bytes, path);
    uint32_t index = named ? *named : onlyInput(path);
    const mlcc_tensor_info &tensor = function.inputs[index];
    switch (kind) {
    case Kind::Npy:
      return store(index, readNpy(bytes, path), path);
    case Kind::Npz:
      return store(index, memberFor(tensor.name, readNpz(bytes, path), path),
                   path);
    case Kind::TensorProto:
      return store(index, readTensorProto(bytes, path).array, path);
    case Kind::Picture:
      return store(index, readPicture(bytes, tensor, options, path), path);
    case Kind::Wav:
      return store(index, readSound(bytes, tensor, path), path);
    case Kind::Raw:
      return store(index, readRaw(bytes, tensor, path), path);
    case Kind::Unknown:
      throw RuntimeError(RuntimeErrorCode::UnsupportedFile,
                         path + ": not a kind of file that can be an input; "
                                "give .npy, .npz, .pb, .jpg, .png, .wav "
                                "or .bin");
    }
  }

  /// The array of an archive that is called `name`, or its only one.
  static Array memberFor(const std::string &name,
                         std::vector<std::pair<std::string, Array>> members,
                         const std::string &path) {
    for (auto &[memberName, array] : members)
      if (memberName == name || members.size() == 1)
        return std::move(array);
    throw RuntimeError(RuntimeErrorCode::UnknownInput,
                       path + ": the archive has no array '" + name + "'");
  }

  /// Gives every array of an archive to the input of its name, or its only
  /// array to the only input.
  void loadArchive(Bytes bytes, const std::string &path) {
    auto members = readNpz(bytes, path);
    for (auto &[name, array] : members) {
      uint32_t index = 0;
      while (index < function.input_count &&
             name != function.inputs[index].name)
        ++index;
      if (index == function.input_count && members.size() == 1)
        index = onlyInput(path);
      if (index == function.input_count)
        throw RuntimeError(RuntimeErrorCode::UnknownInput,
                           path + ": the model has no input '" + name +
                               "'; it has " + inputNames());
      store(index, std::move(array), path + ":" + name);
    }
  }

  /// The input that a file without a name is for.
  uint32_t onlyInput(const std::string &argument) const {
    uint32_t found = function.input_count, count = 0;
    for (uint32_t i = 0; i < function.input_count; ++i) {
      if (function.inputs[i].required_value)
        continue;
      found = i;
      ++count;
    }
    if (count != 1)
      throw RuntimeError(RuntimeErrorCode::UnknownInput,
                         argument + ": say which input the file is for: " +
                             "--input NAME=FILE; the model has " +
                             inputNames());
    return found;
  }

  std::string inputNames() const {
    std::string names;
    for (auto &input : std::span(function.inputs, function.input_count))
      names += (names.empty() ? "'" : ", '") + std::string(input.name) + "'";
    return names.empty() ? "no inputs" : names;
  }

  const mlcc_function &function;
  const PictureOptions &options;
  std::vector<Array> arrays;
  std::vector<bool> given;
};

} // namespace

std::vector<Array> loadInputs(const mlcc_function &function,
                              const std::vector<std::string> &arguments,
                              const PictureOptions &options) {
  InputLoader loader(function, options);
  for (const std::string &argument : arguments)
    loader.loadArgument(argument);
  return loader.finish();
}

std::vector<Array> makeInputs(const mlcc_function &function) {
  std::vector<Array> arrays;
  for (auto &tensor : std::span(function.inputs, function.input_count)) {
    Array array =
        makeArray(static_cast<mlcc_type>(tensor.type),
                  {tensor.dims, tensor.dims + tensor.rank}, tensor.name);
    bool isFloat = tensor.type == MLCC_F32 || tensor.type == MLCC_F64 ||
                   tensor.type == MLCC_F16 || tensor.type == MLCC_BF16;
    uint32_t random = 1;
    for (uint64_t i = 0; i < array.elements(); ++i) {
      random = random * 1664525 + 1013904223;
      storeElement(tensor.type, array.data.data() + i * typeBytes(tensor.type),
                   isFloat ? static_cast<double>(random >> 8) * 0x1p-24 : 0);
    }
    if (tensor.required_value && tensor.bytes > 0)
      std::memcpy(array.data.data(), tensor.required_value, tensor.bytes);
    arrays.push_back(std::move(array));
  }
  return arrays;
}

std::vector<Array> makeOutputs(const mlcc_function &function) {
  std::vector<Array> arrays;
  for (auto &tensor : std::span(function.outputs, function.output_count))
    arrays.push_back(makeArray(static_cast<mlcc_type>(tensor.type),
                               {tensor.dims, tensor.dims + tensor.rank},
                               tensor.name));
  return arrays;
}

std::string fileNameOf(const std::string &tensorName) {
  std::string name = tensorName;
  for (char &c : name)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '.' && c != '-')
      c = '_';
  if (name.empty() || name.front() == '.')
    name = "_" + name;
  return name.substr(0, 200);
}

} // namespace mlcc::cli
