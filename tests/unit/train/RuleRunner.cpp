//===- RuleRunner.cpp - Optimizers and schedules in numbers ---------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tests/unit/train/RuleRunner.h"

#include "dialects/nn/Interpreter.h"
#include "dialects/nn/Math.h"
#include "dialects/nn/NN.h"

#include "mlir/AsmParser/AsmParser.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "gtest/gtest.h"

#include <cmath>

using namespace mlir;
using namespace mlcc::train;
namespace nn = mlcc::nn;

namespace {
/// Builds a graph of f64 tensors and computes it.
class Graph {
public:
  explicit Graph(MLIRContext *context)
      : location(UnknownLoc::get(context)), module(ModuleOp::create(location)),
        builder(context) {
    builder.setInsertionPointToEnd(module->getBody());
    function = func::FuncOp::create(builder, location, "f",
                                    builder.getFunctionType({}, {}));
    builder.setInsertionPointToStart(function.addEntryBlock());
  }

  Value input(const Numbers &numbers, bool isScalar = false) {
    auto type = isScalar ? RankedTensorType::get({}, builder.getF64Type())
                         : RankedTensorType::get(int64_t(numbers.size()),
                                                 builder.getF64Type());
    nn::HostTensor tensor(type);
    for (auto [index, number] : llvm::enumerate(numbers))
      tensor.setDouble(index, number);
    arguments.push_back(tensor);
    return function.getBody().front().addArgument(type, location);
  }
  Value scalar(double number) { return input({number}, /*isScalar=*/true); }

  std::vector<Numbers> compute(ValueRange values) {
    func::ReturnOp::create(builder, location, values);
    auto tensors = nn::interpret(function.getBody().front(), arguments);
    std::vector<Numbers> results;
    if (failed(tensors)) {
      ADD_FAILURE() << "not evaluated";
      return std::vector<Numbers>(values.size());
    }
    for (const nn::HostTensor &tensor : *tensors) {
      Numbers numbers;
      for (int64_t i = 0; i < tensor.getNumElements(); ++i)
        numbers.push_back(tensor.getAsDouble(i));
      results.push_back(numbers);
    }
    return results;
  }

  Location location;
  OwningOpRef<ModuleOp> module;
  OpBuilder builder;

private:
  func::FuncOp function;
  llvm::SmallVector<nn::HostTensor> arguments;
};
} // namespace

RuleRunner::RuleRunner() {
  context.loadDialect<TrainDialect, nn::NNDialect, func::FuncDialect>();
}

Attribute RuleRunner::parse(const std::string &rule) {
  Attribute attribute = parseAttribute("#train." + rule, &context);
  if (!attribute)
    ADD_FAILURE() << "not valid: " << rule;
  return attribute;
}

Numbers
RuleRunner::optimize(const std::string &rule, Numbers start, int steps,
                     std::function<Numbers(int step, Numbers point)> gradientAt,
                     Numbers rates) {
  auto optimizer = llvm::dyn_cast_or_null<OptimizerAttrInterface>(parse(rule));
  if (!optimizer)
    return {};
  EXPECT_EQ(optimizer.problem(), "");
  auto type = RankedTensorType::get(int64_t(start.size()),
                                    Builder(&context).getF64Type());
  std::vector<Numbers> slots;
  for (const Slot &slot : optimizer.slots(type))
    slots.push_back(Numbers(start.size(), slot.initial));

  Numbers parameter = start, all;
  for (int step = 0; step < steps; ++step) {
    double rate = rates.empty() ? optimizer.getBaseRate() : rates[step];
    auto slotInputs = [&](Graph &graph) {
      llvm::SmallVector<Value> values;
      for (const Numbers &slot : slots)
        values.push_back(graph.input(slot));
      return values;
    };
    auto stepContext = [&](Graph &graph) {
      return StepContext{graph.builder, graph.location, graph.scalar(rate),
                         graph.scalar(optimizer.getBaseRate()),
                         graph.scalar(step + 1)};
    };
    Graph ahead(&context);
    Value point = optimizer.buildLookAhead(
        stepContext(ahead), ahead.input(parameter), slotInputs(ahead));
    Numbers gradient = gradientAt(step, ahead.compute({point}).front());

    Graph graph(&context);
    StepContext context = stepContext(graph);
    Value decayed = buildWeightDecay(context, optimizer, graph.input(parameter),
                                     optimizer.getWeightDecay());
    Update update = optimizer.buildUpdate(
        context, decayed, graph.input(gradient), slotInputs(graph));
    EXPECT_EQ(update.slots.size(), slots.size());
    llvm::SmallVector<Value> values = {update.parameter};
    values.append(update.slots);
    std::vector<Numbers> results = graph.compute(values);
    parameter = results.front();
    slots.assign(results.begin() + 1, results.end());
    all.insert(all.end(), parameter.begin(), parameter.end());
  }
  return all;
}

double RuleRunner::rateOf(const std::string &rule, double base, int64_t step) {
  auto schedule = llvm::dyn_cast_or_null<ScheduleAttrInterface>(parse(rule));
  if (!schedule)
    return NAN;
  EXPECT_EQ(schedule.problem(), "");
  Graph graph(&context);
  Value rate =
      schedule.buildRate(graph.builder, graph.location, graph.scalar(base),
                         graph.scalar(double(step)));
  return graph.compute({rate}).front().front();
}

Numbers RuleRunner::rates(const std::string &rule, double base, int steps) {
  Numbers rates;
  for (int step = 0; step < steps; ++step)
    rates.push_back(rateOf(rule, base, step));
  return rates;
}

Numbers RuleRunner::clip(const std::string &rule,
                         std::vector<Numbers> gradients) {
  auto clip = llvm::dyn_cast_or_null<ClipAttrInterface>(parse(rule));
  if (!clip)
    return {};
  EXPECT_EQ(clip.problem(), "");
  Graph graph(&context);
  llvm::SmallVector<Value> values;
  double squares = 0;
  for (const Numbers &gradient : gradients) {
    values.push_back(graph.input(gradient));
    for (double element : gradient)
      squares += element * element;
  }
  clip.buildClip(graph.builder, graph.location,
                 graph.scalar(std::sqrt(squares)), values);
  Numbers all;
  for (const Numbers &clipped : graph.compute(values))
    all.insert(all.end(), clipped.begin(), clipped.end());
  return all;
}
