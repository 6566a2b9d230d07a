//===- RTDialect.cpp - The rt dialect -------------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/rt/RT.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"
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

//===----------------------------------------------------------------------===//
// Variables of functions
//===----------------------------------------------------------------------===//

namespace {
/// Checks the variables that a function names, all at once: so the module's
/// variables are looked up once for each function and not once for each name.
class VariableUses {
public:
  explicit VariableUses(FunctionOpInterface function) : function(function) {
    for (Operation &op : function->getBlock()->getOperations())
      if (auto variable = dyn_cast<VariableOp>(op))
        declared[variable.getSymName()] = variable;
  }

  LogicalResult verify() {
    llvm::StringSet<> arguments, results;
    for (unsigned i = 0, e = function.getNumArguments(); i < e; ++i)
      if (failed(verifyUse(function.getArgAttr(i, variableAttrName),
                           function.getArgumentTypes()[i], "argument",
                           arguments)))
        return failure();
    for (unsigned i = 0, e = function.getNumResults(); i < e; ++i)
      if (failed(verifyUse(function.getResultAttr(i, variableAttrName),
                           function.getResultTypes()[i], "result", results)))
        return failure();
    return success();
  }

private:
  LogicalResult verifyUse(Attribute use, Type type, StringRef what,
                          llvm::StringSet<> &seen) {
    if (!use)
      return success();
    auto symbol = dyn_cast<FlatSymbolRefAttr>(use);
    if (!symbol)
      return function->emitOpError("has an ")
             << variableAttrName << " that is no symbol: " << use;
    VariableOp variable = declared.lookup(symbol.getValue());
    if (!variable)
      return function->emitOpError("names ")
             << symbol << ", which is no variable of the module";
    if (variable.getTensorType() != type)
      return function->emitOpError("has for the variable ")
             << symbol << " of type " << variable.getTensorType() << " the "
             << what << " of type " << type;
    if (!seen.insert(symbol.getValue()).second)
      return function->emitOpError("names the variable ")
             << symbol << " on more than one " << what;
    return success();
  }

  FunctionOpInterface function;
  llvm::StringMap<VariableOp> declared;
};
} // namespace

/// The first name of a variable on an argument, else on a result, stands for
/// all of the function's.
static LogicalResult verifyVariables(Operation *op, NamedAttribute attribute,
                                     bool isResult, unsigned index) {
  auto function = dyn_cast<FunctionOpInterface>(op);
  if (attribute.getName() != variableAttrName || !function || !op->getBlock())
    return success();
  unsigned arguments = isResult ? function.getNumArguments() : index;
  for (unsigned i = 0; i < arguments; ++i)
    if (function.getArgAttr(i, variableAttrName))
      return success();
  for (unsigned i = 0; isResult && i < index; ++i)
    if (function.getResultAttr(i, variableAttrName))
      return success();
  return VariableUses(function).verify();
}

LogicalResult RTDialect::verifyRegionArgAttribute(Operation *op, unsigned,
                                                  unsigned index,
                                                  NamedAttribute attribute) {
  return verifyVariables(op, attribute, /*isResult=*/false, index);
}

LogicalResult RTDialect::verifyRegionResultAttribute(Operation *op, unsigned,
                                                     unsigned index,
                                                     NamedAttribute attribute) {
  return verifyVariables(op, attribute, /*isResult=*/true, index);
}

//===----------------------------------------------------------------------===//
// Places
//===----------------------------------------------------------------------===//

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
    parser.emitError(location,
                     "expected arena, weights, state, input or output");
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
