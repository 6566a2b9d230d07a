//===- Initializers.cpp - First values of variables -----------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "frontends/mlc/Initializers.h"

#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/nn/Math.h"
#include "dialects/nn/NN.h"
#include "dialects/nn/Random.h"
#include "frontends/mlc/WeightsFile.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <cmath>

using namespace mlir;
using namespace mlcc;
using namespace mlcc::mlc_frontend;

namespace {
/// Builds the first value of one variable after another.
class InitializerBuilder {
public:
  InitializerBuilder(OpBuilder &builder, Value seed, WeightsFiles &files);
  /// Null after an error.
  Value build(const Variable &variable);

private:
  Value filled(RankedTensorType type, double value);
  Value uniform(RankedTensorType type, double low, double high);
  Value normal(RankedTensorType type, double mean, double deviation);
  Value orthogonal(RankedTensorType type);
  Value buildKind(const Variable &variable);

  OpBuilder &builder;
  Value seed;
  Value key;
  WeightsFiles &files;
  int64_t streams = 0;
};
} // namespace

/// The pair (seed, counter) that draws take.
static Value makeKey(OpBuilder &builder, Location location, Value seed,
                     int64_t counter) {
  auto type = RankedTensorType::get({1}, builder.getI64Type());
  Value first =
      nn::ReshapeOp::create(builder, location, seed, ArrayRef<int64_t>{1});
  Value second = nn::ConstantOp::create(
      builder, location, DenseElementsAttr::get(type, {counter}));
  return nn::ConcatOp::create(builder, location, ValueRange{first, second},
                              int64_t(0));
}

InitializerBuilder::InitializerBuilder(OpBuilder &builder, Value seed,
                                       WeightsFiles &files)
    : builder(builder), seed(seed),
      key(makeKey(builder, seed.getLoc(), seed, 0)), files(files) {}

Value InitializerBuilder::filled(RankedTensorType type, double value) {
  nn::Math math(builder, seed.getLoc());
  return math.broadcast(math.scalar(value, type.getElementType()),
                        type.getShape());
}

Value InitializerBuilder::uniform(RankedTensorType type, double low,
                                  double high) {
  nn::Math math(builder, seed.getLoc());
  Value draw = nn::drawUniform(builder, seed.getLoc(), key, type, streams++);
  return math.add(math.mul(draw, high - low), low);
}

Value InitializerBuilder::normal(RankedTensorType type, double mean,
                                 double deviation) {
  nn::Math math(builder, seed.getLoc());
  Value draw = nn::drawNormal(builder, seed.getLoc(), key, type, streams++);
  Value scaled = math.mul(draw, deviation);
  return mean == 0 ? scaled : math.add(scaled, mean);
}

/// The orthogonal factor of a random matrix's polar decomposition, which is
/// distributed evenly as that of its QR decomposition is. Newton and Schulz:
/// X <- 3/2 X - 1/2 X X^T X takes singular values in (0, sqrt 3) to 1.
Value InitializerBuilder::orthogonal(RankedTensorType type) {
  Location location = seed.getLoc();
  nn::Math math(builder, location);
  int64_t rows = type.getRank() ? type.getDimSize(0) : 1;
  int64_t columns = type.getNumElements() / std::max<int64_t>(rows, 1);
  bool isWide = rows <= columns;
  auto matrix =
      RankedTensorType::get({std::min(rows, columns), std::max(rows, columns)},
                            type.getElementType());
  Value x = normal(matrix, 0, 1);
  // The largest singular value is about sqrt(rows) + sqrt(columns): with this
  // margin it is less than sqrt 3.
  double bound = std::sqrt(double(rows)) + std::sqrt(double(columns)) + 6;
  x = math.mul(x, 1.5 / bound);
  auto multiply = [&](Value lhs, Value rhs, bool transposeRhs) -> Value {
    return nn::MatMulOp::create(builder, location, lhs, rhs, Value(), false,
                                transposeRhs);
  };
  // Small singular values grow by half in each round: those of a square matrix
  // of some thousand rows are about 1e-6 of the largest.
  for (int round = 0; round < 48; ++round) {
    Value cubed = multiply(multiply(x, x, true), x, false);
    x = math.sub(math.mul(x, 1.5), math.mul(cubed, 0.5));
  }
  if (!isWide)
    x = nn::TransposeOp::create(builder, location, x, ArrayRef<int64_t>{1, 0});
  return math.reshape(x, type.getShape());
}

Value InitializerBuilder::buildKind(const Variable &variable) {
  const v1::Initializer &initializer = variable.initializer;
  RankedTensorType type = variable.type;
  double fanIn = std::max(variable.fanIn, 1.0);
  double fans = fanIn + std::max(variable.fanOut, 1.0);
  auto within = [&](double bound) { return uniform(type, -bound, bound); };
  auto spread = [&](double deviation) { return normal(type, 0, deviation); };
  switch (initializer.kind()) {
  case v1::Initializer::ZEROS:
    return filled(type, 0);
  case v1::Initializer::ONES:
    return filled(type, 1);
  case v1::Initializer::CONSTANT:
    return filled(type, initializer.value());
  case v1::Initializer::UNIFORM:
    return uniform(type, initializer.has_low() ? initializer.low() : -0.05,
                   initializer.has_high() ? initializer.high() : 0.05);
  case v1::Initializer::NORMAL:
    return normal(type, initializer.mean(),
                  initializer.has_deviation() ? initializer.deviation() : 0.05);
  case v1::Initializer::XAVIER_UNIFORM:
    return within(std::sqrt(6 / fans));
  case v1::Initializer::XAVIER_NORMAL:
    return spread(std::sqrt(2 / fans));
  case v1::Initializer::HE_UNIFORM:
    return within(std::sqrt(6 / fanIn));
  case v1::Initializer::HE_NORMAL:
    return spread(std::sqrt(2 / fanIn));
  case v1::Initializer::LECUN_UNIFORM:
    return within(std::sqrt(3 / fanIn));
  case v1::Initializer::LECUN_NORMAL:
    return spread(std::sqrt(1 / fanIn));
  case v1::Initializer::FAN_IN_UNIFORM:
    return within(1 / std::sqrt(fanIn));
  case v1::Initializer::ORTHOGONAL:
    return orthogonal(type);
  case v1::Initializer::FILE:
    return files.read(builder, variable);
  default:
    emitError(variable.location, ErrorCode::InvalidField)
        << "the number " << int(initializer.kind())
        << " is no kind of initializer";
    return nullptr;
  }
}

Value InitializerBuilder::build(const Variable &variable) {
  if (variable.role == rt::Role::Random)
    return makeKey(builder, seed.getLoc(), seed, 1);
  bool isFloat = isa<FloatType>(variable.type.getElementType());
  v1::Initializer::Kind kind = variable.initializer.kind();
  if (!isFloat && kind != v1::Initializer::ZEROS &&
      kind != v1::Initializer::ONES && kind != v1::Initializer::CONSTANT) {
    emitError(variable.location, ErrorCode::InvalidField)
        << "a variable of integers begins with zeros, ones or a constant";
    return nullptr;
  }
  Value value = buildKind(variable);
  if (!value || !variable.initializer.has_scale())
    return value;
  return nn::Math(builder, seed.getLoc())
      .mul(value, variable.initializer.scale());
}

LogicalResult mlcc::mlc_frontend::addInitialize(ModuleOp module,
                                                const VariableTable &variables,
                                                StringRef descriptionPath) {
  OpBuilder builder = OpBuilder::atBlockEnd(module.getBody());
  Location location =
      NameLoc::get(builder.getStringAttr("initialize"), module.getLoc());
  auto seedType = RankedTensorType::get({}, builder.getI64Type());
  auto function = func::FuncOp::create(builder, location, "initialize",
                                       builder.getFunctionType(seedType, {}));
  function.setArgAttr(0, rt::nameAttrName, builder.getStringAttr("seed"));
  builder.setInsertionPointToStart(function.addEntryBlock());

  WeightsFiles files(descriptionPath);
  InitializerBuilder initializers(builder, function.getArgument(0), files);
  SmallVector<Value> values;
  SmallVector<DictionaryAttr> attributes;
  bool failed = false;
  for (const Variable &variable : variables) {
    Value value = initializers.build(variable);
    failed |= !value;
    values.push_back(value);
    attributes.push_back(builder.getDictionaryAttr(builder.getNamedAttr(
        rt::variableAttrName,
        FlatSymbolRefAttr::get(builder.getContext(), variable.name))));
  }
  if (failed)
    return failure();
  func::ReturnOp::create(builder, location, values);
  function.setType(
      builder.getFunctionType(seedType, ValueRange(values).getTypes()));
  function.setAllResultAttrs(attributes);
  return success();
}
