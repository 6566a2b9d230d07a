//===- FilesTest.cpp - Tests of the readers of data files -----------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SampleFiles.h"
#include "runtime/cli/file.h"
#include "runtime/cli/inputs.h"
#include "runtime/cli/npy.h"
#include "runtime/cli/picture.h"
#include "runtime/cli/stb.h"
#include "runtime/cli/tensor_proto.h"
#include "runtime/cli/text.h"
#include "runtime/cli/wav.h"
#include "runtime/src/errors.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <filesystem>
#include <functional>
#include <limits>

using namespace mlcc;
using namespace mlcc::cli;
using namespace mlcc::test;

namespace {

using Values = std::vector<double>;

Values valuesOf(const Array &array) {
  Values values;
  for (uint64_t i = 0; i < array.elements(); ++i)
    values.push_back(array.at(i));
  return values;
}

/// The code of the error that `body` throws.
RuntimeErrorCode failure(const std::function<void()> &body) {
  try {
    body();
  } catch (const RuntimeError &error) {
    return error.code();
  }
  ADD_FAILURE() << "no error";
  return RuntimeErrorCode::RuntimeInternal;
}

//===----------------------------------------------------------------------===//
// .npy
//===----------------------------------------------------------------------===//

TEST(Npy, ReadsEveryType) {
  struct Case {
    const char *code;
    mlcc_type type;
    std::string data;
    Values values;
  };
  Case cases[] = {
      {"<f4", MLCC_F32, bytesOf<float>({1.5f, -2}), {1.5, -2}},
      {"<f8", MLCC_F64, bytesOf<double>({1e300, 0}), {1e300, 0}},
      {"<f2", MLCC_F16, bytesOf<uint16_t>({0x3c00, 0xc000}), {1, -2}},
      {"<V2", MLCC_BF16, bytesOf<uint16_t>({0x3f80, 0xc000}), {1, -2}},
      {"|i1", MLCC_I8, bytesOf<int8_t>({-128, 127}), {-128, 127}},
      {"|u1", MLCC_U8, bytesOf<uint8_t>({0, 255}), {0, 255}},
      {"<i2", MLCC_I16, bytesOf<int16_t>({-3, 4}), {-3, 4}},
      {"<u2", MLCC_U16, bytesOf<uint16_t>({3, 65535}), {3, 65535}},
      {"<i4", MLCC_I32, bytesOf<int32_t>({-5, 6}), {-5, 6}},
      {"<u4", MLCC_U32, bytesOf<uint32_t>({5, ~0u}), {5, 4294967295.0}},
      {"<i8", MLCC_I64, bytesOf<int64_t>({-7, 8}), {-7, 8}},
      {"<u8", MLCC_U64, bytesOf<uint64_t>({7, 8}), {7, 8}},
      {"|b1", MLCC_BOOL, std::string("\x00\x01", 2), {0, 1}}};
  for (const Case &c : cases) {
    Array array =
        readNpy(makeNpy(std::string("{'descr': '") + c.code +
                            "', 'fortran_order': False, 'shape': (2,), }\n",
                        c.data),
                "x.npy");
    EXPECT_EQ(array.type, c.type) << c.code;
    EXPECT_EQ(array.dims, std::vector<int64_t>{2}) << c.code;
    EXPECT_EQ(valuesOf(array), c.values) << c.code;
  }
}

TEST(Npy, ReadsEveryVersionOrderAndSpelling) {
  std::string numbers = bytesOf<int16_t>({1, 2, 3, 4, 5, 6});
  for (int version : {1, 2, 3}) {
    Array array = readNpy(makeNpy("{\"shape\":(2,3),\"fortran_order\":False,"
                                  "\"descr\":\"<i2\"}",
                                  numbers, version),
                          "x.npy");
    EXPECT_EQ(array.dims, (std::vector<int64_t>{2, 3}));
    EXPECT_EQ(valuesOf(array), (Values{1, 2, 3, 4, 5, 6}));
  }
  Array columns = readNpy(
      makeNpy("{'descr': '<i2', 'fortran_order': True, 'shape': (3, 2)}",
              numbers),
      "x.npy");
  EXPECT_EQ(valuesOf(columns), (Values{1, 4, 2, 5, 3, 6}));
  Array big =
      readNpy(makeNpy("{'descr': '>i2', 'fortran_order': False, 'shape': (1,)}",
                      std::string("\x01\x02", 2)),
              "x.npy");
  EXPECT_EQ(valuesOf(big), Values{258});
  Array scalar =
      readNpy(makeNpy("{'descr': '<i2', 'fortran_order': False, 'shape': ()}",
                      bytesOf<int16_t>({9})),
              "x.npy");
  EXPECT_EQ(scalar.describe(), "i16 scalar");
  Array empty = readNpy(
      makeNpy("{'descr': '<i2', 'fortran_order': True, 'shape': (3, 0)}", ""),
      "x.npy");
  EXPECT_EQ(empty.elements(), 0u);
}

TEST(Npy, ReadsWhatItWrites) {
  for (std::vector<int64_t> dims :
       {std::vector<int64_t>{}, {5}, {2, 3}, {1, 2, 3, 4}}) {
    Array array = makeArray(MLCC_F32, dims, "x");
    for (uint64_t i = 0; i < array.elements(); ++i)
      storeElement(MLCC_F32, array.data.data() + 4 * i, 0.5 * i);
    std::string header = npyHeader(MLCC_F32, dims);
    EXPECT_EQ(header.size() % 64, 0u);
    File file = toFile(header);
    file.insert(file.end(), array.data.data(),
                array.data.data() + array.data.size());
    Array copy = readNpy(file, "x.npy");
    EXPECT_EQ(copy.describe(), array.describe());
    EXPECT_EQ(valuesOf(copy), valuesOf(array));
  }
}

TEST(Npy, RefusesWhatItCannotRead) {
  auto code = [](const File &file) {
    return failure([&] { readNpy(file, "x.npy"); });
  };
  auto malformed = RuntimeErrorCode::MalformedFile;
  auto unsupported = RuntimeErrorCode::UnsupportedFile;
  std::string four = "1234";
  EXPECT_EQ(code({}), malformed);
  EXPECT_EQ(code(toFile("no array")), malformed);
  EXPECT_EQ(code(makeNpy("{'descr': '<f4', 'fortran_order': False, "
                         "'shape': (2,)}",
                         four)),
            malformed);
  EXPECT_EQ(code(makeNpy("{'descr': '<f4', 'fortran_order': False, "
                         "'shape': (1,)}",
                         four + "5")),
            malformed);
  EXPECT_EQ(code(makeNpy("{'descr': '<f4', 'fortran_order': False}", four)),
            malformed);
  EXPECT_EQ(code(makeNpy("{'descr': '<f4', 'fortran_order': Maybe, "
                         "'shape': (1,)}",
                         four)),
            malformed);
  for (const char *shape :
       {"(-1,)", "(4611686018427387904, 4)", "(99999999999999999999,)",
        "(0, -4)", "(1", "1", "(1,,)", "(1)x"})
    EXPECT_EQ(code(makeNpy(std::string("{'descr': '<f4', 'fortran_order': "
                                       "False, 'shape': ") +
                               shape + "}",
                           four)),
              malformed)
        << shape;
  for (const char *type : {"'<c8'", "'<U3'", "'|O'", "[('a', '<f4')]", "''"})
    EXPECT_EQ(code(makeNpy(std::string("{'descr': ") + type +
                               ", 'fortran_order': False, 'shape': (1,)}",
                           four)),
              unsupported)
        << type;
  EXPECT_EQ(code(makeNpy("{}", "", 9)), unsupported);
}

//===----------------------------------------------------------------------===//
// .npz
//===----------------------------------------------------------------------===//

File someNpy(float first) {
  std::vector<float> values(1000, first);
  values[1] = 7;
  return makeNpy("{'descr': '<f4', 'fortran_order': False, 'shape': (1000,)}",
                 bytesOf(values));
}

TEST(Npz, ReadsStoredAndDeflatedMembers) {
  for (bool zip64 : {false, true}) {
    File archive = makeZip({{"a.npy", someNpy(1), false},
                            {"folder/b.npy", someNpy(2), true},
                            {"c", someNpy(3), true}},
                           zip64);
    auto arrays = readNpz(archive, "x.npz");
    ASSERT_EQ(arrays.size(), 3u);
    EXPECT_EQ(arrays[0].first, "a");
    EXPECT_EQ(arrays[1].first, "folder/b");
    EXPECT_EQ(arrays[2].first, "c");
    for (int i = 0; i < 3; ++i) {
      EXPECT_EQ(arrays[i].second.at(0), i + 1);
      EXPECT_EQ(arrays[i].second.at(1), 7);
      EXPECT_EQ(arrays[i].second.at(999), i + 1);
    }
  }
  EXPECT_TRUE(readNpz(makeZip({}), "x.npz").empty());
}

TEST(Npz, ChecksTheChecksum) {
  File archive = makeZip({{"a.npy", someNpy(1), false}});
  archive[500] ^= 1;
  EXPECT_EQ(failure([&] { readNpz(archive, "x.npz"); }),
            RuntimeErrorCode::MalformedFile);
}

TEST(Npz, RefusesSizesThatNoCompressionReaches) {
  // 4 GB from a few bytes: refused before the memory is asked for.
  File archive = makeZip({{"a.npy", someNpy(1), true}});
  size_t directory = archive.size() - 22 - 46 - 5;
  for (int i = 0; i < 4; ++i)
    archive[directory + 24 + i] = 0xf0;
  EXPECT_EQ(failure([&] { readNpz(archive, "x.npz"); }),
            RuntimeErrorCode::MalformedFile);
}

//===----------------------------------------------------------------------===//
// TensorProto
//===----------------------------------------------------------------------===//

TEST(TensorProto, ReadsRawAndTypedData) {
  File head = protoVarint(1, 2) + protoVarint(1, 1) + protoBytes(8, "name");
  std::string floats = bytesOf<float>({1.5f, -2});
  File samples[] = {head + protoVarint(2, 1) + protoBytes(9, floats),
                    head + protoVarint(2, 1) + protoBytes(4, floats),
                    protoBytes(4, floats.substr(0, 4)) + protoVarint(2, 1) +
                        head + File{4 << 3 | 5} + toFile(floats.substr(4))};
  for (const File &sample : samples) {
    NamedArray named = readTensorProto(sample, "x.pb");
    EXPECT_EQ(named.name, "name");
    EXPECT_EQ(named.array.describe(), "f32 2x1");
    EXPECT_EQ(valuesOf(named.array), (Values{1.5, -2}));
  }
}

TEST(TensorProto, ReadsEveryType) {
  uint64_t minusTwo = static_cast<uint64_t>(-2);
  struct Case {
    int type, field;
    std::vector<uint64_t> numbers;
    const char *description;
    Values values;
  };
  for (const Case &c : {Case{2, 5, {3, 255}, "u8 2", {3, 255}},
                        {3, 5, {3, minusTwo}, "i8 2", {3, -2}},
                        {4, 5, {3, 65535}, "u16 2", {3, 65535}},
                        {5, 5, {3, minusTwo}, "i16 2", {3, -2}},
                        {6, 5, {3, minusTwo}, "i32 2", {3, -2}},
                        {7, 7, {3, minusTwo}, "i64 2", {3, -2}},
                        {9, 5, {0, 1}, "bool 2", {0, 1}},
                        {10, 5, {0x3c00, 0xc000}, "f16 2", {1, -2}},
                        {12, 11, {3, 4294967295}, "u32 2", {3, 4294967295.0}},
                        {13, 11, {3, 4}, "u64 2", {3, 4}},
                        {16, 5, {0x3f80, 0xc000}, "bf16 2", {1, -2}}}) {
    File file = protoVarint(1, 2) + protoVarint(2, c.type);
    for (uint64_t number : c.numbers)
      file = file + protoVarint(c.field, number);
    Array array = readTensorProto(file, "x.pb").array;
    EXPECT_EQ(array.describe(), c.description);
    EXPECT_EQ(valuesOf(array), c.values);
  }
  File doubles = protoVarint(1, 1) + protoVarint(2, 11) +
                 protoBytes(10, bytesOf<double>({2.5}));
  EXPECT_EQ(valuesOf(readTensorProto(doubles, "x.pb").array), Values{2.5});
}

TEST(TensorProto, RefusesWhatItCannotRead) {
  auto code = [](const File &file) {
    return failure([&] { readTensorProto(file, "x.pb"); });
  };
  auto malformed = RuntimeErrorCode::MalformedFile;
  auto unsupported = RuntimeErrorCode::UnsupportedFile;
  File floatType = protoVarint(2, 1);
  EXPECT_EQ(code({}), unsupported); // type 0
  EXPECT_EQ(code(protoVarint(2, 8)), unsupported);
  EXPECT_EQ(code(protoVarint(2, 1000000)), unsupported);
  EXPECT_EQ(code(floatType + protoVarint(14, 1)), unsupported);
  EXPECT_EQ(code(floatType + protoBytes(13, "")), unsupported);
  EXPECT_EQ(code(floatType), malformed); // a scalar without its value
  EXPECT_EQ(code(floatType + protoVarint(1, static_cast<uint64_t>(-1))),
            malformed);
  EXPECT_EQ(
      code(floatType + protoVarint(1, 1ull << 62) + protoVarint(1, 1ull << 62)),
      malformed);
  EXPECT_EQ(code(floatType + protoBytes(9, "12345")), malformed);
  EXPECT_EQ(code(floatType + protoBytes(4, "123")), malformed);
  EXPECT_EQ(code(floatType + protoVarint(9, 1)), malformed);
  EXPECT_EQ(code(floatType + File{0x07}), malformed);
  EXPECT_EQ(code(floatType + File(12, 0xff)), malformed);
  EXPECT_EQ(code(floatType + File{9 << 3 | 2, 0xff, 0xff, 0x7f}), malformed);
}

//===----------------------------------------------------------------------===//
// Pictures
//===----------------------------------------------------------------------===//

/// A picture whose left half is red and right half blue.
File halves(int width, int height) {
  File pixels;
  for (int row = 0; row < height; ++row)
    for (int column = 0; column < width; ++column) {
      bool left = column < width / 2;
      for (int value : {left ? 255 : 0, 0, left ? 0 : 255})
        pixels.push_back(static_cast<uint8_t>(value));
    }
  return pixels;
}

mlcc_tensor_info describe(mlcc_type type, const std::vector<int64_t> &dims) {
  return {"picture",
          type,
          static_cast<int32_t>(dims.size()),
          dims.data(),
          *tensorBytes(type, dims),
          nullptr,
          0,
          0};
}

TEST(Picture, FillsInputsOfEveryLayout) {
  File png = makePng(8, 4, 3, halves(8, 4));
  for (std::vector<int64_t> dims :
       {std::vector<int64_t>{1, 3, 4, 8}, {3, 4, 8}, {1, 4, 8, 3}, {4, 8, 3}}) {
    bool planar = dims[dims.size() - 3] == 3;
    Array array = readPicture(png, describe(MLCC_F32, dims), {}, "x.png");
    auto at = [&](int channel, int row, int column) {
      return array.at(planar ? channel * 32 + row * 8 + column
                             : (row * 8 + column) * 3 + channel);
    };
    EXPECT_EQ(at(0, 3, 0), 1);
    EXPECT_EQ(at(2, 3, 0), 0);
    EXPECT_EQ(at(0, 0, 7), 0);
    EXPECT_EQ(at(2, 0, 7), 1);
    EXPECT_EQ(at(1, 2, 2), 0);
  }
}

TEST(Picture, AppliesTheOptions) {
  File png = makePng(8, 4, 3, halves(8, 4));
  std::vector<int64_t> dims = {1, 3, 4, 8};
  PictureOptions options;
  options.scale = 1;
  options.mean = {100, 10, 1};
  options.std = {2, 5, 1};
  options.bgr = true;
  Array array = readPicture(png, describe(MLCC_F32, dims), options, "x.png");
  EXPECT_EQ(array.at(0), -50);      // no blue on the left
  EXPECT_EQ(array.at(32), -2);      // no green
  EXPECT_EQ(array.at(64), 255 - 1); // red comes last
  EXPECT_EQ(array.at(7), (255 - 100) / 2.0);

  // Whole numbers keep the pixels' scale.
  EXPECT_EQ(readPicture(png, describe(MLCC_U8, dims), {}, "x.png").at(0), 255);

  // A grey input takes one channel; the middle of the picture is cut out.
  std::vector<int64_t> grey = {1, 1, 4, 4};
  options = {};
  options.crop = true;
  Array cropped = readPicture(png, describe(MLCC_F32, grey), options, "x.png");
  EXPECT_GT(cropped.at(0), cropped.at(3));
  EXPECT_EQ(cropped.at(0), cropped.at(1));
  EXPECT_EQ(cropped.at(2), cropped.at(3));
}

TEST(Picture, ResizesSmoothly) {
  File png = makePng(64, 64, 3, halves(64, 64));
  std::vector<int64_t> dims = {3, 5, 4};
  Array array = readPicture(png, describe(MLCC_F32, dims), {}, "x.png");
  for (int row = 0; row < 5; ++row) {
    EXPECT_NEAR(array.at(row * 4), 1, 0.02);
    EXPECT_NEAR(array.at(row * 4 + 3), 0, 0.02);
    EXPECT_GE(array.at(row * 4 + 1), array.at(row * 4 + 2));
  }
  std::vector<int64_t> large = {3, 300, 200};
  Array enlarged = readPicture(png, describe(MLCC_F32, large), {}, "x.png");
  EXPECT_NEAR(enlarged.at(0), 1, 0.02);
}

TEST(Picture, ResizesToAnyExtents) {
  for (int width : {1, 2, 3, 7, 64})
    for (int height : {1, 5, 33})
      for (int newWidth : {1, 3, 10, 100})
        for (int newHeight : {1, 4, 50}) {
          Pixels grey = {width, height, 1, {}};
          grey.values.resize(width * height, 77);
          Pixels result = resizePicture(grey, newWidth, newHeight);
          EXPECT_EQ(result.values, File(newWidth * newHeight, 77));
        }
  // Two pixels become three: the middle one is the mean of both.
  EXPECT_EQ(resizePicture({2, 1, 1, {0, 200}}, 3, 1).values,
            (File{0, 100, 200}));
  EXPECT_EQ(resizePicture({4, 1, 1, {0, 80, 160, 240}}, 1, 1).values,
            File{120});
}

TEST(Picture, DecodesJpeg) {
  File jpeg = makeJpeg(32, 32, 3, halves(32, 32));
  std::vector<int64_t> dims = {3, 32, 32};
  Array array = readPicture(jpeg, describe(MLCC_F32, dims), {}, "x.jpg");
  EXPECT_NEAR(array.at(16 * 32 + 4), 1, 0.1);
  EXPECT_NEAR(array.at(2 * 1024 + 16 * 32 + 28), 1, 0.1);
}

TEST(Inputs, WordsOf16BitsAreTheBitsOfBf16) {
  std::vector<int64_t> dims = {2};
  File file = makeNpy("{'descr': '<u2', 'fortran_order': False, 'shape': (2,)}",
                      bytesOf<uint16_t>({0x3f80, 0xc000}));
  Array array = readNpy(file, "x.npy");
  requireShape(describe(MLCC_BF16, dims), array, "x.npy");
  EXPECT_EQ(array.at(0), 1);
  EXPECT_EQ(array.at(1), -2);
  EXPECT_EQ(failure([&] {
              Array words = readNpy(file, "x.npy");
              requireShape(describe(MLCC_F16, dims), words, "x.npy");
            }),
            RuntimeErrorCode::WrongShape);
}

TEST(Picture, RefusesInputsThatAreNotPictures) {
  File png = makePng(2, 2, 3, halves(2, 2));
  for (std::vector<int64_t> dims : {std::vector<int64_t>{},
                                    {10},
                                    {2, 3, 4, 4},
                                    {1, 7, 8, 9},
                                    {3, 0, 4},
                                    {3, 4, 1000000}})
    EXPECT_EQ(failure([&] {
                readPicture(png, describe(MLCC_F32, dims), {}, "x.png");
              }),
              RuntimeErrorCode::WrongShape);
  std::vector<int64_t> dims = {3, 2, 2};
  PictureOptions options;
  options.layout = "nhwc";
  EXPECT_EQ(failure([&] {
              readPicture(png, describe(MLCC_F32, dims), options, "x.png");
            }),
            RuntimeErrorCode::WrongShape);
  for (bool mean : {false, true}) {
    options = {};
    (mean ? options.mean : options.std) = {1, 2};
    EXPECT_EQ(failure([&] {
                readPicture(png, describe(MLCC_F32, dims), options, "x.png");
              }),
              RuntimeErrorCode::InvalidCommandLine);
  }
}

TEST(Picture, RefusesPicturesLargerThanMemory) {
  // The header of a PNG of 65535 x 65535 pixels.
  File png = makePng(2, 2, 3, halves(2, 2));
  for (int i : {18, 19, 22, 23})
    png[i] = 0xff;
  EXPECT_EQ(failure([&] { decodePicture(png, 3, "x.png"); }),
            RuntimeErrorCode::MalformedFile);
}

//===----------------------------------------------------------------------===//
// WAV
//===----------------------------------------------------------------------===//

TEST(Wav, ReadsEveryEncoding) {
  using Samples = std::vector<float>;
  EXPECT_EQ(readWav(makeWav(1, 1, 16, bytesOf<int16_t>({16384, -32768})), "x")
                .samples,
            (Samples{0.5f, -1}));
  EXPECT_EQ(readWav(makeWav(1, 1, 8, std::string("\xc0\x00", 2)), "x").samples,
            (Samples{0.5f, -1}));
  EXPECT_EQ(
      readWav(makeWav(1, 1, 24, std::string("\x00\x00\x40\x00\x00\x80", 6)),
              "x")
          .samples,
      (Samples{0.5f, -1}));
  EXPECT_EQ(
      readWav(makeWav(1, 1, 32, bytesOf<int32_t>({1 << 30})), "x").samples,
      (Samples{0.5f}));
  EXPECT_EQ(readWav(makeWav(3, 1, 32, bytesOf<float>({0.25f})), "x").samples,
            (Samples{0.25f}));
  Sound stereo =
      readWav(makeWav(3, 2, 32, bytesOf<float>({0.25f, 0.75f, 1, 0})), "x");
  EXPECT_EQ(stereo.samples, (Samples{0.5f, 0.5f}));
  EXPECT_EQ(stereo.samplesPerSecond, 16000u);
}

TEST(Wav, RefusesWhatItCannotRead) {
  auto code = [](const File &file) {
    return failure([&] { readWav(file, "x.wav"); });
  };
  EXPECT_EQ(code({}), RuntimeErrorCode::MalformedFile);
  EXPECT_EQ(code(makeWav(1, 0, 16, "")), RuntimeErrorCode::MalformedFile);
  EXPECT_EQ(code(makeWav(2, 1, 4, "abcd")), RuntimeErrorCode::UnsupportedFile);
  EXPECT_EQ(code(makeWav(1, 1, 12, "abcd")), RuntimeErrorCode::UnsupportedFile);
}

//===----------------------------------------------------------------------===//
// Hostile files
//===----------------------------------------------------------------------===//

/// Reads damaged copies of `file`: cut off anywhere, and with bits flipped
/// anywhere. Each must be read or refused with a RuntimeError; sanitizers watch
/// the rest.
void damage(const File &file, const std::function<void(Bytes)> &read) {
  auto attempt = [&](const File &damaged) {
    // A copy of exactly this size, so that every read beyond it is seen.
    std::unique_ptr<uint8_t[]> copy(new uint8_t[damaged.size()]);
    std::copy(damaged.begin(), damaged.end(), copy.get());
    try {
      read({copy.get(), damaged.size()});
    } catch (const RuntimeError &error) {
      EXPECT_TRUE(error.isInputError() ||
                  error.code() == RuntimeErrorCode::OutOfMemory)
          << error.what();
    }
  };
  for (size_t size = 0; size < file.size(); ++size)
    attempt(File(file.begin(), file.begin() + size));
  for (size_t byte = 0; byte < file.size(); ++byte)
    for (uint8_t mask : {0x01, 0x80, 0xff}) {
      File damaged = file;
      damaged[byte] ^= mask;
      attempt(damaged);
    }
  uint32_t random = 1;
  auto next = [&] {
    return random = random * 1664525 + 1013904223, random >> 8;
  };
  for (int round = 0; round < 2000; ++round) {
    File damaged = file;
    for (uint32_t changes = 1 + next() % 8; changes > 0; --changes)
      damaged[next() % damaged.size()] = static_cast<uint8_t>(next());
    attempt(damaged);
  }
}

TEST(Hostile, Npy) {
  File file = makeNpy("{'descr': '<f4', 'fortran_order': True, "
                      "'shape': (2, 3), }\n",
                      std::string(24, 'x'));
  damage(file, [](Bytes bytes) { readNpy(bytes, "x.npy"); });
}

TEST(Hostile, Npz) {
  File npy = makeNpy("{'descr': '<f4', 'fortran_order': False, 'shape': (6,)}",
                     std::string(24, 'x'));
  for (bool zip64 : {false, true})
    damage(makeZip({{"a.npy", npy, false}, {"b.npy", npy, true}}, zip64),
           [](Bytes bytes) { readNpz(bytes, "x.npz"); });
}

TEST(Hostile, TensorProto) {
  File file = protoVarint(1, 2) + protoVarint(1, 3) + protoVarint(2, 1) +
              protoBytes(8, "name") + protoBytes(4, std::string(24, 'x'));
  damage(file, [](Bytes bytes) { readTensorProto(bytes, "x.pb"); });
  File integers = protoVarint(1, 3) + protoVarint(2, 6) +
                  protoBytes(5, "\x01\xff\x01\x02") + protoVarint(20, 5);
  damage(integers, [](Bytes bytes) { readTensorProto(bytes, "x.pb"); });
}

TEST(Hostile, Wav) {
  damage(makeWav(1, 2, 16, std::string(40, 'x')),
         [](Bytes bytes) { readWav(bytes, "x.wav"); });
}

TEST(Hostile, Png) {
  for (int channels : {1, 3, 4}) {
    File pixels;
    for (int i = 0; i < 12 * 9 * channels; ++i)
      pixels.push_back(static_cast<uint8_t>(i * i));
    damage(makePng(12, 9, channels, pixels),
           [](Bytes bytes) { decodePicture(bytes, 3, "x.png"); });
  }
}

TEST(Hostile, Jpeg) {
  File pixels;
  for (int i = 0; i < 24 * 17 * 3; ++i)
    pixels.push_back(static_cast<uint8_t>(i * i / 7));
  damage(makeJpeg(24, 17, 3, pixels),
         [](Bytes bytes) { decodePicture(bytes, 3, "x.jpg"); });
}

TEST(Hostile, ProgressiveJpeg) {
  Pixels pixels = decodePicture(makeProgressiveJpeg(), 3, "x.jpg");
  EXPECT_EQ(pixels.width, 16);
  EXPECT_EQ(pixels.height, 16);
  damage(makeProgressiveJpeg(),
         [](Bytes bytes) { decodePicture(bytes, 3, "x.jpg"); });
}

TEST(Hostile, JpegWithTooLargeTables) {
  // 16 x 255 codes where there is room for 256.
  File jpeg = toFile("\xff\xd8\xff\xc4\x0f\xff") + File{0} + File(16, 255) +
              File(0xfff, 1);
  EXPECT_EQ(failure([&] { decodePicture(jpeg, 3, "x.jpg"); }),
            RuntimeErrorCode::MalformedFile);
}

//===----------------------------------------------------------------------===//
// Elements, files, text
//===----------------------------------------------------------------------===//

TEST(Elements, HalfPrecisionRoundsToNearestEven) {
  auto f16 = [](double value) {
    uint16_t bits;
    storeElement(MLCC_F16, &bits, value);
    return bits;
  };
  EXPECT_EQ(f16(1), 0x3c00);
  EXPECT_EQ(f16(-2.5), 0xc100);
  EXPECT_EQ(f16(65504), 0x7bff);
  EXPECT_EQ(f16(65520), 0x7c00);
  EXPECT_EQ(f16(-1e9), 0xfc00);
  EXPECT_EQ(f16(1 + 1.0 / 2048), 0x3c00); // a tie, to even
  EXPECT_EQ(f16(1 + 3.0 / 2048), 0x3c02);
  EXPECT_EQ(f16(2047.0 / 1024 + 1.0 / 2048), 0x4000); // the carry
  EXPECT_EQ(f16(std::ldexp(1, -24)), 0x0001);
  EXPECT_EQ(f16(std::ldexp(1, -14)), 0x0400);
  EXPECT_EQ(f16(NAN), 0x7e00);
  for (uint32_t bits = 0; bits < 0x10000; ++bits) {
    auto half = static_cast<uint16_t>(bits);
    double value = elementValue(MLCC_F16, &half);
    if (!std::isnan(value)) {
      ASSERT_EQ(f16(value), half);
    }
  }
  uint16_t bits;
  storeElement(MLCC_BF16, &bits, 1.0f + 0x1p-8f);
  EXPECT_EQ(bits, 0x3f80); // a tie, to even
  storeElement(MLCC_BF16, &bits, NAN);
  EXPECT_TRUE(std::isnan(elementValue(MLCC_BF16, &bits)));
}

TEST(Elements, IntegersAreRoundedAndClamped) {
  auto stored = [](mlcc_type type, double value) {
    uint64_t memory = 0;
    storeElement(type, &memory, value);
    return elementValue(type, &memory);
  };
  EXPECT_EQ(stored(MLCC_U8, 254.6), 255);
  EXPECT_EQ(stored(MLCC_U8, 300), 255);
  EXPECT_EQ(stored(MLCC_U8, -3), 0);
  EXPECT_EQ(stored(MLCC_I8, -200), -128);
  EXPECT_EQ(stored(MLCC_I64, 1e30), 9223372036854775807.0);
  EXPECT_EQ(stored(MLCC_I64, -1e30), -9223372036854775808.0);
  EXPECT_EQ(stored(MLCC_U64, 1e30), 18446744073709551615.0);
  EXPECT_EQ(stored(MLCC_I32, NAN), 0);
  EXPECT_EQ(stored(MLCC_BOOL, 0.5), 1);
}

TEST(Elements, SizesDoNotOverflow) {
  EXPECT_EQ(tensorBytes(MLCC_F32, {}), 4u);
  std::vector<int64_t> huge = {1ll << 40, 1ll << 40}, negative = {2, -1},
                       empty = {1ll << 40, 0, 1ll << 40}, half = {1ll << 61};
  EXPECT_FALSE(tensorBytes(MLCC_F32, huge));
  EXPECT_FALSE(tensorBytes(MLCC_F32, negative));
  EXPECT_FALSE(tensorBytes(MLCC_F32, half));
  EXPECT_FALSE(tensorBytes(MLCC_F32, empty));
}

TEST(FileSystem, RefusesWhatIsNotAFile) {
  EXPECT_EQ(failure([] { readFile("/nonexistent/file"); }),
            RuntimeErrorCode::CannotReadFile);
  EXPECT_EQ(failure([] { readFile("/"); }), RuntimeErrorCode::CannotReadFile);
  EXPECT_EQ(failure([] { readFile("/dev/zero"); }),
            RuntimeErrorCode::CannotReadFile);
  EXPECT_EQ(failure([] { writeFile("/nonexistent/file", "x"); }),
            RuntimeErrorCode::CannotWriteFile);
}

TEST(FileSystem, LeavesNothingBehindWhenWritingFails) {
  // A folder in the way: the temporary file is written, but cannot be renamed.
  std::filesystem::path folder =
      std::filesystem::path(testing::TempDir()) / "mlcc-write-test";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder / "taken");
  EXPECT_EQ(failure([&] { writeFile((folder / "taken").string(), "x"); }),
            RuntimeErrorCode::CannotWriteFile);
  size_t entries = 0;
  for ([[maybe_unused]] auto &entry :
       std::filesystem::directory_iterator(folder))
    ++entries;
  EXPECT_EQ(entries, 1u);
  std::filesystem::remove_all(folder);
}

TEST(Text, NumbersReadWell) {
  EXPECT_EQ(formatBytes(999), "999 B");
  EXPECT_EQ(formatBytes(1500), "1.50 kB");
  EXPECT_EQ(formatBytes(102400000), "102 MB");
  EXPECT_EQ(formatBytes(999999), "1.00 MB");
  EXPECT_EQ(formatSeconds(0.0123), "12.3 ms");
  EXPECT_EQ(formatSeconds(2.5e-6), "2.50 us");
  EXPECT_EQ(formatSeconds(75), "75.0 s");
  EXPECT_EQ(formatSeconds(0), "0.00 ns");
  EXPECT_EQ(formatNumber(0.1), "0.1");
  EXPECT_EQ(jsonString("a\"b\\c\n"), "\"a\\\"b\\\\c\\u000a\"");
  EXPECT_EQ(jsonNumber(NAN), "null");
}

TEST(Text, FileNamesAreSafe) {
  EXPECT_EQ(fileNameOf("z/hidden:0"), "z_hidden_0");
  EXPECT_EQ(fileNameOf("../../etc/passwd"), "_.._.._etc_passwd");
  EXPECT_EQ(fileNameOf(""), "_");
  EXPECT_LE(fileNameOf(std::string(1000, 'x')).size(), 200u);
}

} // namespace
