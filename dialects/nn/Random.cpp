//===- Random.cpp - Random numbers of nn ----------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/nn/Random.h"

#include "dialects/nn/NN.h"

#include <cmath>
#include <numbers>

using namespace mlir;
using namespace mlcc;
using namespace mlcc::nn;

//===----------------------------------------------------------------------===//
// RandomBitsOp
//===----------------------------------------------------------------------===//

/// Counters number blocks of four elements by 32 bits.
static constexpr int64_t maxDrawnElements = int64_t(1) << 34;

LogicalResult RandomBitsOp::inferReturnTypes(MLIRContext *context,
                                             OptionalLocation location,
                                             Adaptor adaptor,
                                             InferredTypes &inferred) {
  auto key = checkTensor(location, adaptor.getKey().getType(), "key",
                         ElementKind::Integer);
  if (failed(key) ||
      failed(checkElementType(location, *key, "key",
                              IntegerType::get(context, 64))) ||
      failed(
          checkShape(location, *key, "key", {2}, "the seed and the counter")))
    return failure();
  int64_t stream = adaptor.getStream();
  if (stream < 0 || stream > std::numeric_limits<uint32_t>::max())
    return inferenceError(location, ErrorCode::InvalidAttribute,
                          "'stream' is " + llvm::Twine(stream) +
                              "; it must be a number of 32 bits");
  if (failed(inferTensor(location, adaptor.getShape(),
                         IntegerType::get(context, 32, IntegerType::Unsigned),
                         inferred)))
    return failure();
  if (cast<RankedTensorType>(inferred.back()).getNumElements() <=
      maxDrawnElements)
    return success();
  return inferenceError(
      location, ErrorCode::TooLarge,
      "the result of shape " + shapeText(adaptor.getShape()) +
          " is too large; at most 2^34 elements can be drawn");
}

//===----------------------------------------------------------------------===//
// Distributions
//===----------------------------------------------------------------------===//

namespace {
/// Builds the ops of one draw.
class Draw {
public:
  Draw(OpBuilder &builder, Location location, Value key, RankedTensorType type,
       int64_t stream)
      : builder(builder), location(location), key(key), type(type),
        stream(stream) {}

  /// `count` independent tensors of whole numbers below 2^digits as elements of
  /// the type.
  SmallVector<Value> drawNumbers(unsigned count, unsigned digits);

  Value constant(double value) {
    auto scalar = RankedTensorType::get({}, type.getElementType());
    return ConstantOp::create(
        builder, location,
        DenseElementsAttr::get(scalar,
                               FloatAttr::get(type.getElementType(), value)));
  }
  Value scaled(Value value, double factor) {
    return MulOp::create(builder, location, value, constant(factor));
  }
  /// Random bits that the element type holds exactly.
  unsigned getDigits() const {
    return cast<FloatType>(type.getElementType()).getFPMantissaWidth();
  }

private:
  Value topBits(Value bits, unsigned count);

  OpBuilder &builder;
  Location location;
  Value key;
  RankedTensorType type;
  int64_t stream;
};
} // namespace

/// The first `count` of 32 bits as a number of the type.
Value Draw::topBits(Value bits, unsigned count) {
  auto scalar = RankedTensorType::get(
      {}, cast<RankedTensorType>(bits.getType()).getElementType());
  Value distance = ConstantOp::create(
      builder, location,
      DenseElementsAttr::get(scalar, llvm::APInt(32, 32 - count)));
  Value shifted = ShiftRightOp::create(builder, location, bits, distance);
  return CastOp::create(builder, location, shifted, type.getElementType());
}

SmallVector<Value> Draw::drawNumbers(unsigned count, unsigned digits) {
  unsigned words = digits > 32 ? 2 : 1;
  SmallVector<int64_t> shape{static_cast<int64_t>(count * words)};
  llvm::append_range(shape, type.getShape());
  Value bits = RandomBitsOp::create(builder, location, key, shape, stream);
  SmallVector<int64_t> starts(shape.size(), 0), steps(shape.size(), 1);
  shape.front() = 1;
  auto word = [&](unsigned index, unsigned size) {
    starts.front() = index;
    Value slice =
        SliceOp::create(builder, location, bits, starts, shape, steps);
    return topBits(ReshapeOp::create(builder, location, slice, type.getShape()),
                   size);
  };
  SmallVector<Value> numbers;
  for (unsigned i = 0; i < count; ++i) {
    if (words == 1) {
      numbers.push_back(word(i, digits));
      continue;
    }
    unsigned low = digits / 2;
    Value high = scaled(word(2 * i, digits - low), std::ldexp(1.0, low));
    numbers.push_back(
        AddOp::create(builder, location, high, word(2 * i + 1, low)));
  }
  return numbers;
}

Value nn::drawUniform(OpBuilder &builder, Location location, Value key,
                      RankedTensorType type, int64_t stream) {
  Draw draw(builder, location, key, type, stream);
  unsigned digits = draw.getDigits();
  return draw.scaled(draw.drawNumbers(1, digits).front(),
                     std::ldexp(1.0, -static_cast<int>(digits)));
}

Value nn::drawNormal(OpBuilder &builder, Location location, Value key,
                     RankedTensorType type, int64_t stream) {
  // Few digits would give few different numbers: small types are rounded.
  bool isSmall = type.getElementTypeBitWidth() < 32;
  RankedTensorType drawn = isSmall ? type.clone(builder.getF32Type()) : type;
  Draw draw(builder, location, key, drawn, stream);
  unsigned digits = draw.getDigits();
  SmallVector<Value> numbers = draw.drawNumbers(2, digits);
  double step = std::ldexp(1.0, -static_cast<int>(digits));
  // In (0, 1], so that the logarithm is finite.
  Value radius = SubOp::create(builder, location, draw.constant(1),
                               draw.scaled(numbers[0], step));
  radius = LogOp::create(builder, location, radius);
  radius = SqrtOp::create(builder, location, draw.scaled(radius, -2));
  Value angle = draw.scaled(numbers[1], 2 * std::numbers::pi * step);
  Value normal = MulOp::create(builder, location, radius,
                               CosOp::create(builder, location, angle));
  if (isSmall)
    normal = CastOp::create(builder, location, normal, type.getElementType());
  return normal;
}

Value nn::drawBernoulli(OpBuilder &builder, Location location, Value key,
                        Value probability, ArrayRef<int64_t> shape,
                        int64_t stream) {
  auto type = RankedTensorType::get(
      shape, cast<RankedTensorType>(probability.getType()).getElementType());
  Value uniform = drawUniform(builder, location, key, type, stream);
  return LessOp::create(builder, location, uniform, probability);
}

Value nn::drawCategorical(OpBuilder &builder, Location location, Value key,
                          Value logits, int64_t axis, int64_t stream) {
  auto type = cast<RankedTensorType>(logits.getType());
  if (type.getElementTypeBitWidth() < 32) {
    type = type.clone(builder.getF32Type());
    logits = CastOp::create(builder, location, logits, type.getElementType());
  }
  Draw draw(builder, location, key, type, stream);
  // Halfway between the multiples of 2^-digits, so neither 0 nor 1.
  unsigned digits = draw.getDigits() - 1;
  Value uniform =
      AddOp::create(builder, location, draw.drawNumbers(1, digits).front(),
                    draw.constant(0.5));
  uniform = draw.scaled(uniform, std::ldexp(1.0, -static_cast<int>(digits)));
  Value exponential = NegOp::create(builder, location,
                                    LogOp::create(builder, location, uniform));
  Value gumbel = LogOp::create(builder, location, exponential);
  Value disturbed = SubOp::create(builder, location, logits, gumbel);
  return ArgMaxOp::create(builder, location, disturbed, axis,
                          /*keepdims=*/false);
}

Value nn::advanceRandom(OpBuilder &builder, Location location, Value key) {
  auto type = cast<RankedTensorType>(key.getType());
  Value one = ConstantOp::create(
      builder, location, DenseElementsAttr::get(type, ArrayRef<int64_t>{0, 1}));
  return AddOp::create(builder, location, key, one);
}
