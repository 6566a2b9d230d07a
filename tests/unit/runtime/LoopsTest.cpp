//===- LoopsTest.cpp - Loop steps of a model made by hand -----------------===//
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

/// arguments: x, s, w, scratch, y, s'. scratch = x w, s' = s + scratch, y = s'.
void stepKernel(int64_t, int64_t, void *const *arguments) {
  auto value = [&](int i) -> float & {
    return *static_cast<float *>(arguments[i]);
  };
  value(3) = value(0) * value(2);
  value(5) = value(1) + value(3);
  value(4) = value(5);
}

/// arguments: s, limit, more, s'. s' = 2 s, more = s' < limit.
void doubleKernel(int64_t, int64_t, void *const *arguments) {
  auto *next = static_cast<float *>(arguments[3]);
  *next = 2 * *static_cast<const float *>(arguments[0]);
  *static_cast<bool *>(arguments[2]) =
      *next < *static_cast<const float *>(arguments[1]);
}

/// scan: sums of the products of x [trips] with w, from s on, with all sums and
/// the last. while: s doubled until it is not below a limit.
struct LoopModel {
  static constexpr int64_t most = 8;

  explicit LoopModel(int64_t trips, bool reverse = false) {
    dims[0] = trips;
    sequence.bytes = stack.bytes = 4 * trips;
    scanLoop.trips = whileLoop.trips = trips;
    if (reverse) {
      scanStrides[0] = scanStrides[3] = -4;
      scanPlaces[0].offset = scanPlaces[3].offset = 4 * (trips - 1);
    }
  }

  int64_t dims[1];
  mlcc_tensor_info scalar = {"x", MLCC_F32, 0, nullptr, 4, nullptr, 0, 0};
  mlcc_tensor_info boolean = {"b", MLCC_BOOL, 0, nullptr, 1, nullptr, 0, 0};
  mlcc_tensor_info sequence = {"xs", MLCC_F32, 1, dims, 0, nullptr, 0, 0};
  mlcc_tensor_info stack = {"ys", MLCC_F32, 1, dims, 0, nullptr, 0, 0};

  // Bodies.
  mlcc_tensor_info stepInputs[3] = {scalar, scalar, scalar};
  mlcc_tensor_info stepOutputs[2] = {scalar, scalar};
  mlcc_place stepPlaces[6] = {{MLCC_INPUT, 0, 0},  {MLCC_INPUT, 1, 0},
                              {MLCC_INPUT, 2, 0},  {MLCC_ARENA, 0, 64},
                              {MLCC_OUTPUT, 0, 0}, {MLCC_OUTPUT, 1, 0}};
  mlcc_step step = {MLCC_STEP_KERNEL, 6, stepPlaces, "step", nullptr, 0,
                    stepKernel,       1, 1,          0,      0,       0,
                    nullptr};
  mlcc_tensor_info doubleInputs[2] = {scalar, scalar};
  mlcc_tensor_info doubleOutputs[2] = {boolean, scalar};
  mlcc_place doublePlaces[4] = {{MLCC_INPUT, 0, 0},
                                {MLCC_INPUT, 1, 0},
                                {MLCC_OUTPUT, 0, 0},
                                {MLCC_OUTPUT, 1, 0}};
  mlcc_step twice = {MLCC_STEP_KERNEL,
                     4,
                     doublePlaces,
                     "double",
                     nullptr,
                     0,
                     doubleKernel,
                     1,
                     1,
                     0,
                     0,
                     0,
                     nullptr};
  mlcc_function bodies[2] = {
      {"step", 3, 2, stepInputs, stepOutputs, 1, &step, 0, nullptr, nullptr, 0},
      {"double", 2, 2, doubleInputs, doubleOutputs, 1, &twice, 0, nullptr,
       nullptr, 0}};

  // Loops.
  int64_t scanStrides[5] = {4, 0, 0, 4, 0};
  mlcc_loop scanLoop = {0, 1, 1, 0, 0, scanStrides};
  mlcc_place scanPlaces[7] = {{MLCC_INPUT, 0, 0},  {MLCC_INPUT, 1, 0},
                              {MLCC_INPUT, 2, 0},  {MLCC_OUTPUT, 0, 0},
                              {MLCC_OUTPUT, 1, 0}, {MLCC_ARENA, 0, 0},
                              {MLCC_ARENA, 0, 64}};
  mlcc_step scan = {MLCC_STEP_LOOP, 7, scanPlaces, "scan", nullptr, 0,
                    nullptr,        0, 0,          0,      0,       0,
                    &scanLoop};
  int64_t whileStrides[4] = {};
  mlcc_loop whileLoop = {1, 1, 0, 1, 0, whileStrides};
  mlcc_place whilePlaces[6] = {{MLCC_INPUT, 0, 0},  {MLCC_INPUT, 1, 0},
                               {MLCC_ARENA, 0, 64}, {MLCC_OUTPUT, 0, 0},
                               {MLCC_ARENA, 0, 0},  {MLCC_ARENA, 0, 128}};
  mlcc_step whileStep = {MLCC_STEP_LOOP, 6, whilePlaces, "while", nullptr, 0,
                         nullptr,        0, 0,           0,       0,       0,
                         &whileLoop};
  mlcc_tensor_info scanInputs[3] = {sequence, scalar, scalar};
  mlcc_tensor_info scanOutputs[2] = {stack, scalar};
  mlcc_tensor_info whileInputs[2] = {scalar, scalar};
  mlcc_function functions[2] = {
      {"scan", 3, 2, scanInputs, scanOutputs, 1, &scan, 0, nullptr, nullptr, 0},
      {"while", 2, 1, whileInputs, &scalar, 1, &whileStep, 0, nullptr, nullptr,
       0}};
  mlcc_model model = {MLCC_ABI_VERSION,
                      sizeof(mlcc_model),
                      "loops",
                      "{}",
                      "",
                      2,
                      functions,
                      nullptr,
                      0,
                      192,
                      0,
                      nullptr,
                      0,
                      2,
                      bodies};

  /// What depends on the number of trips, once that is known.
  const mlcc_model &finished() {
    scanInputs[0] = sequence;
    scanOutputs[0] = stack;
    return model;
  }
};

TEST(LoopSteps, StatesEndInTheirPlacesAfterAnyNumberOfTrips) {
  for (int64_t trips = 1; trips <= LoopModel::most; ++trips)
    for (bool reverse : {false, true}) {
      LoopModel made(trips, reverse);
      Model model(made.finished(), 1);
      // Again with other memory: everything follows.
      for (int run = 0; run < 2; ++run) {
        std::vector<float> x(trips), y(trips), expected(trips);
        for (int64_t i = 0; i < trips; ++i)
          x[i] = static_cast<float>(i + run + 1);
        float s = 5, w = 2, last = 0, sum = s;
        for (int64_t trip = 0; trip < trips; ++trip) {
          int64_t i = reverse ? trips - 1 - trip : trip;
          expected[i] = sum += w * x[i];
        }
        model.run({x.data(), &s, &w}, {y.data(), &last}, 0);
        EXPECT_EQ(y, expected) << trips;
        EXPECT_EQ(last, sum) << trips;
        EXPECT_EQ(s, 5) << "inputs are not written";
      }
    }
}

TEST(LoopSteps, WhileLoopsEndEarly) {
  for (int64_t trips = 1; trips <= LoopModel::most; ++trips) {
    LoopModel made(trips);
    Model model(made.finished(), 1);
    for (float limit : {1.f, 3.f, 6.f, 12.f, 1e9f}) {
      float s = 1, expected = 1, last = 0;
      for (int64_t trip = 0; trip < trips; ++trip)
        if ((expected *= 2) >= limit)
          break;
      model.run({&s, &limit}, {&last}, 1);
      EXPECT_EQ(last, expected) << trips << " trips, limit " << limit;
    }
  }
}

TEST(LoopSteps, CheckedRunsLookAtTheirResults) {
  LoopModel made(4);
  Model model(made.finished(), 1);
  float x[4] = {1, 2, INFINITY, -INFINITY}, s = 0, w = 1, y[4], last;
  const void *inputs[] = {x, &s, &w};
  void *outputs[] = {y, &last};
  int64_t step = 5;
  ASSERT_EQ(mlcc_run_checked(model.get(), 0, inputs, outputs, &step), 0);
  EXPECT_EQ(step, 0);
  x[2] = x[3] = 0;
  ASSERT_EQ(mlcc_run_checked(model.get(), 0, inputs, outputs, &step), 0);
  EXPECT_EQ(step, -1);
}

TEST(LoopSteps, ModelsThatContradictThemselvesAreRefused) {
  using Damage = void (*)(LoopModel &);
  Damage damages[] = {[](LoopModel &m) { m.model.bodies = nullptr; },
                      [](LoopModel &m) { m.model.body_count = 1; },
                      [](LoopModel &m) { m.scan.loop = nullptr; },
                      [](LoopModel &m) { m.scanLoop.body = 2; },
                      [](LoopModel &m) { m.scanLoop.trips = 0; },
                      [](LoopModel &m) { m.scanLoop.trips = 5; },
                      [](LoopModel &m) { m.scanLoop.trips = INT64_MAX; },
                      [](LoopModel &m) { m.scanLoop.strides = nullptr; },
                      [](LoopModel &m) { m.scanStrides[0] = 8; },
                      [](LoopModel &m) { m.scanStrides[0] = -4; },
                      [](LoopModel &m) { m.scanStrides[1] = 4; },
                      [](LoopModel &m) { m.scanStrides[3] = INT64_MIN; },
                      [](LoopModel &m) { m.scanLoop.state_count = 2; },
                      [](LoopModel &m) { m.scanLoop.first_state = 3; },
                      [](LoopModel &m) { m.scanLoop.is_while = 1; },
                      [](LoopModel &m) { m.scanLoop.is_while = 2; },
                      [](LoopModel &m) { m.scan.place_count = 6; },
                      [](LoopModel &m) { m.scanPlaces[5].offset = 192; },
                      [](LoopModel &m) { m.scanPlaces[6].offset = 192; },
                      [](LoopModel &m) { m.scanPlaces[6].space = MLCC_STATE; },
                      [](LoopModel &m) { m.doubleInputs[0].bytes = 8; },
                      // A body that runs itself.
                      [](LoopModel &m) { m.bodies[0].steps = &m.scan; }};
  for (size_t i = 0; i < std::size(damages); ++i) {
    LoopModel made(4);
    made.finished();
    damages[i](made);
    mlcc_session *session = nullptr;
    EXPECT_EQ(mlcc_load(&made.model, nullptr, &session),
              static_cast<mlcc_status>(RuntimeErrorCode::CorruptModel))
        << i;
    mlcc_unload(session);
  }
}

} // namespace
