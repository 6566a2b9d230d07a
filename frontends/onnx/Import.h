//===- Import.h - ONNX model files to nn ------------------------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_FRONTENDS_ONNX_IMPORT_H
#define MLCC_FRONTENDS_ONNX_IMPORT_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/ADT/StringRef.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace mlcc::onnx_frontend {

/// How an inference file is to be trained.
struct TrainingOptions {
  /// "KIND:OUTPUT,TARGET", such as "softmax_cross_entropy:logits,labels".
  std::string loss;
  /// "NAME" or "NAME:FIELD=VALUE,...", in the names of the train dialect.
  std::string optimizer;
  /// Patterns of the names of initializers to train; none: the weights of
  /// layers.
  std::vector<std::string> trainable;
};

/// What the user decides at compile time.
struct ImportOptions {
  /// Input name -> extents (--shape name=1x3x224x224).
  std::map<std::string, std::vector<int64_t>> shapes;
  /// Symbolic dimension -> extent (--dim batch=4).
  std::map<std::string, int64_t> dimensions;
  /// Input name -> comma-separated elements in row-major order (--bind
  /// sr=16000). The input stays in the signature, with the attribute
  /// `rt.required_value` (an ElementsAttr) on the function argument, but is a
  /// constant inside.
  std::map<std::string, std::string> bindings;
  /// With it, the module has what training needs beside `predict`.
  std::optional<TrainingOptions> training;
};

/// Reads an ONNX model into a module with one public function `predict`:
///   func.func @predict(%arg0: tensor<1x3x224x224xf32> {rt.name = "data"}) ->
///       (tensor<1x1000xf32> {rt.name = "prob"})
/// whose body is nn ops; each op's location is the ONNX node's name. Weights
/// are `nn.constant` ops on `dense_resource` blobs. For training, the weights
/// to be trained are variables (rt.variable) of the initializers' names
/// instead, and there are the functions `initialize`, which gives them the
/// file's values, and `loss`, which has the inputs TARGET and `sample_count`
/// more, and a train.step. Everything that cannot be imported is reported at
/// once, as coded errors; then null is returned.
mlir::OwningOpRef<mlir::ModuleOp> importModel(llvm::StringRef path,
                                              const ImportOptions &options,
                                              mlir::MLIRContext *context);

} // namespace mlcc::onnx_frontend

#endif // MLCC_FRONTENDS_ONNX_IMPORT_H
