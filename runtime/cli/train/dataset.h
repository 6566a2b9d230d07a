//===- dataset.h - Samples to train on --------------------------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_RUNTIME_CLI_TRAIN_DATASET_H
#define MLCC_RUNTIME_CLI_TRAIN_DATASET_H

#include "runtime/cli/inputs.h"

#include <memory>
#include <string>
#include <vector>

namespace mlcc::cli {

/// What data is read for: files may hold several parts (x_train, x_test).
enum class DataPurpose { Train, Validation, Evaluate, Predict };

/// One kind of data of all samples: sample i is the elements of `array` from
/// `first + i * step` on, as many as `dims` has. (Windows of a text overlap.)
struct Column {
  std::string name;   ///< of the input it is for; empty: found by its shape
  std::string source; ///< for messages: "digits.npz:x_train"
  std::shared_ptr<const Array> array;
  std::vector<int64_t> dims; ///< of a sample
  uint64_t samples = 0;
  uint64_t first = 0, step = 0; ///< elements

  uint64_t elements() const; ///< of a sample
  double at(uint64_t sample, uint64_t element) const;
};

/// A column that has one sample for each index of the array's first dimension.
Column makeColumn(std::string name, std::string source, Array array);

/// What is read from data files, besides samples.
struct Dataset {
  std::vector<Column> columns;
  /// Names of classes, where the file gives them names: classes[i] is that of
  /// label i.
  std::vector<std::string> classes;
  /// Of a text read by characters: the character of each code (UTF-8).
  std::vector<std::string> vocabulary;
};

struct DataOptions {
  /// [NAME=]FILE[:ARRAY]...
  std::vector<std::string> files;
  PictureOptions picture;
  /// "byte" or "char": what a text's elements are.
  std::string vocabulary = "byte";
  /// The characters or classes that a model was trained with; empty: made
  /// from the file. If there are characters, texts consist of these.
  std::vector<std::string> knownVocabulary, knownClasses;
};

/// Reads all files for the inputs of `function`. Throws RuntimeError: a file
/// that cannot be read, is damaged or is of an unknown kind.
Dataset readDataset(const DataOptions &options, const mlcc_function &function,
                    DataPurpose purpose);

/// Whether one of the files has a part of its own for `purpose`
/// (x_validation..., x_test).
bool hasPartFor(const DataOptions &options, const mlcc_function &function,
                DataPurpose purpose);

//===----------------------------------------------------------------------===//
// Kinds of files, each in its own file
//===----------------------------------------------------------------------===//

/// Comma-separated values. A first line without numbers is a header. Columns
/// with the name of an input are for that; all others, in order, fill the
/// other inputs. Words are classes, in alphabetical order. Throws
/// RuntimeError MalformedFile, WrongData, InvalidData for missing values.
Dataset readCsv(Bytes bytes, const std::string &file,
                const mlcc_function &function, const DataOptions &options);

/// The format of MNIST: https://yann.lecun.com/exdb/mnist. Throws RuntimeError
/// MalformedFile.
Array readIdx(Bytes bytes, const std::string &file);

/// Decompresses a gzip file (RFC 1952). Throws RuntimeError MalformedFile.
Buffer readGzip(Bytes bytes, const std::string &file);

/// A text for a language model: the first integer input gets windows of it, a
/// second one the same windows one element later. Throws RuntimeError
/// WrongData.
Dataset readText(Bytes bytes, const std::string &file,
                 const mlcc_function &function, const DataOptions &options);

/// A folder of pictures: FOLDER/CLASS/*.png, or, to predict, FOLDER/*.png.
Dataset readPictureFolder(const std::string &folder,
                          const mlcc_function &function,
                          const DataOptions &options);

//===----------------------------------------------------------------------===//
// Inputs
//===----------------------------------------------------------------------===//

/// The inputs that the program fills itself.
inline constexpr const char *sampleCountName = "sample_count";
inline constexpr const char *seedName = "seed";

/// Whether data is needed for an input.
bool needsData(const mlcc_tensor_info &input);
bool isFloat(int32_t type);
/// Elements of one sample of an input, its first extent being the batch.
uint64_t sampleElements(const mlcc_tensor_info &input);

} // namespace mlcc::cli

#endif // MLCC_RUNTIME_CLI_TRAIN_DATASET_H
