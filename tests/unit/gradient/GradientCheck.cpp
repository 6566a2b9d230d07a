//===- GradientCheck.cpp - Gradients against finite differences -----------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tests/unit/gradient/GradientCheck.h"

#include "compiler/gradient/Differentiate.h"
#include "dialects/nn/Interpreter.h"
#include "dialects/nn/gradient/Gradient.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/OwningOpRef.h"

#include "llvm/ADT/StringExtras.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

using namespace mlir;
using namespace mlcc;
using namespace mlcc::nn;

void nn::loadGradients(MLIRContext &context) {
  DialectRegistry registry;
  registerGradientModels(registry);
  context.appendDialectRegistry(registry);
  context.loadDialect<NNDialect, func::FuncDialect>();
}

std::vector<Case> nn::allCases() {
  std::vector<Case> cases = elementwiseCases();
  llvm::append_range(cases, layerCases());
  llvm::append_range(cases, movementCases());
  llvm::append_range(cases, loopCases());
  return cases;
}

std::string Case::identifier() const {
  std::string text = std::string(op).substr(3) + "_" + name;
  for (char &c : text)
    if (!llvm::isAlnum(c))
      c = '_';
  return text;
}

/// The context with the dialects that a trial's function is made of.
static MLIRContext *prepared(MLIRContext *context) {
  loadGradients(*context);
  return context;
}

Trial::Trial(MLIRContext *context, unsigned seed)
    : random(seed),
      module(ModuleOp::create(UnknownLoc::get(prepared(context)))),
      function(func::FuncOp::create(UnknownLoc::get(context), "f",
                                    FunctionType::get(context, {}, {}))),
      block(*function.addEntryBlock()), builder(context),
      emit(builder, UnknownLoc::get(context)) {
  module->push_back(function);
  builder.setInsertionPointToEnd(&block);
}

//===----------------------------------------------------------------------===//
// Random choices
//===----------------------------------------------------------------------===//

int64_t Trial::between(int64_t low, int64_t high) {
  return std::uniform_int_distribution<int64_t>(low, high)(random);
}

Extents Trial::shape(int64_t lowRank, int64_t highRank) {
  Extents extents(between(lowRank, highRank));
  for (int64_t &extent : extents)
    extent = between(1, 4);
  return extents;
}

Extents Trial::broadcastable(ArrayRef<int64_t> shape) {
  Extents extents(shape.take_back(between(0, shape.size())));
  for (int64_t &extent : extents)
    if (coin())
      extent = 1;
  return extents;
}

//===----------------------------------------------------------------------===//
// Inputs
//===----------------------------------------------------------------------===//

/// Elements keep this distance from kinks: more than differences are taken
/// over.
static constexpr double margin = 0.01;

Value Trial::input(ArrayRef<int64_t> shape, const Domain &domain) {
  auto type = RankedTensorType::get(shape, builder.getF64Type());
  HostTensor tensor(type);
  std::uniform_real_distribution<double> uniform(domain.low, domain.high);
  for (int64_t i = 0; i < tensor.getNumElements(); ++i) {
    auto isNearKink = [&](double x) {
      return llvm::any_of(domain.kinks, [&](double kink) {
        return std::abs(x - kink) < margin;
      });
    };
    double x = uniform(random);
    while (isNearKink(x))
      x = uniform(random);
    tensor.setDouble(i, x);
  }
  arguments.push_back(tensor);
  domains.push_back(domain);
  inputs.push_back(block.addArgument(type, emit.getLocation()));
  return inputs.back();
}

Value Trial::distinct(ArrayRef<int64_t> shape) {
  Value value = input(shape);
  HostTensor &tensor = arguments.back();
  int64_t count = tensor.getNumElements();
  std::vector<int64_t> order(count);
  std::iota(order.begin(), order.end(), 0);
  std::shuffle(order.begin(), order.end(), random);
  for (int64_t i = 0; i < count; ++i)
    tensor.setDouble(i, 4 * (order[i] + 0.5) / count - 2);
  return value;
}

Value Trial::indices(ArrayRef<int64_t> shape, int64_t low, int64_t high) {
  std::vector<int64_t> elements(gradient::elementCount(shape));
  for (int64_t &element : elements)
    element = between(low, high);
  return emit.indices(shape, elements);
}

Value Trial::number(double value) {
  return emit.constant(builder.getF64Type(), {}, value);
}

Value Trial::numbers(ArrayRef<int64_t> shape) {
  std::uniform_real_distribution<double> uniform(-2, 2);
  std::vector<double> elements(gradient::elementCount(shape));
  for (double &element : elements)
    element = uniform(random);
  return emit.constant(builder.getF64Type(), shape, elements);
}

//===----------------------------------------------------------------------===//
// The function
//===----------------------------------------------------------------------===//

/// The sum of products with random weights.
Value Trial::weighted(Value value) {
  Value product = emit.mul(value, numbers(gradient::shapeOf(value)));
  return emit.sumOver(product,
                      gradient::axesBetween(0, gradient::shapeOf(value).size()),
                      /*keepdims=*/false);
}

void Trial::output(Value value) {
  Value product = weighted(value);
  sum = sum ? emit.add(sum, product) : product;
}

Value Trial::total() {
  if (sum)
    return sum;
  Operation *last = &block.back();
  for (Value result : last->getResults())
    if (isa<FloatType>(getElementTypeOrSelf(result.getType())))
      output(result);
  return sum;
}

std::vector<std::vector<double>> Trial::evaluate(ArrayRef<Value> values) {
  Operation *end = func::ReturnOp::create(builder, emit.getLocation(), values);
  auto tensors = interpret(block, arguments);
  end->erase();
  std::vector<std::vector<double>> elements(values.size());
  if (failed(tensors)) {
    ADD_FAILURE() << "not evaluated";
    return elements;
  }
  for (auto [tensor, list] : llvm::zip_equal(*tensors, elements))
    for (int64_t i = 0; i < tensor.getNumElements(); ++i)
      list.push_back(tensor.getAsDouble(i));
  return elements;
}

/// The whole numbers within the domain, or a unit interval that meets it.
static ArrayAttr rangeOf(const Trial::Domain &domain, Builder &builder) {
  int64_t low = std::ceil(domain.low);
  int64_t high = std::max<int64_t>(std::floor(domain.high), low + 1);
  return builder.getI64ArrayAttr({low, high});
}

std::string Trial::textOf(ArrayRef<Value> values) {
  Operation *end = func::ReturnOp::create(builder, emit.getLocation(), values);
  function.setType(builder.getFunctionType(TypeRange(ValueRange(inputs)),
                                           TypeRange(ValueRange(values))));
  for (auto [i, domain] : llvm::enumerate(domains))
    function.setArgAttr(i, "test.range", rangeOf(domain, builder));
  std::string text;
  llvm::raw_string_ostream(text) << *module;
  end->erase();
  return text;
}

std::vector<double> Trial::evaluate(Value value) {
  return evaluate(ArrayRef<Value>(value)).front();
}

/// The value with one element of an input moved.
double Trial::scalarAt(Value value, unsigned input, int64_t element,
                       double offset) {
  HostTensor &tensor = arguments[input];
  double x = tensor.getAsDouble(element);
  tensor.setDouble(element, x + offset);
  double result = evaluate(value).front();
  tensor.setDouble(element, x);
  return result;
}

SmallVector<Value> Trial::check(Value value, const std::string &what) {
  // The central difference of fourth order.
  constexpr double step = 1e-3;
  std::vector<std::vector<double>> differences(inputs.size());
  for (unsigned i = 0; i < inputs.size(); ++i)
    for (int64_t j = 0; j < arguments[i].getNumElements(); ++j) {
      double near = scalarAt(value, i, j, step) - scalarAt(value, i, j, -step);
      double far =
          scalarAt(value, i, j, 2 * step) - scalarAt(value, i, j, -2 * step);
      differences[i].push_back((8 * near - far) / (12 * step));
    }
  auto gradients = differentiate(builder, value, inputs);
  if (failed(gradients)) {
    ADD_FAILURE() << what << ": not differentiated";
    return {};
  }
  auto computed = evaluate(*gradients);
  for (unsigned i = 0; i < inputs.size(); ++i) {
    EXPECT_EQ((*gradients)[i].getType(), inputs[i].getType()) << what;
    for (size_t j = 0; j < differences[i].size(); ++j) {
      double expected = differences[i][j], actual = computed[i][j];
      double scale = std::max({1.0, std::abs(expected), std::abs(actual)});
      EXPECT_LE(std::abs(expected - actual) / scale, 1e-6)
          << what << ", input " << i << ", element " << j << ": " << actual
          << " instead of " << expected;
    }
  }
  return *gradients;
}

void Trial::checkTwice() {
  SmallVector<Value> gradients = check(total(), "first derivative");
  Value combined;
  for (Value gradient : gradients) {
    Value product = weighted(gradient);
    combined = combined ? emit.add(combined, product) : product;
  }
  if (combined)
    check(combined, "second derivative");
}
