//===- HandMadeModel.h - A compiled model written by hand -------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// What mlcc would emit for  hidden = x * w (each row),  y = relu(hidden W),
// z = hidden, with W packed in a layout of the test's choice.
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_TESTS_UNIT_RUNTIME_HANDMADEMODEL_H
#define MLCC_TESTS_UNIT_RUNTIME_HANDMADEMODEL_H

#include "mlcc/abi.h"

#include <cstdint>
#include <string>
#include <vector>

namespace mlcc::test {

constexpr int64_t rows = 6, inner = 64, columns = 32;

/// A model that owns all that its description points to.
class HandMadeModel {
public:
  /// `layout` is that of the weights W [inner, columns].
  explicit HandMadeModel(const std::string &layout = "ab");
  HandMadeModel(const HandMadeModel &) = delete;

  const mlcc_model &get() const { return model; }

  /// Inputs of the model: x [rows, inner] and mode, whose only value is 7.
  static std::vector<float> makeX();
  static constexpr int64_t mode = 7;
  /// The outputs computed here.
  std::vector<float> expectedY(const std::vector<float> &x) const;
  std::vector<float> expectedZ(const std::vector<float> &x) const;

  // Open to damage by tests.
  mlcc_model model;
  mlcc_function function;
  std::vector<mlcc_tensor_info> inputs, outputs;
  std::vector<mlcc_step> steps;
  std::vector<mlcc_place> scalePlaces, productPlaces, copyPlaces;
  std::vector<uint8_t> spec;
  std::string name = "hand_made", features = "cx8 +sse2";

private:
  static float scaleOf(int64_t column);
  static float weightOf(int64_t row, int64_t column);

  std::vector<int64_t> xDims = {rows, inner}, yDims = {rows, columns};
  int64_t requiredMode = mode;
  std::vector<uint8_t> weights;
};

} // namespace mlcc::test

#endif // MLCC_TESTS_UNIT_RUNTIME_HANDMADEMODEL_H
