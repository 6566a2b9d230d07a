//===- RTDialect.cpp - The rt dialect -------------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/rt/RT.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlcc::rt;

#include "dialects/rt/RTDialect.cpp.inc"

#include "dialects/rt/RTEnums.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/rt/RTAttributes.cpp.inc"

void RTDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/rt/RTAttributes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/rt/RTOps.cpp.inc"
      >();
}

/// `<arena + 4096>` and `<input 0>`: a zero offset is left out for inputs and
/// outputs, which have a number instead.
void PlaceAttr::print(AsmPrinter &printer) const {
  printer << '<' << stringifySpace(getSpace());
  bool numbered = getSpace() == Space::Input || getSpace() == Space::Output;
  if (numbered)
    printer << ' ' << getIndex();
  if (!numbered || getOffset())
    printer << " + " << getOffset();
  printer << '>';
}

Attribute PlaceAttr::parse(AsmParser &parser, Type) {
  StringRef name;
  SMLoc location = parser.getCurrentLocation();
  if (parser.parseLess() || parser.parseKeyword(&name))
    return {};
  std::optional<Space> space = symbolizeSpace(name);
  if (!space) {
    parser.emitError(location, "expected arena, weights, input or output");
    return {};
  }
  bool numbered = *space == Space::Input || *space == Space::Output;
  uint32_t index = 0;
  uint64_t offset = 0;
  if (numbered && parser.parseInteger(index))
    return {};
  if (succeeded(parser.parseOptionalPlus())) {
    if (parser.parseInteger(offset))
      return {};
  } else if (!numbered) {
    parser.emitError(parser.getCurrentLocation(), "expected '+' and an offset");
    return {};
  }
  if (parser.parseGreater())
    return {};
  return get(parser.getContext(), *space, index, offset);
}
