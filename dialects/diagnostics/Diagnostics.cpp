//===- Diagnostics.cpp - Coded errors -------------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/diagnostics/Diagnostics.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"
#include "mlir/IR/MLIRContext.h"

using namespace mlir;

namespace mlcc {

static constexpr ErrorInfo catalogue[] = {
#define MLCC_ERROR(name, code, title, remedy)                                  \
  {ErrorCode::name, #name, title, remedy},
#include "dialects/diagnostics/Errors.def"
};

llvm::ArrayRef<ErrorInfo> errorCatalogue() { return catalogue; }

const ErrorInfo &errorInfo(ErrorCode code) {
  return *llvm::find_if(catalogue,
                        [&](const ErrorInfo &info) { return info.code == code; });
}

std::string toString(ErrorCode code) {
  return llvm::formatv("MLCC-{0}", static_cast<int>(code));
}

InFlightDiagnostic emitError(Location location, ErrorCode code) {
  return mlir::emitError(location) << toString(code) << ": ";
}

bool isInputError(ErrorCode code) { return static_cast<int>(code) < 3000; }

DiagnosticPrinter::DiagnosticPrinter(MLIRContext *context,
                                     llvm::raw_ostream &stream)
    : context(context), stream(stream),
      handler(context->getDiagEngine().registerHandler(
          [this](Diagnostic &diagnostic) { return handle(diagnostic); })) {}

DiagnosticPrinter::~DiagnosticPrinter() {
  context->getDiagEngine().eraseHandler(handler);
}

int DiagnosticPrinter::exitStatus() const {
  if (errors == 0)
    return 0;
  return internalErrors ? 1 : 2;
}

/// The place of a node in words: file:line:column, `node 'conv1'`, or both.
static void printPlace(Location location, llvm::raw_ostream &stream) {
  if (auto name = dyn_cast<NameLoc>(location)) {
    if (isa<FileLineColLoc>(name.getChildLoc()))
      printPlace(name.getChildLoc(), stream);
    stream << "node '" << name.getName().getValue() << "': ";
    return;
  }
  if (auto file = dyn_cast<FileLineColLoc>(location)) {
    stream << file.getFilename().getValue();
    if (file.getLine())
      stream << ':' << file.getLine() << ':' << file.getColumn();
    stream << ": ";
    return;
  }
  if (auto fused = dyn_cast<FusedLoc>(location))
    if (!fused.getLocations().empty())
      printPlace(fused.getLocations().front(), stream);
}

LogicalResult DiagnosticPrinter::handle(Diagnostic &diagnostic) {
  auto print = [&](Diagnostic &part, llvm::StringRef kind) {
    stream << kind << ": ";
    printPlace(part.getLocation(), stream);
    stream << part << '\n';
  };
  switch (diagnostic.getSeverity()) {
  case DiagnosticSeverity::Error: {
    ++errors;
    // An error without a code comes from MLIR itself: a broken invariant.
    std::string text = diagnostic.str();
    int code = 0;
    if (!llvm::StringRef(text).starts_with("MLCC-") ||
        llvm::StringRef(text).drop_front(5).take_front(4).getAsInteger(10, code) ||
        code >= 3000)
      ++internalErrors;
    print(diagnostic, "error");
    break;
  }
  case DiagnosticSeverity::Warning:
    print(diagnostic, "warning");
    break;
  case DiagnosticSeverity::Note:
    print(diagnostic, "note");
    break;
  case DiagnosticSeverity::Remark:
    print(diagnostic, "remark");
    break;
  }
  for (Diagnostic &note : diagnostic.getNotes())
    print(note, "note");
  return success();
}

} // namespace mlcc
