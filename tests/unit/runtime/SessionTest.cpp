//===- SessionTest.cpp - Tests of loading and running models --------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "HandMadeModel.h"
#include "mlcc/model.hpp"
#include "runtime/src/cpu_features.h"
#include "runtime/src/errors.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <thread>

using namespace mlcc;
using namespace mlcc::test;

/// AddressSanitizer, where it is built in, shall not end the program when it
/// is asked for more memory than there is.
extern "C" const char *__asan_default_options() {
  return "allocator_may_return_null=1";
}

namespace {

/// Room for the model's tensors, filled with what must be overwritten.
struct Tensors {
  std::vector<float> x = HandMadeModel::makeX();
  int64_t mode = HandMadeModel::mode;
  std::vector<float> y = std::vector<float>(rows * columns, -1);
  std::vector<float> z = std::vector<float>(rows * inner, -1);

  std::vector<const void *> inputs() const { return {x.data(), &mode}; }
  std::vector<void *> outputs() { return {y.data(), z.data()}; }
};

void expectResults(const HandMadeModel &model, const Tensors &tensors) {
  std::vector<float> y = model.expectedY(tensors.x);
  for (size_t i = 0; i < y.size(); ++i)
    ASSERT_NEAR(tensors.y[i], y[i], 1e-4) << i;
  EXPECT_EQ(tensors.z, model.expectedZ(tensors.x));
}

/// Loads a model that must be refused and returns the code.
RuntimeErrorCode loadFailure(const HandMadeModel &model, int threads = 1) {
  mlcc_options options = {sizeof(mlcc_options), threads};
  mlcc_session *session = nullptr;
  mlcc_status status = mlcc_load(&model.get(), &options, &session);
  EXPECT_EQ(session, nullptr);
  EXPECT_TRUE(std::string(mlcc_last_error())
                  .starts_with("MLCC-" + std::to_string(status) + ": "))
      << mlcc_last_error();
  return static_cast<RuntimeErrorCode>(status);
}

TEST(Session, ComputesWithAnyNumberOfThreads) {
  HandMadeModel model;
  for (int threads : {1, 2, 4}) {
    Model loaded(model.get(), threads);
    Tensors tensors;
    loaded.run(tensors.inputs(), tensors.outputs());
    expectResults(model, tensors);
  }
}

TEST(Session, FollowsInputsAndOutputsThatMove) {
  HandMadeModel model;
  Model loaded(model.get(), 2);
  std::vector<Tensors> several(3);
  for (size_t i = 0; i < several.size(); ++i)
    for (float &value : several[i].x)
      value += static_cast<float>(i);
  for (int round = 0; round < 2; ++round)
    for (Tensors &tensors : several) {
      std::fill(tensors.y.begin(), tensors.y.end(), -1.0f);
      loaded.run(tensors.inputs(), tensors.outputs());
      expectResults(model, tensors);
    }
}

TEST(Session, SeesNewValuesAtTheSameAddress) {
  HandMadeModel model;
  Model loaded(model.get(), 1);
  Tensors tensors;
  for (float value : {1.0f, -2.0f, 3.0f}) {
    std::fill(tensors.x.begin(), tensors.x.end(), value);
    loaded.run(tensors.inputs(), tensors.outputs());
    expectResults(model, tensors);
  }
}

TEST(Session, PacksWeightsAgainThatThisCpuWantsOtherwise) {
  // No generated code reads blocks of 4 by 4.
  HandMadeModel model("BA4b4a");
  testing::internal::CaptureStderr();
  Model loaded(model.get(), 1);
  std::string note = testing::internal::GetCapturedStderr();
  EXPECT_NE(note.find("packed again"), std::string::npos) << note;
  Tensors tensors;
  loaded.run(tensors.inputs(), tensors.outputs());
  expectResults(model, tensors);
  EXPECT_EQ(
      std::string(mlcc_step_implementation(loaded.get(), 0, 1)).find("ref"),
      std::string::npos);
}

TEST(Session, ProfilesEveryStep) {
  HandMadeModel model;
  Model loaded(model.get(), 1);
  mlcc_profile(loaded.get(), 1);
  Tensors tensors;
  loaded.run(tensors.inputs(), tensors.outputs());
  std::vector<double> seconds(model.steps.size(), -1);
  mlcc_step_seconds(loaded.get(), seconds.data());
  for (double value : seconds) {
    EXPECT_GE(value, 0);
    EXPECT_LT(value, 10);
  }
  EXPECT_STREQ(mlcc_step_implementation(loaded.get(), 0, 0), "");
  EXPECT_STRNE(mlcc_step_implementation(loaded.get(), 0, 1), "");
  EXPECT_STREQ(mlcc_step_implementation(loaded.get(), 0, 99), "");
  EXPECT_STREQ(mlcc_step_implementation(loaded.get(), 9, 0), "");
}

TEST(Session, RefusesModelsOfAnotherAbi) {
  HandMadeModel model;
  model.model.abi_version = MLCC_ABI_VERSION + 1;
  EXPECT_EQ(loadFailure(model), RuntimeErrorCode::IncompatibleModel);
  model.model.abi_version = MLCC_ABI_VERSION;
  model.model.struct_bytes -= 8;
  EXPECT_EQ(loadFailure(model), RuntimeErrorCode::IncompatibleModel);
}

TEST(Session, RefusesModelsForOtherCpus) {
  HandMadeModel model;
  model.model.cpu_features = "sse2 +quantum amx-imaginary";
  EXPECT_EQ(loadFailure(model), RuntimeErrorCode::MissingCpuFeature);
  EXPECT_NE(std::strstr(mlcc_last_error(), "quantum, amx-imaginary"), nullptr)
      << mlcc_last_error();
}

TEST(CpuFeatures, AgreeWithTheCompilers) {
  __builtin_cpu_init();
  auto has = [](const char *name) { return missingCpuFeatures(name).empty(); };
  EXPECT_EQ(has("sse4.2"), !!__builtin_cpu_supports("sse4.2"));
  EXPECT_EQ(has("avx2"), !!__builtin_cpu_supports("avx2"));
  EXPECT_EQ(has("fma"), !!__builtin_cpu_supports("fma"));
  EXPECT_EQ(has("bmi2"), !!__builtin_cpu_supports("bmi2"));
  EXPECT_EQ(has("avx512f"), !!__builtin_cpu_supports("avx512f"));
  EXPECT_EQ(has("avx512vnni"), !!__builtin_cpu_supports("avx512vnni"));
  EXPECT_EQ(has("avx512bf16"), !!__builtin_cpu_supports("avx512bf16"));
  EXPECT_TRUE(missingCpuFeatures("").empty());
  EXPECT_EQ(missingCpuFeatures(" +sse  nonsense "),
            std::vector<std::string>{"nonsense"});
}

TEST(Session, RefusesModelsThatContradictThemselves) {
  using Damage = void (*)(HandMadeModel &);
  Damage damages[] = {
      [](HandMadeModel &m) { m.model.functions = nullptr; },
      [](HandMadeModel &m) { m.model.weights = nullptr; },
      [](HandMadeModel &m) { m.model.name = nullptr; },
      [](HandMadeModel &m) { m.function.inputs = nullptr; },
      [](HandMadeModel &m) { m.function.steps = nullptr; },
      [](HandMadeModel &m) { m.inputs[0].bytes += 4; },
      [](HandMadeModel &m) { m.inputs[0].type = 99; },
      [](HandMadeModel &m) { m.outputs[0].rank = -1; },
      [](HandMadeModel &m) { m.steps[0].kind = 17; },
      [](HandMadeModel &m) { m.steps[0].kernel = nullptr; },
      [](HandMadeModel &m) { m.steps[0].work = -1; },
      [](HandMadeModel &m) { m.steps[0].places = nullptr; },
      [](HandMadeModel &m) { m.scalePlaces[0].space = 5; },
      [](HandMadeModel &m) { m.scalePlaces[0].index = 2; },
      [](HandMadeModel &m) { m.scalePlaces[2].offset = 1 << 30; },
      [](HandMadeModel &m) { m.steps[1].spec = nullptr; },
      [](HandMadeModel &m) { m.steps[1].spec_bytes /= 2; },
      [](HandMadeModel &m) { m.steps[1].place_count = 2; },
      [](HandMadeModel &m) { m.productPlaces[0].offset += 64; },
      [](HandMadeModel &m) { m.productPlaces[1].offset += 64; },
      [](HandMadeModel &m) { m.productPlaces[2].index = 7; },
      [](HandMadeModel &m) { m.steps[2].place_count = 1; },
      [](HandMadeModel &m) { m.steps[2].work *= 2; }};
  for (size_t i = 0; i < std::size(damages); ++i) {
    HandMadeModel model;
    damages[i](model);
    EXPECT_EQ(loadFailure(model), RuntimeErrorCode::CorruptModel) << i;
  }
}

TEST(Session, RefusesDamagedDescriptionsOfPrimitives) {
  // Whatever a flipped bit makes of a description, it ends in an error or in
  // another valid primitive, never in a crash.
  HandMadeModel intact;
  for (size_t byte = 0; byte < intact.spec.size(); ++byte) {
    HandMadeModel model;
    model.spec[byte] ^= 1 << byte % 8;
    mlcc_options options = {sizeof(mlcc_options), 1};
    mlcc_session *session = nullptr;
    testing::internal::CaptureStderr();
    mlcc_status status = mlcc_load(&model.get(), &options, &session);
    testing::internal::GetCapturedStderr();
    EXPECT_EQ(status != 0, session == nullptr);
    mlcc_unload(session);
  }
}

TEST(Session, RefusesWrongArguments) {
  HandMadeModel model;
  Tensors tensors;
  mlcc_session *session = nullptr;
  auto invalid = static_cast<mlcc_status>(RuntimeErrorCode::InvalidArgument);
  EXPECT_EQ(mlcc_load(nullptr, nullptr, &session), invalid);
  EXPECT_EQ(mlcc_load(&model.get(), nullptr, nullptr), invalid);
  for (int32_t threads : {-1, 5000}) {
    mlcc_options options = {sizeof(mlcc_options), threads};
    EXPECT_EQ(mlcc_load(&model.get(), &options, &session), invalid);
  }
  mlcc_options unset = {0, 1};
  EXPECT_EQ(mlcc_load(&model.get(), &unset, &session), invalid);

  mlcc_options options = {sizeof(mlcc_options), 1};
  ASSERT_EQ(mlcc_load(&model.get(), &options, &session), 0);
  auto inputs = tensors.inputs();
  auto outputs = tensors.outputs();
  EXPECT_EQ(mlcc_run(nullptr, 0, inputs.data(), outputs.data()), invalid);
  EXPECT_EQ(mlcc_run(session, 1, inputs.data(), outputs.data()), invalid);
  EXPECT_EQ(mlcc_run(session, 0, nullptr, outputs.data()), invalid);
  EXPECT_EQ(mlcc_run(session, 0, inputs.data(), nullptr), invalid);
  auto broken = inputs;
  broken[0] = nullptr;
  EXPECT_EQ(mlcc_run(session, 0, broken.data(), outputs.data()), invalid);
  EXPECT_NE(std::strstr(mlcc_last_error(), "'x'"), nullptr);
  broken[0] = reinterpret_cast<const char *>(tensors.x.data()) + 1;
  EXPECT_EQ(mlcc_run(session, 0, broken.data(), outputs.data()), invalid);
  EXPECT_EQ(mlcc_run(session, 0, inputs.data(), outputs.data()), 0);
  mlcc_unload(session);
  mlcc_unload(nullptr);
}

TEST(Session, HoldsInputsToTheValuesTheyWereBoundTo) {
  HandMadeModel model;
  Model loaded(model.get(), 1);
  Tensors tensors;
  loaded.run(tensors.inputs(), tensors.outputs());
  tensors.mode = 8;
  try {
    loaded.run(tensors.inputs(), tensors.outputs());
    FAIL() << "not refused";
  } catch (const Error &error) {
    EXPECT_EQ(error.code(),
              static_cast<mlcc_status>(RuntimeErrorCode::WrongInputValue));
    EXPECT_NE(std::strstr(error.what(), "'mode'"), nullptr);
  }
}

TEST(Session, ReportsMemoryThatCannotBeHad) {
  HandMadeModel model;
  model.model.arena_bytes = uint64_t(1) << 60;
  EXPECT_EQ(loadFailure(model), RuntimeErrorCode::OutOfMemory);
}

std::atomic<bool> kernelEntered, kernelMayLeave;

void waitingKernel(int64_t, int64_t, void *const *) {
  kernelEntered = true;
  while (!kernelMayLeave)
    std::this_thread::yield();
}

TEST(Session, RefusesASecondRunAtTheSameTime) {
  HandMadeModel model;
  model.steps[0].kernel = waitingKernel;
  model.steps[0].grain = rows;
  Model loaded(model.get(), 1);
  Tensors first, second;
  kernelEntered = kernelMayLeave = false;
  std::thread runner([&] { loaded.run(first.inputs(), first.outputs()); });
  while (!kernelEntered)
    std::this_thread::yield();
  auto inputs = second.inputs();
  auto outputs = second.outputs();
  EXPECT_EQ(mlcc_run(loaded.get(), 0, inputs.data(), outputs.data()),
            static_cast<mlcc_status>(RuntimeErrorCode::SessionBusy));
  kernelMayLeave = true;
  runner.join();
}

TEST(Session, ErrorsBelongToTheirThread) {
  HandMadeModel model;
  model.model.abi_version = 99;
  loadFailure(model);
  std::string here = mlcc_last_error();
  std::thread([] { EXPECT_STREQ(mlcc_last_error(), ""); }).join();
  EXPECT_EQ(here, mlcc_last_error());
}

std::vector<std::pair<int64_t, int64_t>> ranges;
std::mutex rangesMutex;

void recordingKernel(int64_t begin, int64_t end, void *const *) {
  std::lock_guard lock(rangesMutex);
  ranges.emplace_back(begin, end);
}

TEST(Session, DividesKernelsByTheirGrain) {
  struct Case {
    int64_t work, grain;
    size_t parts;
  };
  for (Case c : {Case{100, 1, 4},
                 {100, 40, 2},
                 {100, 60, 1},
                 {100, 1000, 1},
                 {3, 1, 3},
                 {0, 1, 1},
                 {5, 0, 4}}) {
    HandMadeModel model;
    model.steps[0].kernel = recordingKernel;
    model.steps[0].work = c.work;
    model.steps[0].grain = c.grain;
    Model loaded(model.get(), 4);
    ranges.clear();
    Tensors tensors;
    loaded.run(tensors.inputs(), tensors.outputs());
    EXPECT_EQ(ranges.size(), c.parts);
    std::sort(ranges.begin(), ranges.end());
    int64_t expected = 0;
    for (auto [begin, end] : ranges) {
      EXPECT_EQ(begin, expected);
      expected = end;
    }
    EXPECT_EQ(expected, c.work);
  }
}

TEST(Errors, CatalogueIsSortedAndComplete) {
  int previous = 5000;
  for (const RuntimeErrorInfo &info : runtimeErrorCatalogue()) {
    EXPECT_GT(static_cast<int>(info.code), previous);
    previous = static_cast<int>(info.code);
    EXPECT_GT(std::strlen(info.title), 10u);
    EXPECT_GT(std::strlen(info.remedy), 10u);
  }
  EXPECT_LT(previous, 6000);
}

} // namespace
