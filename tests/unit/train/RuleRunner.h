//===- RuleRunner.h - Optimizers and schedules in numbers ----- -*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_TESTS_UNIT_TRAIN_RULERUNNER_H
#define MLCC_TESTS_UNIT_TRAIN_RULERUNNER_H

#include "dialects/train/Train.h"

#include "mlir/IR/MLIRContext.h"

#include <functional>
#include <vector>

using Numbers = std::vector<double>;

/// What a rule must give.
struct Expected {
  std::string rule;
  Numbers values;
};

/// Runs the rules of the train dialect, given as text without `#train.`, by the
/// reference interpreter in f64.
class RuleRunner {
public:
  RuleRunner();

  /// Null, after failing the test, if the text is no attribute.
  mlir::Attribute parse(const std::string &rule);
  /// The parameter after each step, all numbers in one list. `gradientAt` gives
  /// the gradient at a point in a step counted from 0; `rates`, if not empty,
  /// are the steps' learning rates.
  Numbers optimize(const std::string &rule, Numbers start, int steps,
                   std::function<Numbers(int step, Numbers point)> gradientAt,
                   Numbers rates = {});
  /// The rates of the first steps.
  Numbers rates(const std::string &rule, double base, int steps);
  /// The rate of one step, counted from 0.
  double rateOf(const std::string &rule, double base, int64_t step);
  /// Several gradients after clipping, in one list.
  Numbers clip(const std::string &rule, std::vector<Numbers> gradients);

private:
  mlir::MLIRContext context;
};

#endif // MLCC_TESTS_UNIT_TRAIN_RULERUNNER_H
