//===- Stages.h - The order of the stages ------------------------*- C++
//-*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_COMPILER_DRIVER_STAGES_H
#define MLCC_COMPILER_DRIVER_STAGES_H

#include "compiler/codegen/Codegen.h"
#include "compiler/fuse/Fuse.h"
#include "compiler/gradient/Gradient.h"
#include "compiler/graph/Graph.h"
#include "compiler/kernels/Kernels.h"
#include "compiler/layout/Layout.h"
#include "compiler/plan/Plan.h"
#include "frontends/mlc/Import.h"
#include "frontends/onnx/Import.h"

#include "llvm/ADT/ArrayRef.h"

namespace mlir {
class Operation;
} // namespace mlir

namespace mlcc {

/// What all stages are told.
struct CompileOptions {
  onnx_frontend::ImportOptions import;
  mlc_frontend::ImportOptions description;
  GradientOptions gradient;
  GraphOptions graph;
  FuseOptions fuse;
  LayoutOptions layout;
  KernelsOptions kernels;
  PlanOptions plan;
  CodegenOptions codegen;
};

/// A stage between the import of a file and the linker.
struct Stage {
  llvm::StringLiteral name;
  llvm::StringLiteral summary;
  /// Adds the stage's passes; null for `import`, which has none.
  void (*build)(mlir::OpPassManager &, const CompileOptions &);
  /// The stage's contract (compiler/README.md): whether an operation may be in
  /// the module after it.
  bool (*isLegal)(mlir::Operation *);
};

/// All stages in order, `import` first.
llvm::ArrayRef<Stage> allStages();

/// Null for an unknown name.
const Stage *findStage(llvm::StringRef name);

/// Emits StageContract for the first operations that may not be in `module`
/// after `stage`.
llvm::LogicalResult verifyContract(mlir::ModuleOp module, const Stage &stage);

} // namespace mlcc

#endif // MLCC_COMPILER_DRIVER_STAGES_H
