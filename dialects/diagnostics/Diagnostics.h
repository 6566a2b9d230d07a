//===- Diagnostics.h - Coded errors ------------------------------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Every error that a user can meet has a code (MLCC-1042) with a page in
// docs/errors.md, names the node and its place in the user's model, and says
// what would work. The catalogue is Errors.def.
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_DIALECTS_DIAGNOSTICS_DIAGNOSTICS_H
#define MLCC_DIALECTS_DIAGNOSTICS_DIAGNOSTICS_H

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Location.h"

#include <string>

namespace mlcc {

/// The catalogue of Errors.def. The numeric value is the code that is printed.
enum class ErrorCode : int {
#define MLCC_ERROR(name, code, title, remedy) name = code,
#include "dialects/diagnostics/Errors.def"
};

/// What Errors.def says of a code.
struct ErrorInfo {
  ErrorCode code;
  llvm::StringRef name;
  llvm::StringRef title;
  llvm::StringRef remedy;
};

/// All errors in the order of their codes.
llvm::ArrayRef<ErrorInfo> errorCatalogue();
const ErrorInfo &errorInfo(ErrorCode code);

/// "MLCC-1042".
std::string toString(ErrorCode code);

/// Starts a diagnostic "MLCC-1042: ..." at `location`; the message that follows
/// says what is wrong with what, and how to mend it.
mlir::InFlightDiagnostic emitError(mlir::Location location, ErrorCode code);

/// Whether the error is the fault of the input (exit status 2), rather than of
/// the machine or of mlcc (exit status 1).
bool isInputError(ErrorCode code);

/// Collects the diagnostics of a context while it lives and prints them to
/// standard error as `error: MLCC-1042: <message>` with the node's place. The
/// exit status is that of the worst error seen.
class DiagnosticPrinter {
public:
  explicit DiagnosticPrinter(mlir::MLIRContext *context,
                             llvm::raw_ostream &stream);
  ~DiagnosticPrinter();
  /// 0 without errors, 2 if all errors are the input's, else 1.
  int exitStatus() const;
  unsigned errorCount() const { return errors; }

private:
  mlir::LogicalResult handle(mlir::Diagnostic &diagnostic);

  mlir::MLIRContext *context;
  llvm::raw_ostream &stream;
  mlir::DiagnosticEngine::HandlerID handler;
  unsigned errors = 0;
  unsigned internalErrors = 0;
};

} // namespace mlcc

#endif // MLCC_DIALECTS_DIAGNOSTICS_DIAGNOSTICS_H
