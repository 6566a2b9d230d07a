//===- RTOps.cpp - Operations of the rt dialect ---------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/rt/RT.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace mlcc::rt;

/// Bytes that are no text are printed as a string of hexadecimal digits.
static void printHexadecimal(OpAsmPrinter &printer, Operation *,
                             StringAttr bytes) {
  printer << '"' << llvm::toHex(bytes.getValue(), /*LowerCase=*/true) << '"';
}

static ParseResult parseHexadecimal(OpAsmParser &parser, StringAttr &bytes) {
  std::string digits, decoded;
  SMLoc location = parser.getCurrentLocation();
  if (parser.parseString(&digits))
    return failure();
  if (!llvm::tryGetFromHex(digits, decoded))
    return parser.emitError(location, "expected hexadecimal digits");
  bytes = parser.getBuilder().getStringAttr(decoded);
  return success();
}

static void printRole(OpAsmPrinter &printer, Operation *, RoleAttr role) {
  printer << stringifyRole(role.getValue());
}

static ParseResult parseRole(OpAsmParser &parser, RoleAttr &role) {
  StringRef name;
  SMLoc location = parser.getCurrentLocation();
  if (parser.parseKeyword(&name))
    return failure();
  std::optional<Role> value = symbolizeRole(name);
  if (!value)
    return parser.emitError(location,
                            "expected parameter, statistic, optimizer, "
                            "counter, random or scalar");
  role = RoleAttr::get(parser.getContext(), *value);
  return success();
}

#define GET_OP_CLASSES
#include "dialects/rt/RTOps.cpp.inc"

//===----------------------------------------------------------------------===//
// LaunchOp
//===----------------------------------------------------------------------===//

/// Whether a kernel's argument can stand for a launch's operand or result: the
/// element types agree, but for booleans, which are bytes in memory, and
/// unsigned integers, which kernels hold as signless ones; and so do the shapes
/// unless a layout makes the physical one differ.
static bool fits(Type argument, RankedTensorType value) {
  auto shaped = dyn_cast<ShapedType>(argument);
  if (!shaped || !shaped.hasStaticShape())
    return false;
  Type element = value.getElementType();
  if (auto integer = dyn_cast<IntegerType>(element))
    element = IntegerType::get(integer.getContext(),
                               std::max(8u, integer.getWidth()));
  if (shaped.getElementType() != element &&
      shaped.getElementType() != value.getElementType())
    return false;
  return value.getEncoding() || shaped.getShape() == value.getShape();
}

LogicalResult LaunchOp::verify() {
  if (getWork() < 0)
    return emitOpError("has a negative amount of work");
  if (getGrain() < 1)
    return emitOpError("has a grain of less than one iteration");
  return success();
}

LogicalResult LaunchOp::verifySymbolUses(SymbolTableCollection &symbols) {
  auto kernel =
      symbols.lookupNearestSymbolFrom<func::FuncOp>(*this, getKernelAttr());
  if (!kernel)
    return emitOpError("refers to @")
           << getKernel() << ", which is no function";
  if (!kernel->hasAttr(kernelAttrName))
    return emitOpError("refers to @")
           << getKernel() << ", which is not marked rt.kernel";
  ArrayRef<Type> arguments = kernel.getFunctionType().getInputs();
  size_t expected = 2 + getNumOperands() + getNumResults();
  if (arguments.size() != expected || !arguments[0].isIndex() ||
      !arguments[1].isIndex() || kernel.getNumResults() != 0)
    return emitOpError("needs a kernel of two indices, ")
           << getNumOperands() << " inputs and " << getNumResults()
           << " outputs that returns nothing";
  unsigned position = 0;
  for (auto [argument, value] :
       llvm::zip(arguments.drop_front(2),
                 llvm::concat<Type>(getOperandTypes(), getResultTypes()))) {
    if (!fits(argument, cast<RankedTensorType>(value)))
      return emitOpError("cannot pass ")
             << value << " as argument " << position << " of @" << getKernel()
             << ", which is " << argument;
    ++position;
  }
  return success();
}

//===----------------------------------------------------------------------===//
// VariableOp
//===----------------------------------------------------------------------===//

LogicalResult VariableOp::verify() {
  RankedTensorType type = getTensorType();
  if (!type.hasStaticShape() || type.getEncoding())
    return emitOpError("needs a tensor of static shape without encoding");
  if (std::optional<int64_t> offset = getOffset())
    if (*offset < 0 || *offset % placeAlignment != 0)
      return emitOpError("needs an offset that is a multiple of ")
             << placeAlignment;
  auto isInteger = [&] { return type.getElementType().isSignlessInteger(64); };
  switch (getRole()) {
  case Role::Counter:
    if (type.getRank() != 0 || !isInteger())
      return emitOpError("is a counter, so its type must be tensor<i64>");
    break;
  case Role::Random:
    if (type.getShape() != ArrayRef<int64_t>{2} || !isInteger())
      return emitOpError(
          "is the random generator's state, so its type must be tensor<2xi64>");
    break;
  case Role::Scalar:
    if (type.getRank() != 0)
      return emitOpError("is a scalar, so its type must have no dimensions");
    break;
  case Role::Parameter:
  case Role::Statistic:
  case Role::Optimizer:
    break;
  }
  return success();
}

//===----------------------------------------------------------------------===//
// WeightOp
//===----------------------------------------------------------------------===//

LogicalResult WeightOp::verify() {
  if (getOffset() < 0 || getOffset() % placeAlignment != 0)
    return emitOpError("needs an offset that is a multiple of ")
           << placeAlignment;
  return success();
}

//===----------------------------------------------------------------------===//
// ProgramOp
//===----------------------------------------------------------------------===//

/// Whether `place` exists in `program`; says why not.
static LogicalResult verifyPlace(Operation *step, ProgramOp program,
                                 PlaceAttr place) {
  uint64_t count = 1;
  switch (place.getSpace()) {
  case Space::Arena:
    if (place.getOffset() >= static_cast<uint64_t>(program.getArena()))
      return step->emitOpError("names a place beyond the arena's ")
             << program.getArena() << " bytes: " << place;
    [[fallthrough]];
  case Space::Weights:
  case Space::State:
    if (place.getOffset() % placeAlignment != 0)
      return step->emitOpError("names a place that is not aligned to ")
             << placeAlignment << " bytes: " << place;
    break;
  case Space::Input:
    count = program.getInputs().size();
    break;
  case Space::Output:
    count = program.getOutputs().size();
    break;
  }
  if (place.getIndex() >= count)
    return step->emitOpError("names a place that the program does not have: ")
           << place;
  return success();
}

/// The places that a step names, in the order of the ABI.
SmallVector<PlaceAttr> mlcc::rt::placesOf(Operation *step) {
  if (auto copy = dyn_cast<StepCopyOp>(step))
    return {copy.getSource(), copy.getTarget()};
  if (auto loop = dyn_cast<StepLoopOp>(step)) {
    SmallVector<PlaceAttr> places;
    for (ArrayAttr list :
         {loop.getInputs(), loop.getOutputs(), loop.getSpares()})
      llvm::append_range(places, list.getAsRange<PlaceAttr>());
    places.push_back(loop.getArena());
    return places;
  }
  ArrayAttr places = isa<StepKernelOp>(step)
                         ? cast<StepKernelOp>(step).getPlaces()
                         : cast<StepPrimitiveOp>(step).getPlaces();
  return llvm::to_vector(places.getAsRange<PlaceAttr>());
}

LogicalResult ProgramOp::verify() {
  if (getArena() < 0)
    return emitOpError("has an arena of negative size");
  for (Operation &step : *getBody().begin()) {
    if (!isa<StepPrimitiveOp, StepKernelOp, StepCopyOp, StepLoopOp>(step))
      return step.emitOpError("is no step of a program");
    for (PlaceAttr place : placesOf(&step))
      if (failed(verifyPlace(&step, *this, place)))
        return failure();
  }
  return success();
}

//===----------------------------------------------------------------------===//
// StepKernelOp
//===----------------------------------------------------------------------===//

LogicalResult StepKernelOp::verifySymbolUses(SymbolTableCollection &symbols) {
  auto *kernel = symbols.lookupNearestSymbolFrom(
      (*this)->getParentOp()->getParentOp(), getKernelAttr());
  auto function = dyn_cast_or_null<FunctionOpInterface>(kernel);
  if (!function || !kernel->hasAttr(kernelAttrName))
    return emitOpError("refers to @") << getKernel() << ", which is no kernel";
  if (function.getNumArguments() != 2 + getPlaces().size())
    return emitOpError("has ")
           << getPlaces().size() << " places, but @" << getKernel() << " takes "
           << static_cast<int64_t>(function.getNumArguments()) - 2;
  return success();
}

//===----------------------------------------------------------------------===//
// StepLoopOp
//===----------------------------------------------------------------------===//

LogicalResult StepLoopOp::verify() {
  size_t states = getSpares().size();
  if (getInputStrides().size() != getInputs().size() ||
      getOutputStrides().size() != getOutputs().size())
    return emitOpError("needs one stride for each input and output");
  if (llvm::any_of(getInputStrides(), [](int64_t s) { return s < 0; }) ||
      llvm::any_of(getOutputStrides(), [](int64_t s) { return s < 0; }))
    return emitOpError("has a negative stride");
  if (static_cast<int64_t>(getFirstState()) < 0 ||
      getFirstState() + states > getInputs().size() ||
      states + getIsWhile() > getOutputs().size())
    return emitOpError("has more states than inputs or outputs");
  if (static_cast<int64_t>(getTrips()) < 1)
    return emitOpError("makes no trip");
  if (getArena().getSpace() != Space::Arena)
    return emitOpError("has no place in the arena for its body's");
  return success();
}

LogicalResult StepLoopOp::verifySymbolUses(SymbolTableCollection &symbols) {
  auto body = symbols.lookupNearestSymbolFrom<ProgramOp>(
      (*this)->getParentOp()->getParentOp(), getBodyAttr());
  if (!body || !isBody(body))
    return emitOpError("refers to @")
           << getBody() << ", which is no private program";
  if (body == (*this)->getParentOp())
    return emitOpError("runs its own program");
  if (body.getInputs().size() != getInputs().size() ||
      body.getOutputs().size() != getOutputs().size())
    return emitOpError("has ")
           << getInputs().size() << " inputs and " << getOutputs().size()
           << " outputs, but @" << getBody() << " has "
           << body.getInputs().size() << " and " << body.getOutputs().size();
  return success();
}

bool mlcc::rt::isBody(ProgramOp program) {
  return SymbolTable::getSymbolVisibility(program) ==
         SymbolTable::Visibility::Private;
}
