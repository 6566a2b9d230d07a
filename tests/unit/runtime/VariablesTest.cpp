//===- VariablesTest.cpp - Tests of state that outlives a run -------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlcc/model.hpp"
#include "runtime/src/errors.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

using namespace mlcc;

namespace {

/// state[0] += input[0], output[0] = state[0]
void addKernel(int64_t, int64_t, void *const *arguments) {
  auto *sum = static_cast<float *>(arguments[1]);
  *sum += *static_cast<const float *>(arguments[0]);
  *static_cast<float *>(arguments[2]) = *sum;
}

/// A model with the variables sum (f32) and copy (f32 2x3), and two functions:
/// add adds an input to sum; keep copies sum to copy[0][0].
struct StatefulModel {
  int64_t dims[2] = {2, 3};
  mlcc_tensor_info input = {"x", MLCC_F32, 0, nullptr, 4, nullptr, 0, 0};
  mlcc_tensor_info output = {"y", MLCC_F32, 0, nullptr, 4, nullptr, 0, 0};
  mlcc_variable_info variables[2] = {
      {{"sum", MLCC_F32, 0, nullptr, 4, nullptr, 0, 0}, MLCC_STATISTIC, 0},
      {{"copy", MLCC_F32, 2, dims, 24, nullptr, 0, 0}, MLCC_PARAMETER, 64}};
  mlcc_place addPlaces[3] = {
      {MLCC_INPUT, 0, 0}, {MLCC_STATE, 0, 0}, {MLCC_OUTPUT, 0, 0}};
  mlcc_place keepPlaces[2] = {{MLCC_STATE, 0, 0}, {MLCC_STATE, 0, 64}};
  mlcc_step add = {MLCC_STEP_KERNEL, 3, addPlaces, "add", nullptr,  0,
                   addKernel,        1, 1,         2,     MLCC_F32, 4,
                   nullptr};
  mlcc_step keep = {MLCC_STEP_COPY, 2, keepPlaces, "keep", nullptr, 0,
                    nullptr,        4, 0,          0,      0,       0,
                    nullptr};
  mlcc_variable_use addUses[1] = {{0, MLCC_READS_WRITES}};
  mlcc_variable_use keepUses[2] = {{0, MLCC_READS}, {1, MLCC_WRITES}};
  mlcc_function functions[2] = {
      {"add", 1, 1, &input, &output, 1, &add, 1, addUses, nullptr, 0},
      {"keep", 0, 0, nullptr, nullptr, 1, &keep, 2, keepUses, nullptr, 0}};
  mlcc_model model = {MLCC_ABI_VERSION,
                      sizeof(mlcc_model),
                      "stateful",
                      "{}",
                      "",
                      2,
                      functions,
                      nullptr,
                      0,
                      0,
                      2,
                      variables,
                      128,
                      0,
                      nullptr};
};

float addTo(Model &model, float x) {
  float y = 0;
  model.run({&x}, {&y}, 0);
  return y;
}

TEST(Variables, KeepTheirValuesFromRunToRun) {
  StatefulModel stateful;
  Model first(stateful.model, 1), second(stateful.model, 1);
  EXPECT_EQ(addTo(first, 2), 2) << "the state is zero at first";
  EXPECT_EQ(addTo(first, 3), 5);
  EXPECT_EQ(addTo(second, 7), 7) << "sessions have their own";
  first.run({}, {}, first.findFunction("keep"));
  EXPECT_EQ(first.get<float>(first.findVariable("copy")),
            (std::vector<float>{5, 0, 0, 0, 0, 0}));
}

TEST(Variables, CanBeSetAndFound) {
  StatefulModel stateful;
  Model model(stateful.model, 1);
  uint32_t sum = model.findVariable("sum");
  model.set<float>(sum, {40});
  EXPECT_EQ(addTo(model, 2), 42);
  void *address = nullptr;
  ASSERT_EQ(mlcc_variable_address(model.get(), sum, &address), 0);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(address) % 64, 0u);
  EXPECT_EQ(*static_cast<float *>(address), 42);
  EXPECT_EQ(mlcc_variable_count(&stateful.model), 2u);
  EXPECT_STREQ(mlcc_variable(&stateful.model, 1)->tensor.name, "copy");
  EXPECT_EQ(mlcc_variable(&stateful.model, 2), nullptr);
  EXPECT_EQ(mlcc_find_variable(&stateful.model, "none"), -1);
  EXPECT_EQ(mlcc_find_function(&stateful.model, "keep"), 1);
  EXPECT_EQ(mlcc_find_function(&stateful.model, nullptr), -1);
  EXPECT_THROW(model.findFunction("none"), std::out_of_range);
}

TEST(Variables, CheckedRunsFindTheStepThatFails) {
  StatefulModel stateful;
  Model model(stateful.model, 1);
  float x = 1, y = 0;
  const void *inputs[] = {&x};
  void *outputs[] = {&y};
  int64_t step = 5;
  ASSERT_EQ(mlcc_run_checked(model.get(), 0, inputs, outputs, &step), 0);
  EXPECT_EQ(step, -1);
  x = INFINITY;
  ASSERT_EQ(mlcc_run_checked(model.get(), 0, inputs, outputs, &step), 0);
  EXPECT_EQ(step, 0);
  EXPECT_EQ(y, INFINITY);
  EXPECT_NE(mlcc_run_checked(model.get(), 0, inputs, outputs, nullptr), 0);
  EXPECT_NE(mlcc_run_checked(model.get(), 2, inputs, outputs, &step), 0);
}

TEST(Variables, RefuseWrongArguments) {
  StatefulModel stateful;
  Model model(stateful.model, 1);
  auto invalid = static_cast<mlcc_status>(RuntimeErrorCode::InvalidArgument);
  float value = 0;
  EXPECT_EQ(mlcc_variable_get(model.get(), 0, &value, 8), invalid);
  EXPECT_NE(std::strstr(mlcc_last_error(), "'sum' has 4 bytes, not 8"), nullptr)
      << mlcc_last_error();
  EXPECT_EQ(mlcc_variable_set(model.get(), 0, nullptr, 4), invalid);
  EXPECT_EQ(mlcc_variable_get(model.get(), 2, &value, 4), invalid);
  EXPECT_EQ(mlcc_variable_get(nullptr, 0, &value, 4), invalid);
  EXPECT_EQ(mlcc_variable_address(model.get(), 0, nullptr), invalid);
}

TEST(Variables, ModelsThatContradictThemselvesAreRefused) {
  using Damage = void (*)(StatefulModel &);
  Damage damages[] = {
      [](StatefulModel &m) { m.model.variables = nullptr; },
      [](StatefulModel &m) { m.model.state_bytes = 64; },
      [](StatefulModel &m) { m.variables[1].offset = 65; },
      [](StatefulModel &m) { m.variables[1].offset = 0; },
      [](StatefulModel &m) { m.variables[1].offset = ~uint64_t(63); },
      [](StatefulModel &m) { m.variables[1].role = 6; },
      [](StatefulModel &m) { m.variables[1].tensor.name = nullptr; },
      [](StatefulModel &m) { m.variables[1].tensor.bytes = 20; },
      [](StatefulModel &m) { m.keepPlaces[1].offset = 192; },
      [](StatefulModel &m) { m.functions[0].variable_uses = nullptr; },
      [](StatefulModel &m) { m.addUses[0].variable = 2; },
      [](StatefulModel &m) { m.add.result_place = 3; },
      [](StatefulModel &m) { m.add.result_type = 77; },
      [](StatefulModel &m) { m.addUses[0].access = 4; },
      [](StatefulModel &m) { m.keepUses[1].variable = 0; }};
  for (size_t i = 0; i < std::size(damages); ++i) {
    StatefulModel stateful;
    damages[i](stateful);
    mlcc_session *session = nullptr;
    EXPECT_EQ(mlcc_load(&stateful.model, nullptr, &session),
              static_cast<mlcc_status>(RuntimeErrorCode::CorruptModel))
        << i;
    mlcc_unload(session);
  }
}

} // namespace
