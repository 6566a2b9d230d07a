//===- ModelRunner.h - Descriptions imported and computed ----- -*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_TESTS_UNIT_MLC_MODELRUNNER_H
#define MLCC_TESTS_UNIT_MLC_MODELRUNNER_H

#include "dialects/nn/HostTensor.h"
#include "frontends/mlc/Import.h"

#include "mlir/IR/MLIRContext.h"

#include <map>
#include <string>
#include <vector>

using Numbers = std::vector<double>;

/// cos(0.37 i)
Numbers waves(int count);

/// A context with all that descriptions and their gradients need.
class TestContext : public mlir::MLIRContext {
public:
  TestContext();
};

/// The messages of the errors that the import of `text` gives, each with its
/// place as "line:column: message", one a line; "imported" if there are none.
std::string problemsOf(const std::string &text,
                       const mlcc::mlc_frontend::ImportOptions &options = {});

/// A model whose functions are computed by the reference interpreter, as a
/// session would: it keeps the variables.
class ModelRunner {
public:
  /// Fails the test if the text cannot be imported. In f64 unless said
  /// otherwise.
  explicit ModelRunner(const std::string &text,
                       mlcc::mlc_frontend::ImportOptions options = {{}, "f64"});

  bool isValid() const { return bool(module); }
  /// Calls a function; outputs by name. Inputs that are missing fail the test;
  /// `sample_count` is the first input's first extent if missing.
  std::map<std::string, Numbers>
  run(const std::string &function,
      const std::map<std::string, Numbers> &inputs = {});
  void initialize(int64_t seed) {
    run("initialize", {{"seed", {double(seed)}}});
  }
  /// Sets all variables to 0.
  void clearVariables();
  /// The number of elements of an input; 0 fails the test.
  int64_t inputSize(const std::string &function, const std::string &input);
  llvm::SmallVector<int64_t> outputShape(const std::string &function,
                                         const std::string &output);
  /// Fills the k-th parameter (in the order of declaration) with
  /// 0.3 sin(1.3 i + k), i the element.
  void fillParameters();

  Numbers get(const std::string &variable);
  void set(const std::string &variable, const Numbers &values);
  std::vector<std::string> variablesOf(const std::string &role);
  llvm::SmallVector<int64_t> shapeOf(const std::string &variable);
  std::string text();

private:
  mlcc::nn::HostTensor &tensorOf(const std::string &variable);

  TestContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::map<std::string, mlcc::nn::HostTensor> variables;
};

#endif // MLCC_TESTS_UNIT_MLC_MODELRUNNER_H
