//===- Dump.h - Views of a compilation ---------------------------*- C++
//-*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_TOOLS_MLCC_DUMP_DUMP_H
#define MLCC_TOOLS_MLCC_DUMP_DUMP_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/LogicalResult.h"

#include <cstdint>
#include <string>

namespace llvm {
class raw_ostream;
} // namespace llvm

namespace mlir {
class MLIRContext;
class ModuleOp;
class Operation;
} // namespace mlir

namespace mlcc::tools {

/// Writes the entry points of `module` in graphviz's language: a node per
/// operation or step, an edge per value that one hands to another. Constants
/// are left out.
void dumpGraph(mlir::ModuleOp module, llvm::raw_ostream &stream);

/// The same, drawn by graphviz. Fails with RuntimeMissing if the program `dot`
/// is not installed.
llvm::LogicalResult dumpSvg(mlir::ModuleOp module, llvm::raw_ostream &stream);

/// Writes a table: per operation its result's shape, floating-point operations,
/// parameters and bytes of the result; then the sums.
void dumpSummary(mlir::ModuleOp module, llvm::raw_ostream &stream);

/// Writes a table of the layers of each entry point, as a person would write it
/// down: what the operations of one node of the model give, their parameters
/// (each counted once, where it is first used), multiply-adds and the bytes of
/// the result; then the sums. With `json`, an array of objects.
void dumpLayers(mlir::ModuleOp module, bool json, llvm::raw_ostream &stream);

/// Writes the descriptor of an executable or shared library that mlcc made,
/// without running it. Fails with CannotRead or UnsupportedFormat.
llvm::LogicalResult dumpArtefact(llvm::StringRef path,
                                 mlir::MLIRContext *context,
                                 llvm::raw_ostream &stream);

/// Floating-point operations of an nn or dnn operation, a multiply-add counting
/// as two. Element-wise operations and reductions count one per element; data
/// movement none.
int64_t countOperations(mlir::Operation *op);

/// Multiply-adds of an nn or dnn convolution, matrix product or recurrent
/// layer; 0 of all others.
int64_t countMultiplyAdds(mlir::Operation *op);

} // namespace mlcc::tools

#endif // MLCC_TOOLS_MLCC_DUMP_DUMP_H
