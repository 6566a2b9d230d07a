//===- TrainFilesTest.cpp - Tests of the files that training reads and writes
//===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FolderTest.h"
#include "SampleFiles.h"
#include "runtime/cli/file.h"
#include "runtime/cli/npy.h"
#include "runtime/cli/train/feeder.h"
#include "runtime/cli/train/log.h"
#include "runtime/cli/train/npz.h"
#include "runtime/cli/train/report.h"
#include "runtime/cli/train/safetensors.h"
#include "runtime/cli/train/shuffle.h"
#include "runtime/src/errors.h"
#include "runtime/src/philox.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <numeric>

using namespace mlcc;
using namespace mlcc::cli;
using namespace mlcc::test;
namespace fs = std::filesystem;

namespace {

/// A folder for the test's files.
class TrainFiles : public FolderTest {
protected:
  std::string write(const std::string &name, std::string_view text) const {
    fs::create_directories(fs::path(path(name)).parent_path());
    writeFile(path(name), text);
    return path(name);
  }
  std::string write(const std::string &name, const File &file) const {
    return write(name,
                 std::string_view(reinterpret_cast<const char *>(file.data()),
                                  file.size()));
  }
  std::string read(const std::string &name) const {
    Buffer contents = readFile(path(name));
    return {reinterpret_cast<const char *>(contents.data()), contents.size()};
  }
};

Bytes asBytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t *>(text.data()), text.size()};
}

/// A function with inputs for data, of batches of four.
class DataFunction {
public:
  mlcc_tensor_info &add(const char *name, mlcc_type type,
                        std::vector<int64_t> dims) {
    allDims.push_back(std::make_unique<std::vector<int64_t>>(std::move(dims)));
    std::vector<int64_t> &kept = *allDims.back();
    infos.push_back({name, type, static_cast<int32_t>(kept.size()), kept.data(),
                     *tensorBytes(type, kept), nullptr, 0, 0});
    return infos.back();
  }
  const mlcc_function &get() {
    function = {};
    function.name = "train_step";
    function.inputs = infos.data();
    function.input_count = static_cast<uint32_t>(infos.size());
    return function;
  }

private:
  std::vector<std::unique_ptr<std::vector<int64_t>>> allDims;
  std::vector<mlcc_tensor_info> infos;
  mlcc_function function;
};

DataOptions filesOf(std::vector<std::string> files) {
  DataOptions options;
  options.files = std::move(files);
  return options;
}

template <typename Body>
void expectCode(RuntimeErrorCode code, const std::string &part, Body body) {
  try {
    body();
    ADD_FAILURE() << "no error; expected " << part;
  } catch (const RuntimeError &error) {
    EXPECT_EQ(static_cast<int>(error.code()), static_cast<int>(code))
        << error.what();
    EXPECT_NE(std::string(error.what()).find(part), std::string::npos)
        << error.what();
  }
}

//===----------------------------------------------------------------------===//
// The order of samples
//===----------------------------------------------------------------------===//

TEST(Shuffle, PhiloxAgreesWithItsAuthors) {
  // kat_vectors of Random123, philox4x32 10.
  using Block = std::array<uint32_t, 4>;
  EXPECT_EQ(Philox::generate({0, 0, 0, 0}, {0, 0}),
            (Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(Philox::generate({~0u, ~0u, ~0u, ~0u}, {~0u, ~0u}),
            (Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(Philox::generate({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
                             {0xa4093822, 0x299f31d0}),
            (Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Shuffle, IsAPermutationThatDependsOnAllArguments) {
  auto order = shuffled(1000, 7, 3, ShufflePurpose::Epoch);
  EXPECT_EQ(order, shuffled(1000, 7, 3, ShufflePurpose::Epoch));
  EXPECT_NE(order, shuffled(1000, 8, 3, ShufflePurpose::Epoch));
  EXPECT_NE(order, shuffled(1000, 7, 4, ShufflePurpose::Epoch));
  EXPECT_NE(order, shuffled(1000, 7, 3, ShufflePurpose::Split));
  std::ranges::sort(order);
  for (uint64_t i = 0; i < order.size(); ++i)
    ASSERT_EQ(order[i], i);
  EXPECT_TRUE(shuffled(0, 1, 0, ShufflePurpose::Epoch).empty());
}

TEST(Shuffle, EveryPlaceIsEquallyLikely) {
  std::vector<int> counts(5);
  for (uint64_t seed = 0; seed < 5000; ++seed)
    ++counts[shuffled(5, seed, 0, ShufflePurpose::Epoch)[0]];
  for (int count : counts) // deviation of a binomial: 28
    EXPECT_NEAR(count, 1000, 120);
}

TEST(EpochOrder, FillsUpOrEndsShort) {
  std::vector<uint64_t> order(10);
  std::iota(order.begin(), order.end(), 0);
  EpochOrder shortEnd(order, 4, true), full(order, 4, false);
  EXPECT_EQ(shortEnd.batches(), 3u);
  auto toVector = [](std::span<const uint64_t> samples) {
    return std::vector<uint64_t>(samples.begin(), samples.end());
  };
  EXPECT_EQ(toVector(shortEnd[2]), (std::vector<uint64_t>{8, 9}));
  EXPECT_EQ(toVector(full[1]), (std::vector<uint64_t>{4, 5, 6, 7}));
  EXPECT_EQ(toVector(full[2]), (std::vector<uint64_t>{8, 9, 0, 1}));
  EpochOrder tiny({3, 5}, 4, false);
  EXPECT_EQ(toVector(tiny[0]), (std::vector<uint64_t>{3, 5, 3, 5}));
}

//===----------------------------------------------------------------------===//
// Safetensors and npz
//===----------------------------------------------------------------------===//

TEST_F(TrainFiles, SafetensorsComeBackAsTheyWere) {
  float weights[] = {1, -2, 0.5f};
  int64_t step = -7;
  std::vector<TensorView> tensors = {
      {"a \"quoted\" name",
       MLCC_F32,
       {3, 1},
       {reinterpret_cast<uint8_t *>(weights), sizeof(weights)}},
      {"empty", MLCC_BOOL, {0, 5}, {}},
      {"step", MLCC_I64, {}, {reinterpret_cast<uint8_t *>(&step), 8}}};
  writeSafetensors(path("x.safetensors"), tensors,
                   {{"key", "va\nlue \xc3\xa9"}});
  std::string text = read("x.safetensors");
  Safetensors file = readSafetensors(asBytes(text), "x");
  EXPECT_EQ(file.metadata, (Metadata{{"key", "va\nlue \xc3\xa9"}}));
  ASSERT_EQ(file.tensors.size(), 3u);
  for (const TensorView &tensor : tensors) {
    const TensorView *found = file.find(tensor.name);
    ASSERT_NE(found, nullptr) << tensor.name;
    EXPECT_EQ(found->type, tensor.type);
    EXPECT_EQ(found->dims, tensor.dims);
    EXPECT_TRUE(std::ranges::equal(found->bytes, tensor.bytes));
  }
  EXPECT_EQ(file.find("none"), nullptr);
}

/// A file of a header and data.
std::string safetensors(const std::string &header, const std::string &data) {
  uint64_t length = header.size();
  return std::string(reinterpret_cast<char *>(&length), 8) + header + data;
}

TEST(Safetensors, ThoseOfOthersAreRead) {
  std::string file = safetensors(
      R"({"w":{"dtype":"F16","shape":[2],"data_offsets":[0,4]},"__metadata__":{"by":"hand"}}  )",
      "abcd");
  Safetensors read = readSafetensors(asBytes(file), "x");
  ASSERT_EQ(read.tensors.size(), 1u);
  EXPECT_EQ(read.tensors[0].type, MLCC_F16);
  EXPECT_EQ(read.metadata["by"], "hand");
}

TEST(Safetensors, DamagedOnesAreRefused) {
  auto entry = [](const std::string &text) {
    return safetensors("{\"w\":" + text + "}", "abcd");
  };
  for (
      const std::string &file :
      {std::string("abc"), safetensors("{", ""), safetensors("[]", ""),
       std::string("\xff\xff\xff\xff\xff\xff\xff\x7f{}", 10),
       entry(R"({"dtype":"F32","shape":[1]})"),
       entry(R"({"dtype":"F32","shape":[2],"data_offsets":[0,4]})"),
       entry(R"({"dtype":"F32","shape":[-1],"data_offsets":[0,4]})"),
       entry(R"({"dtype":"F32","shape":[1],"data_offsets":[4,8]})"),
       entry(R"({"dtype":"F32","shape":[1],"data_offsets":[4,0]})"),
       entry(R"({"dtype":"F32","shape":[1.5],"data_offsets":[0,4]})"),
       entry(R"({"dtype":7,"shape":[1],"data_offsets":[0,4]})"),
       entry(R"({"dtype":"F32","shape":[1],"data_offsets":[0,4,8]})"),
       entry(
           R"({"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]})"),
       entry("5")})
    expectCode(RuntimeErrorCode::MalformedFile, "x",
               [&] { readSafetensors(asBytes(file), "x"); });
  expectCode(RuntimeErrorCode::UnsupportedFile, "F8_E4M3", [&] {
    readSafetensors(
        asBytes(
            entry(R"({"dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4]})")),
        "x");
  });
}

TEST_F(TrainFiles, NpzComesBackAsItWas) {
  float weights[] = {1, -2, 0.5f, 4};
  uint8_t flags[] = {1, 0, 1};
  writeNpz(path("x.npz"),
           {{"layer/weight",
             MLCC_F32,
             {2, 2},
             {reinterpret_cast<uint8_t *>(weights), sizeof(weights)}},
            {"flags", MLCC_U8, {3}, {flags, sizeof(flags)}}});
  std::string text = read("x.npz");
  auto arrays = readNpz(asBytes(text), "x.npz");
  ASSERT_EQ(arrays.size(), 2u);
  EXPECT_EQ(arrays[0].first, "layer/weight");
  EXPECT_EQ(arrays[0].second.dims, (std::vector<int64_t>{2, 2}));
  EXPECT_EQ(arrays[0].second.at(2), 0.5);
  EXPECT_EQ(arrays[1].first, "flags");
  EXPECT_EQ(arrays[1].second.at(2), 1);
}

//===----------------------------------------------------------------------===//
// Data
//===----------------------------------------------------------------------===//

TEST_F(TrainFiles, CsvColumnsGoToInputsByNameThenInOrder) {
  DataFunction function;
  function.add("y", MLCC_I64, {4});
  function.add("x", MLCC_F32, {4, 2});
  std::string file = write("a.csv", "\xef\xbb\xbfwidth, y ,\"height, cm\"\r\n"
                                    "1.5,no,2\r\n\r\n-3e1,yes,+4\n0,no,1");
  Dataset data =
      readDataset(filesOf({file}), function.get(), DataPurpose::Train);
  EXPECT_EQ(data.classes, (std::vector<std::string>{"no", "yes"}));
  Feeder feeder(function.get(), data, {}, 1);
  EXPECT_EQ(feeder.samples(), 3u);
  std::vector<uint64_t> samples = {1, 2, 0};
  feeder.fill(samples);
  auto *y = static_cast<const int64_t *>(feeder.inputs()[0]);
  auto *x = static_cast<const float *>(feeder.inputs()[1]);
  EXPECT_EQ(std::vector<int64_t>(y, y + 4), (std::vector<int64_t>{1, 0, 0, 1}));
  EXPECT_EQ(std::vector<float>(x, x + 8),
            (std::vector<float>{-30, 4, 0, 1, 1.5f, 2, -30, 4}));
}

TEST_F(TrainFiles, BadCsvIsExplained) {
  DataFunction function;
  function.add("x", MLCC_F32, {4, 2});
  function.add("y", MLCC_I64, {4});
  struct Case {
    RuntimeErrorCode code;
    const char *text, *part;
  };
  for (const Case &c :
       {Case{RuntimeErrorCode::MalformedFile, "1,2,3\n1,2\n", "line 2 has 2"},
        Case{RuntimeErrorCode::MalformedFile, "a,b,c\n1,\"2,3\n",
             "a quote on line 2"},
        Case{RuntimeErrorCode::WrongData, "1,2\n3,4\n", "1 more"},
        Case{RuntimeErrorCode::WrongData, "1,2,3,4\n", "'3' is left over"},
        Case{RuntimeErrorCode::InvalidData, "a,b,c\n1,2,0\n1,,0\n",
             "line 3, column 'b': the value is missing"},
        Case{RuntimeErrorCode::InvalidData, "1,nan,0\n", "not finite in 'x'"},
        Case{RuntimeErrorCode::InvalidData, "1,2,0.5\n", "whole numbers"}}) {
    std::string file = write("bad.csv", c.text);
    expectCode(c.code, c.part, [&] {
      Feeder(function.get(),
             readDataset(filesOf({file}), function.get(), DataPurpose::Train),
             {}, 1);
    });
  }
}

TEST_F(TrainFiles, IdxIsReadPackedAndNot) {
  std::string images("\0\0\x08\x03\0\0\0\2\0\0\0\2\0\0\0\2"
                     "\0\xff\x33\x66\1\2\3\4",
                     24);
  std::string labels("\0\0\x0c\x01\0\0\0\2\0\0\0\7\0\0\0\1", 16);
  // gzip -n of `images`, a name added.
  std::string packed("\x1f\x8b\x08\x08\0\0\0\0\0\3n\0", 12);
  packed += '\1';
  packed += std::string("\x18\0\xe7\xff", 4) + images +
            std::string("\0\0\0\0\x18\0\0\0", 8);
  DataFunction function;
  function.add("x", MLCC_F32, {4, 1, 2, 2});
  function.add("y", MLCC_U8, {4});
  for (const std::string &first :
       {write("images", images), write("images.gz", packed)}) {
    Dataset data =
        readDataset(filesOf({"x=" + first, "y=" + write("labels", labels)}),
                    function.get(), DataPurpose::Train);
    Feeder feeder(function.get(), data, {}, 1);
    std::vector<uint64_t> samples = {0, 1};
    feeder.fill(samples);
    auto *x = static_cast<const float *>(feeder.inputs()[0]);
    auto *y = static_cast<const uint8_t *>(feeder.inputs()[1]);
    EXPECT_FLOAT_EQ(x[1], 1);
    EXPECT_FLOAT_EQ(x[2], 0.2f);
    EXPECT_FLOAT_EQ(x[7], 4 / 255.0f);
    EXPECT_EQ(y[0], 7);
    EXPECT_EQ(y[1], 1);
  }
  for (size_t size : {2u, 7u, 15u, 20u}) {
    std::string cut = images.substr(0, size);
    expectCode(RuntimeErrorCode::MalformedFile, "x",
               [&] { readIdx(asBytes(cut), "x"); });
  }
  for (size_t size : {3u, 12u, 18u, 30u}) {
    std::string cut = packed.substr(0, size);
    expectCode(RuntimeErrorCode::MalformedFile, "gzip",
               [&] { readGzip(asBytes(cut), "x"); });
  }
}

TEST_F(TrainFiles, TextsBecomeWindows) {
  DataFunction function;
  mlcc_tensor_info &tokens = function.add("tokens", MLCC_I64, {4, 3});
  tokens.lower = 0;
  tokens.upper = 256;
  function.add("next", MLCC_I64, {4, 3});
  std::string file = write("a.txt", "abcdefgh");
  Dataset data =
      readDataset(filesOf({file}), function.get(), DataPurpose::Train);
  Feeder feeder(function.get(), data, {}, 1);
  ASSERT_EQ(feeder.samples(), 2u);
  std::vector<uint64_t> samples = {1};
  feeder.fill(samples);
  auto *x = static_cast<const int64_t *>(feeder.inputs()[0]);
  auto *y = static_cast<const int64_t *>(feeder.inputs()[1]);
  EXPECT_EQ(std::vector<int64_t>(x, x + 3),
            (std::vector<int64_t>{'d', 'e', 'f'}));
  EXPECT_EQ(std::vector<int64_t>(y, y + 3),
            (std::vector<int64_t>{'e', 'f', 'g'}));

  file = write("b.txt", "na\xc3\xafve an");
  DataOptions options = filesOf({file});
  options.vocabulary = "char";
  data = readDataset(options, function.get(), DataPurpose::Train);
  EXPECT_EQ(data.vocabulary,
            (std::vector<std::string>{" ", "a", "e", "n", "v", "\xc3\xaf"}));
  EXPECT_EQ(data.columns[0].at(0, 0), 3);
  EXPECT_EQ(data.columns[1].at(0, 1), 5);

  options.knownVocabulary = {" ", "a", "n"};
  expectCode(RuntimeErrorCode::InvalidData, "character 2",
             [&] { readDataset(options, function.get(), DataPurpose::Train); });
  options.files = {write("c.txt", "\xff\xfe")};
  expectCode(RuntimeErrorCode::MalformedFile, "UTF-8",
             [&] { readDataset(options, function.get(), DataPurpose::Train); });
  options.files = {write("d.txt", "nan")};
  expectCode(RuntimeErrorCode::WrongData, "one sample needs 4",
             [&] { readDataset(options, function.get(), DataPurpose::Train); });
}

TEST_F(TrainFiles, FoldersOfPicturesHaveTheirClassesAsLabels) {
  write("p/dog/1.png", makePng(2, 2, 1, File{0, 255, 51, 102}));
  write("p/cat/a.png", makePng(2, 2, 1, File{255, 255, 255, 255}));
  write("p/cat/b.png", makePng(4, 4, 1, File(16, 0)));
  DataFunction function;
  function.add("image", MLCC_F32, {4, 1, 2, 2});
  function.add("label", MLCC_I32, {4});
  Dataset data =
      readDataset(filesOf({path("p")}), function.get(), DataPurpose::Train);
  EXPECT_EQ(data.classes, (std::vector<std::string>{"cat", "dog"}));
  Feeder feeder(function.get(), data, {}, 1);
  EXPECT_EQ(feeder.samples(), 3u);
  std::vector<uint64_t> samples = {2, 0, 1};
  feeder.fill(samples);
  auto *x = static_cast<const float *>(feeder.inputs()[0]);
  auto *y = static_cast<const int32_t *>(feeder.inputs()[1]);
  EXPECT_FLOAT_EQ(x[2], 0.2f);
  EXPECT_FLOAT_EQ(x[4], 1);
  EXPECT_FLOAT_EQ(x[8], 0);
  EXPECT_EQ(std::vector<int32_t>(y, y + 3), (std::vector<int32_t>{1, 0, 0}));
  write("p/stray.png", makePng(2, 2, 1, File(4, 0)));
  expectCode(RuntimeErrorCode::WrongData, "beside", [&] {
    readDataset(filesOf({path("p")}), function.get(), DataPurpose::Train);
  });
}

TEST_F(TrainFiles, ArchivesHavePartsForEachPurpose) {
  auto npy = [](const std::vector<float> &values) {
    return makeNpy("{'descr': '<f4', 'fortran_order': False, 'shape': (" +
                       std::to_string(values.size()) + ",)}",
                   bytesOf(values));
  };
  std::string file =
      write("a.npz", makeZip({{"x_train.npy", npy({1, 2, 3}), false},
                              {"x_test.npy", npy({4, 5}), true},
                              {"other.npy", npy({6}), false}}));
  DataFunction function;
  function.add("x", MLCC_F32, {4});
  auto samplesFor = [&](std::string argument, DataPurpose purpose) {
    Dataset data =
        readDataset(filesOf({std::move(argument)}), function.get(), purpose);
    return Feeder(function.get(), data, {}, 1).samples();
  };
  EXPECT_EQ(samplesFor(file, DataPurpose::Train), 3u);
  EXPECT_EQ(samplesFor(file, DataPurpose::Evaluate), 2u);
  EXPECT_EQ(samplesFor("x=" + file, DataPurpose::Train), 3u);
  EXPECT_EQ(samplesFor("x=" + file + ":other", DataPurpose::Train), 1u);
  EXPECT_TRUE(
      hasPartFor(filesOf({file}), function.get(), DataPurpose::Validation));
  expectCode(RuntimeErrorCode::MissingData, "no array 'z'",
             [&] { samplesFor("x=" + file + ":z", DataPurpose::Train); });
}

TEST_F(TrainFiles, BadDataIsFoundBeforeTheFirstStep) {
  auto floats = [](const std::string &shape, std::vector<float> values) {
    return makeNpy("{'descr': '<f4', 'fortran_order': False, 'shape': (" +
                       shape + ")}",
                   bytesOf(values));
  };
  auto labels = [](std::vector<int64_t> values) {
    return makeNpy("{'descr': '<i8', 'fortran_order': False, 'shape': (" +
                       std::to_string(values.size()) + ",)}",
                   bytesOf(values));
  };
  DataFunction function;
  function.add("x", MLCC_F32, {4, 2});
  mlcc_tensor_info &y = function.add("y", MLCC_I64, {4});
  y.lower = 0;
  y.upper = 3;
  std::string good = write("x.npy", floats("2, 2", {1, 2, 3, 4}));
  struct Case {
    RuntimeErrorCode code;
    std::string x, y, part;
  };
  for (const Case &c : {
           Case{RuntimeErrorCode::InvalidData, good,
                write("y1.npy", labels({0, 3})),
                "sample 1 (counted from 0) has 3 in 'y', which must be from 0 "
                "to 2"},
           Case{RuntimeErrorCode::InvalidData, good,
                write("y2.npy", labels({-1, 2})), "sample 0"},
           Case{RuntimeErrorCode::InvalidData,
                write("x1.npy", floats("2, 2", {1, 2, NAN, 4})),
                write("y3.npy", labels({0, 1})), "sample 1"},
           Case{RuntimeErrorCode::WrongData,
                write("x2.npy", floats("2, 3", {1, 2, 3, 4, 5, 6})),
                write("y4.npy", labels({0, 1})), "needs f32 2"},
           Case{RuntimeErrorCode::WrongData, good,
                write("y5.npy", labels({0, 1, 2})), "has 3 samples"},
           Case{RuntimeErrorCode::CannotReadFile, good, path("none.npy"),
                "none.npy"},
           Case{RuntimeErrorCode::UnsupportedData, good,
                write("y.doc", "some text"), "not a kind of data"},
           Case{RuntimeErrorCode::MissingData,
                write("x3.npy", floats("0, 2", {})),
                write("y6.npy", labels({})), "no samples"},
       })
    expectCode(c.code, c.part, [&] {
      Feeder(function.get(),
             readDataset(filesOf({"x=" + c.x, "y=" + c.y}), function.get(),
                         DataPurpose::Train),
             {}, 1);
    });
  expectCode(RuntimeErrorCode::MissingData, "needs data for 'y' (i64 4)", [&] {
    Feeder(
        function.get(),
        readDataset(filesOf({"x=" + good}), function.get(), DataPurpose::Train),
        {}, 1);
  });
}

TEST(Feeder, FillsCountsSeedsAndScalars) {
  DataFunction function;
  function.add("sample_count", MLCC_I64, {});
  function.add("seed", MLCC_I64, {});
  function.add("temperature", MLCC_F32, {});
  function.add("x", MLCC_F32, {4});
  Array array = makeArray(MLCC_F32, {6}, "x");
  for (int i = 0; i < 6; ++i)
    storeElement(MLCC_F32, array.data.data() + 4 * i, i);
  Dataset data;
  data.columns.push_back(makeColumn("", "x.npy", std::move(array)));
  Feeder feeder(function.get(), data, {{"temperature", 0.5}},
                uint64_t(1) << 60);
  EXPECT_TRUE(feeder.countsSamples());
  EXPECT_EQ(feeder.batch(), 4u);
  std::vector<uint64_t> samples = {5, 2};
  feeder.fill(samples);
  EXPECT_EQ(*static_cast<const int64_t *>(feeder.inputs()[0]), 2);
  EXPECT_EQ(*static_cast<const int64_t *>(feeder.inputs()[1]), int64_t(1)
                                                                   << 60);
  EXPECT_EQ(*static_cast<const float *>(feeder.inputs()[2]), 0.5f);
  auto *x = static_cast<const float *>(feeder.inputs()[3]);
  EXPECT_EQ(std::vector<float>(x, x + 4), (std::vector<float>{5, 2, 5, 2}));
}

//===----------------------------------------------------------------------===//
// Logs
//===----------------------------------------------------------------------===//

LogEntry entryOf(uint64_t step, double loss, bool validation = false) {
  return {validation, 1 + step / 10, step, 0.25, {{"loss", loss}}};
}

TEST_F(TrainFiles, LogsGoOnWhereTheRunGoesOn) {
  for (const char *name : {"a.csv", "a.jsonl"}) {
    {
      auto log = openLog(path(name), {"loss", "accuracy"}, {});
      for (uint64_t step = 1; step <= 5; ++step)
        log->write(entryOf(step, static_cast<double>(step) / 2));
      log->write(entryOf(5, 2.25, true));
    }
    std::string before = read(name);
    std::string cut = before;
    cut.resize(cut.size() - 3); // as if the program had been killed
    write(name, cut);
    {
      auto log = openLog(path(name), {"loss", "accuracy"}, {3, true});
      for (uint64_t step = 4; step <= 5; ++step)
        log->write(entryOf(step, static_cast<double>(step) / 2));
      log->write(entryOf(5, 2.25, true));
    }
    EXPECT_EQ(read(name), before);
  }
  EXPECT_TRUE(read("a.csv").starts_with("split,epoch,step,seconds,loss,"
                                        "accuracy\ntrain,1,1,0.25,0.5,\n"))
      << read("a.csv");
  EXPECT_NE(read("a.jsonl").find("{\"split\": \"validation\", \"epoch\": 1, "
                                 "\"step\": 5, \"seconds\": 0.25, \"loss\": "
                                 "2.25}\n"),
            std::string::npos);
  std::vector<LogEntry> entries = readCsvLog(path("a.csv"), {4, true});
  ASSERT_EQ(entries.size(), 4u);
  EXPECT_EQ(*entries[3].find("loss"), 2);
  EXPECT_EQ(entries[3].find("accuracy"), nullptr);
}

TEST_F(TrainFiles, AValidationThatIsDoneAgainIsLoggedOnce) {
  for (const char *name : {"a.csv", "a.jsonl"})
    for (bool validated : {false, true}) {
      {
        auto log = openLog(path(name), {"loss"}, {});
        log->write(entryOf(1, 2));
        log->write(entryOf(1, 3, true));
        log->write(entryOf(2, 1));
      }
      openLog(path(name), {"loss"}, {1, validated});
      EXPECT_EQ(read(name).find("validation") != std::string::npos, validated);
      EXPECT_NE(read(name).find("train"), std::string::npos);
    }
}

TEST_F(TrainFiles, ReportsDrawEveryValue) {
  std::vector<LogEntry> entries;
  for (uint64_t step = 1; step <= 2000; ++step)
    entries.push_back(entryOf(step, 1.0 / static_cast<double>(step)));
  entries.push_back(entryOf(2000, 0.5, true));
  entries.push_back(entryOf(2001, NAN));
  writeReport(path("a.svg"), "a < b", entries);
  writeReport(path("a.html"), "a < b", entries);
  EXPECT_TRUE(read("a.svg").starts_with("<svg "));
  EXPECT_EQ(read("a.svg").find("nan"), std::string::npos);
  EXPECT_LT(read("a.svg").size(), 60000u) << "long curves are thinned";
  std::string html = read("a.html");
  for (const char *part : {"<h1>a &lt; b</h1>", "class=\"smooth\"",
                           "class=\"validation\"", "<td>201</td>"})
    EXPECT_NE(html.find(part), std::string::npos) << part;
  writeReport(path("empty.svg"), "", {});
}

} // namespace
