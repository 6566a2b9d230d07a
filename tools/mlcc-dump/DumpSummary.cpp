//===- DumpSummary.cpp - A table of operations ----------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/plan/Names.h"
#include "dialects/dnn/DNN.h"
#include "dialects/nn/NN.h"
#include "dialects/rt/RT.h"
#include "tools/mlcc-dump/Dump.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace mlcc;

static bool isConstant(Operation *op) {
  return isa<nn::ConstantOp, dnn::ConstantOp>(op);
}

/// "1x3x224x224xf32", with the layout if there is one.
static std::string typeText(Type type) {
  auto tensor = cast<RankedTensorType>(type);
  std::string text;
  llvm::raw_string_ostream stream(text);
  for (int64_t extent : tensor.getShape())
    stream << extent << 'x';
  stream << tensor.getElementType();
  if (auto layout = dyn_cast_or_null<dnn::LayoutAttr>(tensor.getEncoding()))
    stream << ' ' << layout.getTag();
  return text;
}

namespace {

/// What the columns add up to.
struct Sums {
  int64_t operations = 0, parameters = 0, bytes = 0, count = 0;
};

} // namespace

static void printRow(llvm::raw_ostream &stream, llvm::StringRef name,
                     llvm::StringRef op, llvm::StringRef result,
                     int64_t operations, int64_t parameters, int64_t bytes) {
  stream << llvm::formatv("{0,-32} {1,-24} {2,-32} {3,15} {4,12} {5,12}\n",
                          name.take_front(32), op, result, operations,
                          parameters, bytes);
}

static void summarize(func::FuncOp function, llvm::raw_ostream &stream) {
  stream << (function.isPrivate() ? "body " : "function ")
         << function.getSymName() << '\n'
         << llvm::formatv("{0,-32} {1,-24} {2,-32} {3,15} {4,12} {5,12}\n",
                          "node", "operation", "result", "FLOPs", "parameters",
                          "bytes");
  Sums sums;
  llvm::DenseSet<Value> counted; // constants that several operations share
  for (Operation &op : function.getBody().front()) {
    if (isConstant(&op) || op.getNumResults() == 0)
      continue;
    int64_t parameters = 0, bytes = 0;
    for (Value operand : op.getOperands())
      if (Operation *source = operand.getDefiningOp())
        if (isConstant(source) && counted.insert(operand).second)
          parameters +=
              cast<RankedTensorType>(operand.getType()).getNumElements();
    for (Type type : op.getResultTypes()) {
      auto tensor = cast<RankedTensorType>(type);
      bytes += tensor.getEncoding() ? dnn::layoutBytes(tensor)
                                    : nn::tensorBytes(tensor);
    }
    int64_t operations = tools::countOperations(&op);
    printRow(stream, nodeNames(op.getLoc()), op.getName().getStringRef(),
             typeText(op.getResult(0).getType()), operations, parameters,
             bytes);
    sums.operations += operations;
    sums.parameters += parameters;
    sums.bytes += bytes;
    ++sums.count;
  }
  printRow(stream, "total", std::to_string(sums.count) + " operations", "",
           sums.operations, sums.parameters, sums.bytes);
}

static void summarize(rt::ProgramOp program, llvm::raw_ostream &stream) {
  stream << (rt::isBody(program) ? "body " : "program ") << program.getSymName()
         << ": arena " << program.getArena() << " bytes\n";
  for (Operation &step : program.getBody().front()) {
    stream << "  ";
    if (auto primitive = dyn_cast<rt::StepPrimitiveOp>(step))
      stream << llvm::formatv("{0,-32} {1}\n", primitive.getName(),
                              primitive.getDescription());
    else if (auto kernel = dyn_cast<rt::StepKernelOp>(step))
      stream << llvm::formatv("{0,-32} kernel {1}, {2} iterations\n",
                              kernel.getName(), kernel.getKernel(),
                              kernel.getWork());
    else if (auto loop = dyn_cast<rt::StepLoopOp>(step))
      stream << llvm::formatv("{0,-32} {1} trips of {2}\n", loop.getName(),
                              loop.getTrips(), loop.getBody());
    else if (auto copy = dyn_cast<rt::StepCopyOp>(step))
      stream << llvm::formatv("{0,-32} copy {1} bytes\n", copy.getName(),
                              copy.getBytes());
  }
}

static void summarizeVariables(ModuleOp module, llvm::raw_ostream &stream) {
  auto variables = module.getOps<rt::VariableOp>();
  if (variables.empty())
    return;
  stream << llvm::formatv("{0,-32} {1,-24} {2,-32} {3,15} {4,12}\n", "variable",
                          "role", "type", "elements", "bytes");
  for (rt::VariableOp variable : variables)
    stream << llvm::formatv("{0,-32} {1,-24} {2,-32} {3,15} {4,12}\n",
                            variable.getSymName().take_front(32),
                            rt::stringifyRole(variable.getRole()),
                            typeText(variable.getType()),
                            variable.getType().getNumElements(),
                            nn::tensorBytes(variable.getType()));
}

void tools::dumpSummary(ModuleOp module, llvm::raw_ostream &stream) {
  summarizeVariables(module, stream);
  for (Operation &op : *module.getBody()) {
    if (auto program = dyn_cast<rt::ProgramOp>(op))
      summarize(program, stream);
    else if (auto function = dyn_cast<func::FuncOp>(op))
      if (!function->hasAttr(rt::kernelAttrName))
        summarize(function, stream);
  }
}
