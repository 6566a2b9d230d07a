//===- array.cpp - A tensor in memory, as files hold it -------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/cli/array.h"

#include "runtime/src/errors.h"
#include "runtime/src/model_check.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

namespace mlcc::cli {

std::optional<uint64_t> tensorBytes(int32_t type,
                                    std::span<const int64_t> dims) {
  // A zero extent makes the tensor empty whatever the others are, but they
  // still must make sense.
  uint64_t bytes = typeBytes(type);
  bool empty = false;
  for (int64_t dim : dims) {
    if (dim < 0)
      return std::nullopt;
    if (dim == 0)
      empty = true;
    else if (__builtin_mul_overflow(bytes, static_cast<uint64_t>(dim), &bytes))
      return std::nullopt;
  }
  if (bytes > static_cast<uint64_t>(std::numeric_limits<int64_t>::max()))
    return std::nullopt;
  return empty ? 0 : bytes;
}

std::string describeTensor(int32_t type, std::span<const int64_t> dims) {
  std::string text = typeName(type) + " ";
  if (dims.empty())
    return text + "scalar";
  for (size_t i = 0; i < dims.size(); ++i)
    text += (i ? "x" : "") + std::to_string(dims[i]);
  return text;
}

uint64_t Array::elements() const { return data.size() / typeBytes(type); }

std::string Array::describe() const { return describeTensor(type, dims); }

double Array::at(uint64_t index) const {
  return elementValue(type, data.data() + index * typeBytes(type));
}

Array makeArray(mlcc_type type, std::vector<int64_t> dims,
                const std::string &file) {
  std::optional<uint64_t> bytes = tensorBytes(type, dims);
  if (!bytes)
    throw RuntimeError(RuntimeErrorCode::MalformedFile,
                       file + ": no tensor can have the shape " +
                           describeTensor(type, dims));
  return {type, std::move(dims), Buffer(*bytes, "contents of a file")};
}

template <typename T> static double load(const void *address) {
  T value;
  std::memcpy(&value, address, sizeof(T));
  return static_cast<double>(value);
}

template <typename T> static void store(void *address, double value) {
  T result;
  if constexpr (std::is_integral_v<T>) {
    using Limits = std::numeric_limits<T>;
    double rounded = std::isnan(value) ? 0 : std::nearbyint(value);
    // The limits of 64-bit types are not representable, hence the comparison
    // with the next power of two.
    if (rounded <= static_cast<double>(Limits::min()))
      result = Limits::min();
    else if (rounded >= std::ldexp(1.0, Limits::digits))
      result = Limits::max();
    else
      result = static_cast<T>(rounded);
  } else {
    result = static_cast<T>(value);
  }
  std::memcpy(address, &result, sizeof(T));
}

static float fromBf16(uint16_t bits) {
  return std::bit_cast<float>(static_cast<uint32_t>(bits) << 16);
}

/// Rounds to nearest, ties to even.
static uint16_t toBf16(float value) {
  uint32_t bits = std::bit_cast<uint32_t>(value);
  if (std::isnan(value))
    return static_cast<uint16_t>(bits >> 16 | 0x40);
  return static_cast<uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

/// IEEE 754 binary16.
static float fromF16(uint16_t bits) {
  int exponent = bits >> 10 & 31;
  float mantissa = static_cast<float>(bits & 1023);
  float magnitude;
  if (exponent == 31)
    magnitude = mantissa != 0 ? std::numeric_limits<float>::quiet_NaN()
                              : std::numeric_limits<float>::infinity();
  else if (exponent == 0)
    magnitude = std::ldexp(mantissa, -24);
  else
    magnitude = std::ldexp(mantissa + 1024, exponent - 25);
  return bits >> 15 ? -magnitude : magnitude;
}

/// Rounds to nearest, ties to even.
static uint16_t toF16(float value) {
  uint16_t sign = std::signbit(value) ? 0x8000 : 0;
  float magnitude = std::fabs(value);
  if (std::isnan(value))
    return 0x7e00;
  if (magnitude >= 65520)
    return sign | 0x7c00;
  if (magnitude < 0x1p-14f)
    return sign | static_cast<uint16_t>(std::nearbyint(magnitude * 0x1p24f));
  int exponent;
  std::frexp(magnitude, &exponent); // magnitude in [2^(exponent-1), 2^exponent)
  // The carry of a mantissa that rounds up to 2048 raises the exponent.
  auto mantissa = static_cast<uint16_t>(
      std::nearbyint(std::ldexp(magnitude, 11 - exponent)));
  return sign | static_cast<uint16_t>(((exponent + 13) << 10) + mantissa);
}

double elementValue(int32_t type, const void *address) {
  switch (type) {
  case MLCC_F32:
    return load<float>(address);
  case MLCC_F64:
    return load<double>(address);
  case MLCC_F16:
    return fromF16(static_cast<uint16_t>(load<uint16_t>(address)));
  case MLCC_BF16:
    return fromBf16(static_cast<uint16_t>(load<uint16_t>(address)));
  case MLCC_I8:
    return load<int8_t>(address);
  case MLCC_U8:
    return load<uint8_t>(address);
  case MLCC_I16:
    return load<int16_t>(address);
  case MLCC_U16:
    return load<uint16_t>(address);
  case MLCC_I32:
    return load<int32_t>(address);
  case MLCC_U32:
    return load<uint32_t>(address);
  case MLCC_I64:
    return load<int64_t>(address);
  case MLCC_U64:
    return load<uint64_t>(address);
  default:
    return load<uint8_t>(address) != 0;
  }
}

void storeElement(int32_t type, void *address, double value) {
  uint16_t half;
  switch (type) {
  case MLCC_F32:
    return store<float>(address, value);
  case MLCC_F64:
    return store<double>(address, value);
  case MLCC_F16:
    half = toF16(static_cast<float>(value));
    std::memcpy(address, &half, sizeof(half));
    return;
  case MLCC_BF16:
    half = toBf16(static_cast<float>(value));
    std::memcpy(address, &half, sizeof(half));
    return;
  case MLCC_I8:
    return store<int8_t>(address, value);
  case MLCC_U8:
    return store<uint8_t>(address, value);
  case MLCC_I16:
    return store<int16_t>(address, value);
  case MLCC_U16:
    return store<uint16_t>(address, value);
  case MLCC_I32:
    return store<int32_t>(address, value);
  case MLCC_U32:
    return store<uint32_t>(address, value);
  case MLCC_I64:
    return store<int64_t>(address, value);
  case MLCC_U64:
    return store<uint64_t>(address, value);
  default:
    return store<uint8_t>(address, value != 0);
  }
}

} // namespace mlcc::cli
