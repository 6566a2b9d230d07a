//===- Training.h - Training of inference files ----------------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The initializers that are trained are variables from the beginning: where
// another becomes an nn.constant, such a one becomes an argument of `predict`.
// So nothing is folded away that training changes. `loss` is a copy of
// `predict` with the loss behind it.
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_FRONTENDS_ONNX_TRAINING_H
#define MLCC_FRONTENDS_ONNX_TRAINING_H

#include "frontends/onnx/Import.h"
#include "frontends/onnx/onnx.pb.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"

namespace mlcc::onnx_frontend {

/// Names of the floating-point initializers of `graph` that --trainable, or
/// else their place in the graph, chooses. `order` is the order of the nodes.
/// Errors at `location`: patterns that choose none, or nothing to train at all.
llvm::StringSet<> chooseTrainable(const onnx::GraphProto &graph,
                                  llvm::ArrayRef<int> order,
                                  const TrainingOptions &options,
                                  mlir::Location location);

/// An initializer that is trained.
struct TrainedWeight {
  std::string name;
  mlir::Value argument; ///< Of `predict`.
  mlir::ElementsAttr initial;
};

/// What --loss and --optimizer say.
struct TrainingRequest {
  std::string loss;           ///< A name of nn::allLosses().
  std::string output, target; ///< Values of the graph; the target may be new.
  mlir::Attribute optimizer;

  /// Parses the options. What is wrong is reported at `location`, and what can
  /// be told of the rest is.
  static TrainingRequest parse(const TrainingOptions &options,
                               mlir::Location location);
};

/// Emits errors unless the graph has the value that the loss is computed of
/// and no value but an input that is called as the target is.
void checkNames(const TrainingRequest &request,
                const llvm::StringMap<mlir::Value> &values,
                const onnx::GraphProto &graph, mlir::Location location);

/// Makes `loss`, `initialize`, the variables and the train.step of a complete
/// `predict`, whose value `output` the request names.
mlir::LogicalResult addTraining(mlir::ModuleOp module,
                                mlir::func::FuncOp predict, mlir::Value output,
                                const TrainingRequest &request,
                                llvm::ArrayRef<TrainedWeight> weights);

} // namespace mlcc::onnx_frontend

#endif // MLCC_FRONTENDS_ONNX_TRAINING_H
