//===- Import.h - mlc descriptions to nn ---------------------- -*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_FRONTENDS_MLC_IMPORT_H
#define MLCC_FRONTENDS_MLC_IMPORT_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/ADT/StringRef.h"

#include <map>
#include <string>

namespace llvm {
class raw_ostream;
} // namespace llvm

namespace mlcc::mlc_frontend {

/// What the user decides at compile time.
struct ImportOptions {
  /// Dimension -> size (--dim batch=4), in place of the description's.
  std::map<std::string, int64_t> dimensions;
  /// "f32" or "f64" in place of the description's element type; "" for that.
  std::string elementType;
};

/// Reads a description, *.mlc.textproto or *.mlc, into a module: a `func.func`
/// of nn ops for each function of the description, `@initialize` which gives
/// all variables their first values, an `rt.variable` for each variable and a
/// `train.step` for each training. Where a training's function has layers that
/// differ in training, it is there twice; the form for training, NAME.training,
/// is private. All problems are reported at once, as coded errors at lines of
/// the text; then null is returned.
mlir::OwningOpRef<mlir::ModuleOp> importModel(llvm::StringRef path,
                                              const ImportOptions &options,
                                              mlir::MLIRContext *context);

/// The same of text in memory; `path` is what errors call it, and where weights
/// files are looked for.
mlir::OwningOpRef<mlir::ModuleOp> importText(llvm::StringRef text,
                                             llvm::StringRef path,
                                             const ImportOptions &options,
                                             mlir::MLIRContext *context);

/// Imports the model only to say whether it can be, and prints its functions,
/// parameters and training to `summary`.
llvm::LogicalResult checkModel(llvm::StringRef path,
                               const ImportOptions &options,
                               mlir::MLIRContext *context,
                               llvm::raw_ostream &summary);

} // namespace mlcc::mlc_frontend

#endif // MLCC_FRONTENDS_MLC_IMPORT_H
