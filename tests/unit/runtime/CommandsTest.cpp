//===- CommandsTest.cpp - Tests of the commands of artefacts --------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/cli/commands.h"
#include "FolderTest.h"
#include "HandMadeModel.h"
#include "SampleFiles.h"
#include "runtime/cli/file.h"
#include "runtime/cli/npy.h"

#include <gtest/gtest.h>

#include <filesystem>

using namespace mlcc;
using namespace mlcc::test;
namespace fs = std::filesystem;

namespace {

/// What a command did.
struct Result {
  int status;
  std::string output, errors;
};

/// A model, and a folder of files to run it on.
class Commands : public FolderTest {
protected:
  void write(const std::string &name, const File &file) const {
    fs::create_directories(fs::path(path(name)).parent_path());
    cli::writeFile(path(name), "", file);
  }

  Result run(std::vector<std::string> arguments) const {
    std::vector<const char *> argv = {"some/where/model"};
    for (const std::string &argument : arguments)
      argv.push_back(argument.c_str());
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    Result result;
    result.status =
        cli::mainWith(model.get(), static_cast<int>(argv.size()), argv.data());
    std::fflush(stdout);
    result.output = testing::internal::GetCapturedStdout();
    result.errors = testing::internal::GetCapturedStderr();
    return result;
  }

  static File npy(const std::string &shape, const std::vector<float> &values) {
    return makeNpy("{'descr': '<f4', 'fortran_order': False, 'shape': (" +
                       shape + ")}",
                   bytesOf(values));
  }
  static File proto(const std::string &name, std::vector<uint64_t> dims,
                    const std::vector<float> &values) {
    File file = protoVarint(2, 1) + protoBytes(8, name);
    for (uint64_t dim : dims)
      file = file + protoVarint(1, dim);
    return file + protoBytes(9, bytesOf(values));
  }
  /// A folder of a test's data in the form of ONNX.
  void writeDataSet(const std::string &name, float yError = 0) const {
    std::vector<float> y = model.expectedY(x);
    y[5] += yError;
    write(name + "/input_0.pb", proto("x", {rows, inner}, x));
    write(name + "/output_0.pb", proto("y", {rows, columns}, y));
    write(name + "/output_1.pb",
          proto("z/hidden", {rows, inner}, model.expectedZ(x)));
  }

  HandMadeModel model;
  std::vector<float> x = HandMadeModel::makeX();
};

void expectError(const Result &result, const std::string &code,
                 const std::string &part) {
  EXPECT_EQ(result.status, 2) << result.errors;
  EXPECT_TRUE(result.errors.starts_with("error: MLCC-" + code))
      << result.errors;
  EXPECT_NE(result.errors.find(part), std::string::npos) << result.errors;
}

TEST_F(Commands, RunWritesOutputs) {
  write("x.npy", npy("6, 64", x));
  Result result = run({"run", "--input", path("x.npy"), "--output-dir",
                       path("out/deep"), "--threads", "2"});
  EXPECT_EQ(result.status, 0) << result.errors;
  EXPECT_NE(result.output.find("y: f32 6x32, from "), std::string::npos)
      << result.output;
  for (auto &[name, expected] :
       {std::pair{"y", model.expectedY(x)}, {"z_hidden", model.expectedZ(x)}}) {
    std::string file = path(std::string("out/deep/") + name + ".npy");
    Buffer contents = cli::readFile(file);
    cli::Array array = cli::readNpy({contents.data(), contents.size()}, file);
    ASSERT_EQ(array.elements(), expected.size());
    for (size_t i = 0; i < expected.size(); ++i)
      ASSERT_NEAR(array.at(i), expected[i], 1e-4);
  }
  size_t files = 0;
  for ([[maybe_unused]] auto &entry : fs::directory_iterator(path("out/deep")))
    ++files;
  EXPECT_EQ(files, 2u) << "temporary files stay behind";
}

TEST_F(Commands, RunReadsEveryKindOfFile) {
  write("x.npy", npy("6, 64", x));
  write("batch.npy", npy("1, 1, 6, 64", x)); // leading ones do not matter
  write("x.pb", proto("", {rows, inner}, x));
  write("x.bin", toFile(bytesOf(x)));
  write("one.npz", makeZip({{"arr_0.npy", npy("6, 64", x), true}}));
  write("named.npz", makeZip({{"x.npy", npy("6, 64", x), false}}));
  write("mode.npy", makeNpy("{'descr': '<i8', 'fortran_order': False, "
                            "'shape': ()}",
                            bytesOf<int64_t>({HandMadeModel::mode})));
  Result reference = run({"run", "-i", path("x.npy")});
  EXPECT_EQ(reference.status, 0) << reference.errors;
  for (const char *name :
       {"x.npy", "batch.npy", "x.pb", "x.bin", "one.npz", "named.npz"})
    for (const char *prefix : {"", "x="}) {
      Result result = run({"run", "--input", prefix + path(name), "--input",
                           "mode=" + path("mode.npy")});
      EXPECT_EQ(result.status, 0) << name << ": " << result.errors;
      EXPECT_EQ(result.output, reference.output) << name;
    }
}

TEST_F(Commands, RunReadsSounds) {
  std::vector<int64_t> dims = {1, rows * inner};
  model.inputs[0].dims = dims.data();
  write("short.wav", makeWav(1, 1, 16, bytesOf<int16_t>({16384, 8192})));
  Result result = run({"run", "-i", path("short.wav")});
  EXPECT_EQ(result.status, 0) << result.errors;
  EXPECT_NE(result.errors.find("2 samples at 16000 Hz"), std::string::npos)
      << result.errors;
  EXPECT_NE(result.output.find("  0.5 0.28125 0 "), std::string::npos)
      << result.output;
}

TEST_F(Commands, RunPrintsClasses) {
  write("x.npy", npy("6, 64", x));
  write("labels.txt", toFile("cat\r\ndog\nhorse"));
  Result result = run({"run", "--input", path("x.npy"), "--top", "32",
                       "--labels", path("labels.txt")});
  EXPECT_EQ(result.status, 0) << result.errors;
  for (const char *part :
       {"y [5]: likeliest classes", " %  class 0  cat  (score ",
        "class 2  horse", "class 31  (score"})
    EXPECT_NE(result.output.find(part), std::string::npos) << part;
}

TEST_F(Commands, RunExplainsWhatIsWrong) {
  write("x.npy", npy("6, 64", x));
  write("shape.npy", npy("64, 6", x));
  write("f64.npy", makeNpy("{'descr': '<f8', 'fortran_order': False, "
                           "'shape': (6, 64)}",
                           std::string(8 * 384, '\0')));
  write("mode.npy", makeNpy("{'descr': '<i8', 'fortran_order': False, "
                            "'shape': ()}",
                            bytesOf<int64_t>({8})));
  write("other.npz", makeZip({{"a.npy", npy("6, 64", x), false},
                              {"b.npy", npy("6, 64", x), false}}));
  write("x.txt", toFile("1 2 3"));
  expectError(run({"run"}), "5107", "'x' (f32 6x64)");
  expectError(run({"run", "-i", path("none.npy")}), "5102", "none.npy");
  expectError(run({"run", "-i", folder.string()}), "5102", "regular");
  expectError(run({"run", "-i", path("shape.npy")}), "5106",
              "needs f32 6x64, the file has f32 64x6");
  expectError(run({"run", "-i", path("f64.npy")}), "5106", "astype");
  expectError(run({"run", "-i", path("x.txt")}), "5105", "x.txt");
  expectError(run({"run", "-i", path("other.npz")}), "5107", "no input 'a'");
  expectError(run({"run", "-i", path("x.npy"), "-i", path("x.npy")}), "5101",
              "already");
  expectError(
      run({"run", "-i", path("x.npy"), "-i", "mode=" + path("mode.npy")}),
      "5008", "'mode'");
  expectError(run({"run", "-i", path("x.npy"), "-o", path("x.npy") + "/out"}),
              "5103", "x.npy/out");
}

TEST_F(Commands, WrongCommandLinesPointToHelp) {
  expectError(run({}), "5101", "see ./model --help");
  expectError(run({"fly"}), "5101", "--help");
  expectError(run({"run", "--nonsense"}), "5101", "see ./model run --help");
  expectError(run({"bench", "--threads", "0"}), "5101", "bench --help");
  expectError(run({"bench", "--threads", "many"}), "5101", "bench --help");
  expectError(run({"verify"}), "5101", "verify --help");
}

TEST_F(Commands, HelpShowsAnExample) {
  for (const char *command :
       {"", "run", "bench", "profile", "info", "verify", "train", "eval",
        "predict", "generate", "export"}) {
    std::vector<std::string> arguments = {"--help"};
    if (*command)
      arguments.insert(arguments.begin(), command);
    Result result = run(arguments);
    EXPECT_EQ(result.status, 0);
    EXPECT_NE(result.output.find("./model " + std::string(command)),
              std::string::npos)
        << result.output;
    EXPECT_NE(result.output.find("xample"), std::string::npos);
  }
}

TEST_F(Commands, VerifyComparesOutputs) {
  writeDataSet("set");
  Result result = run({"verify", path("set")});
  EXPECT_EQ(result.status, 0) << result.output << result.errors;
  EXPECT_NE(result.output.find("pass  y: max abs error"), std::string::npos);
  EXPECT_NE(result.output.find("pass: 1 of 1 data sets agree"),
            std::string::npos);

  writeDataSet("wrong", 0.5f);
  result = run({"verify", path("wrong")});
  EXPECT_EQ(result.status, 1) << result.output << result.errors;
  EXPECT_NE(result.output.find("FAIL  y: max abs error 0.5"), std::string::npos)
      << result.output;
  EXPECT_NE(result.output.find("1 of 192 values wrong; [5] is "),
            std::string::npos)
      << result.output;
  EXPECT_EQ(run({"verify", path("wrong"), "--atol", "0.6"}).status, 0);
}

TEST_F(Commands, VerifyFindsSetsInAFolder) {
  writeDataSet("model/test_data_set_0");
  writeDataSet("model/test_data_set_1", 0.5f);
  Result result = run({"verify", path("model")});
  EXPECT_EQ(result.status, 1);
  EXPECT_NE(result.output.find("FAIL: 1 of 2 data sets agree"),
            std::string::npos)
      << result.output;
}

TEST_F(Commands, VerifyReadsNpyPairsByNumber) {
  write("set/input_0.npy", npy("6, 64", x));
  write("set/output_0.npy", npy("6, 32", model.expectedY(x)));
  EXPECT_EQ(run({"verify", path("set"), "--threads", "2"}).status, 0);
}

TEST_F(Commands, VerifyTreatsNanAsWrong) {
  writeDataSet("set");
  std::vector<float> z = model.expectedZ(x);
  z[3] = std::numeric_limits<float>::quiet_NaN();
  write("set/output_1.pb", proto("z/hidden", {rows, inner}, z));
  EXPECT_EQ(run({"verify", path("set")}).status, 1);
}

TEST_F(Commands, VerifyRefusesBadFolders) {
  expectError(run({"verify", path("none")}), "5102", "not a folder");
  expectError(run({"verify", folder.string()}), "5102", "output_0");
  writeDataSet("set");
  write("set/input_0.pb", toFile("garbage"));
  expectError(run({"verify", path("set")}), "5104", "input_0.pb");
  fs::remove(path("set/input_0.pb"));
  expectError(run({"verify", path("set")}), "5107", "'x'");
  writeDataSet("set");
  write("set/output_1.pb", proto("z/hidden", {2}, {1, 2}));
  expectError(run({"verify", path("set")}), "5106", "f32 2");
  write("set/output_1.pb", proto("", {rows, inner}, x));
  write("set/output_2.pb", proto("", {rows, inner}, x));
  expectError(run({"verify", path("set")}), "5107", "output_2.pb");
}

TEST_F(Commands, BenchAndProfileMeasure) {
  Result bench =
      run({"bench", "--seconds", "0.01", "--warmup", "0", "--threads", "1"});
  EXPECT_EQ(bench.status, 0) << bench.errors;
  EXPECT_TRUE(bench.output.starts_with("hand_made, 1 thread, "))
      << bench.output;
  Result json = run({"bench", "--seconds", "0", "--warmup", "0", "--json"});
  EXPECT_NE(json.output.find("\"median_seconds\": "), std::string::npos);
  Result profile =
      run({"profile", "--seconds", "0.01", "--threads", "1", "--by-time"});
  EXPECT_EQ(profile.status, 0) << profile.errors;
  for (const char *part : {"kernel", "copy", "scale", "all steps"})
    EXPECT_NE(profile.output.find(part), std::string::npos) << part;
  json = run({"profile", "--seconds", "0", "--json"});
  EXPECT_NE(json.output.find("{\"name\": \"scale\", \"implementation\": "
                             "\"kernel\", \"seconds\": "),
            std::string::npos)
      << json.output;
}

TEST_F(Commands, InfoDescribesTheModel) {
  Result text = run({"info"});
  EXPECT_EQ(text.status, 0) << text.errors;
  for (const char *part : {"model hand_made", "x: f32 6x64", "mode: i64 scalar",
                           "bound when compiled",
                           "3 steps (1 oneDNN primitives, 1 kernels, 1 "
                           "copies)"})
    EXPECT_NE(text.output.find(part), std::string::npos) << text.output;
  Result json = run({"info", "--json"});
  for (const char *part :
       {"\"shape\": [6, 64]", "\"build\": {\"compiler\": \"hand\"}",
        "\"bound\": true"})
    EXPECT_NE(json.output.find(part), std::string::npos) << json.output;
}

TEST_F(Commands, WhatTheModelHasNoFunctionForIsExplained) {
  write("x.npy", npy("6, 64", x));
  std::string data = "x=" + path("x.npy");
  expectError(run({"train", "--data", data}), "5110", "'train_step'");
  expectError(run({"eval", "--data", data}), "5110", "'evaluate' or 'loss'");
  expectError(run({"generate", "--load", "x"}), "5102", "x");
  expectError(run({"run", "--function", "none", "-i", path("x.npy")}), "5110",
              "it has 'predict'");
  expectError(run({"train"}), "5101", "train --help");
  EXPECT_EQ(run({"--help"}).output.find("train"), std::string::npos)
      << "only what the model can do is shown";
}

TEST_F(Commands, PredictRunsAllSamples) {
  std::vector<float> rowsOfX;
  for (int i = 0; i < 2; ++i)
    rowsOfX.insert(rowsOfX.end(), x.begin(), x.end());
  rowsOfX.resize(7 * inner);
  write("x.npy", npy("7, 64", rowsOfX));
  Result result = run({"predict", "--data", path("x.npy"), "--output",
                       path("out"), "--show", "2"});
  EXPECT_EQ(result.status, 0) << result.errors;
  EXPECT_NE(result.output.find("... and 5 more samples"), std::string::npos)
      << result.output;
  std::string file = path("out/y.npy");
  Buffer contents = cli::readFile(file);
  cli::Array y = cli::readNpy({contents.data(), contents.size()}, file);
  std::vector<float> expected = model.expectedY(x);
  ASSERT_EQ(y.dims, (std::vector<int64_t>{7, columns}));
  for (size_t i = 0; i < y.elements(); ++i)
    ASSERT_NEAR(y.at(i), expected[i % expected.size()], 1e-4) << i;
}

TEST_F(Commands, ModelsThatCannotRunGiveStatus1) {
  write("x.npy", npy("6, 64", x));
  model.model.cpu_features = "quantum";
  Result result = run({"run", "-i", path("x.npy")});
  EXPECT_EQ(result.status, 1);
  EXPECT_TRUE(result.errors.starts_with("error: MLCC-5002: ")) << result.errors;
  model.model.abi_version = 99;
  EXPECT_EQ(run({"info"}).status, 1);
}

} // namespace
