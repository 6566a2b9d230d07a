//===- GradientCheck.h - Gradients against finite differences ----*- C++
//-*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_TESTS_UNIT_GRADIENT_GRADIENTCHECK_H
#define MLCC_TESTS_UNIT_GRADIENT_GRADIENTCHECK_H

#include "dialects/nn/HostTensor.h"
#include "dialects/nn/gradient/Emitter.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include <random>
#include <string>
#include <vector>

namespace mlcc::nn {

using gradient::Emitter;
using gradient::Extents;
using mlir::Value;

/// A function of tensors of f64 that is built, then differentiated, in a module
/// of its own, in which there may be bodies of loops too.
class Trial {
public:
  Trial(mlir::MLIRContext *context, unsigned seed);

  // Random choices.

  /// A whole number in [low, high].
  int64_t between(int64_t low, int64_t high);
  bool coin() { return between(0, 1) == 1; }
  /// A shape of a rank in [lowRank, highRank] with extents of 1 to 4.
  Extents shape(int64_t lowRank = 1, int64_t highRank = 3);
  /// A shape that broadcasts to `shape`.
  Extents broadcastable(llvm::ArrayRef<int64_t> shape);

  // Inputs.

  /// Where elements lie: uniformly in [low, high], but not near the kinks.
  struct Domain {
    double low = -2;
    double high = 2;
    std::vector<double> kinks = {};
  };
  Value input(llvm::ArrayRef<int64_t> shape, const Domain &domain);
  Value input(llvm::ArrayRef<int64_t> shape) { return input(shape, Domain()); }
  /// Elements that all differ by much more than finite differences do, in
  /// random order, in [-2, 2].
  Value distinct(llvm::ArrayRef<int64_t> shape);
  /// A constant of i64 in [low, high].
  Value indices(llvm::ArrayRef<int64_t> shape, int64_t low, int64_t high);
  /// A constant of f64.
  Value number(double value);
  Value numbers(llvm::ArrayRef<int64_t> shape);

  // The function.

  Emitter &emitter() { return emit; }
  template <typename Op, typename... Arguments>
  Value make(Arguments &&...arguments) {
    return emit.make<Op>(std::forward<Arguments>(arguments)...);
  }
  /// Adds the product of a result with random weights to the function's value.
  /// Without any, the last op's float results are its value.
  void output(Value value);

  mlir::Block &getBlock() { return block; }
  llvm::ArrayRef<Value> getInputs() const { return inputs; }
  /// Their values.
  llvm::ArrayRef<HostTensor> getArguments() const { return arguments; }
  /// The sum of all outputs' products, a scalar.
  Value total();

  /// Checks the gradients of `value`, a scalar, by all inputs: the largest
  /// difference to central differences, relative to the larger of 1 and the
  /// derivative, must be less than 1e-6. Gives the gradients.
  llvm::SmallVector<Value> check(Value value, const std::string &what);
  /// Checks the first derivatives, then those of a random combination of them.
  void checkTwice();

  /// A module, as text, with the function `@f` of the inputs that returns the
  /// values. Arguments have the ranges of their domains as `test.range`.
  std::string textOf(llvm::ArrayRef<Value> values);

  /// The elements of `value` for the inputs as they are.
  std::vector<double> evaluate(Value value);
  std::vector<std::vector<double>> evaluate(llvm::ArrayRef<Value> values);

private:
  Value weighted(Value value);
  double scalarAt(Value value, unsigned input, int64_t element, double offset);

  std::mt19937_64 random;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  mlir::func::FuncOp function;
  mlir::Block &block;
  mlir::OpBuilder builder;
  Emitter emit;
  llvm::SmallVector<Value> inputs;
  llvm::SmallVector<HostTensor> arguments;
  llvm::SmallVector<Domain> domains;
  Value sum;
};

/// A function whose derivatives are checked, and the op that it is for.
struct Case {
  const char *op;
  const char *name;
  void (*build)(Trial &trial);

  /// Op and name as letters and digits.
  std::string identifier() const;
};

/// All cases, family by family.
std::vector<Case> elementwiseCases();
std::vector<Case> layerCases();
std::vector<Case> loopCases();
std::vector<Case> movementCases();
std::vector<Case> allCases();

/// Loads nn, its gradients and func.
void loadGradients(mlir::MLIRContext &context);

} // namespace mlcc::nn

#endif // MLCC_TESTS_UNIT_GRADIENT_GRADIENTCHECK_H
