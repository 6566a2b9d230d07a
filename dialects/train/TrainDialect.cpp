//===- TrainDialect.cpp - The train dialect -------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/train/Train.h"

#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlcc::train;

namespace mlcc::train {
/// Numbers may be written without a fraction.
static FailureOr<Number> parseNumber(AsmParser &parser) {
  bool negative = succeeded(parser.parseOptionalMinus());
  APInt integer;
  if (OptionalParseResult result = parser.parseOptionalInteger(integer);
      result.has_value()) {
    if (failed(*result))
      return failure();
    return Number((negative ? -1 : 1) * integer.roundToDouble(true));
  }
  double value;
  if (failed(parser.parseFloat(value)))
    return failure();
  return Number(negative ? -value : value);
}

static void printNumber(AsmPrinter &printer, Number value) {
  printer.printFloat(APFloat(double(value)));
}

static FailureOr<bool> parseFlag(AsmParser &parser) {
  if (succeeded(parser.parseOptionalKeyword("true")))
    return true;
  if (failed(parser.parseKeyword("false")))
    return failure();
  return false;
}

static FailureOr<Variant> parseVariant(AsmParser &parser) {
  StringRef keyword;
  llvm::SMLoc location = parser.getCurrentLocation();
  if (failed(parser.parseKeyword(&keyword)))
    return failure();
  if (std::optional<Variant> variant = symbolizeVariant(keyword))
    return *variant;
  return parser.emitError(location, "expected 'framework' or 'textbook'");
}
} // namespace mlcc::train

#include "dialects/train/TrainDialect.cpp.inc"

#include "dialects/train/TrainInterfaces.cpp.inc"

#include "dialects/train/TrainEnums.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/train/TrainAttributes.cpp.inc"

#define GET_OP_CLASSES
#include "dialects/train/TrainOps.cpp.inc"

void TrainDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/train/TrainAttributes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/train/TrainOps.cpp.inc"
      >();
}
