//===- Forms.cpp - A value in the layouts it is wanted in -----------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/layout/Forms.h"

#include "compiler/layout/CostModel.h"
#include "dialects/nn/Loops.h"

using namespace mlir;
using namespace mlcc;

bool mlcc::isPermutation(StringRef tag) {
  return isPermutation(tag.str(), static_cast<int>(tag.size()));
}

/// The letters of `tag` whose extent is not one.
static std::string withoutUnits(ArrayRef<int64_t> shape, StringRef tag) {
  std::string letters;
  for (char letter : tag)
    if (shape[letter - 'a'] != 1)
      letters += letter;
  return letters;
}

bool mlcc::haveSameBytes(ArrayRef<int64_t> shape, StringRef lhs,
                         StringRef rhs) {
  if (lhs == rhs)
    return true;
  return isPermutation(lhs) && isPermutation(rhs) &&
         lhs.size() == shape.size() && rhs.size() == shape.size() &&
         withoutUnits(shape, lhs) == withoutUnits(shape, rhs);
}

std::string mlcc::channelsLast(int64_t rank) {
  std::string tag = plainLayout(static_cast<int>(rank));
  if (rank >= 3)
    std::rotate(tag.begin() + 1, tag.begin() + 2, tag.end());
  return tag;
}

bool mlcc::isConstant(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    if (isa<nn::ConstantOp, dnn::ConstantOp>(op))
      return true;
    if (!isa<dnn::ViewOp, dnn::ReorderOp>(op))
      return false;
    value = op->getOperand(0);
  }
  return false;
}

bool mlcc::isFixed(Value value) {
  while (isa_and_present<dnn::ViewOp, dnn::ReorderOp>(value.getDefiningOp()))
    value = value.getDefiningOp()->getOperand(0);
  auto argument = dyn_cast<BlockArgument>(value);
  if (!argument)
    return isConstant(value);
  auto first = argument.getOwner()->getParentOp()->getAttrOfType<IntegerAttr>(
      nn::firstInvariantAttrName);
  return first && argument.getArgNumber() >= first.getInt();
}

RankedTensorType mlcc::physicalType(RankedTensorType type, StringRef tag) {
  SmallVector<int64_t> shape;
  if (type.getRank())
    for (char letter : tag)
      shape.push_back(type.getDimSize(letter - 'a'));
  return RankedTensorType::get(shape, type.getElementType());
}

/// A reorder between permutations of an element type that oneDNN does not know:
/// a transposition of the bytes.
static Value transposeBytes(OpBuilder &builder, Value value,
                            RankedTensorType wanted) {
  auto type = cast<RankedTensorType>(value.getType());
  std::string from = dnn::getLayout(type), to = dnn::getLayout(wanted);
  SmallVector<int64_t> permutation;
  for (char letter : to)
    permutation.push_back(from.find(letter));
  Location location = value.getLoc();
  Value bytes =
      dnn::ViewOp::create(builder, location, physicalType(type, from), value);
  Value moved = nn::TransposeOp::create(builder, location, bytes, permutation);
  return dnn::ViewOp::create(builder, location, wanted, moved);
}

Value Forms::get(Value value, StringRef tag, Operation *user) {
  auto type = cast<RankedTensorType>(value.getType());
  RankedTensorType wanted = dnn::withLayout(type, tag);
  if (wanted == type)
    return value;
  Value &form = forms[{value, wanted}];
  if (form)
    return form;

  builder.setInsertionPoint(user);
  Location location = value.getLoc();
  if (haveSameBytes(type.getShape(), dnn::getLayout(type), tag))
    return form = dnn::ViewOp::create(builder, location, wanted, value);
  if (!dnn::isSupportedElementType(type.getElementType()))
    return form = transposeBytes(builder, value, wanted);
  auto reorder = dnn::ReorderOp::create(builder, location, wanted, value);
  if (!isConstant(value))
    made.push_back({value, reorder, user->getName(), user->getLoc()});
  return form = reorder;
}

double Forms::seconds(Value value, StringRef tag) const {
  auto type = cast<RankedTensorType>(value.getType());
  if (isFixed(value) ||
      haveSameBytes(type.getShape(), dnn::getLayout(type), tag) ||
      forms.contains({value, dnn::withLayout(type, tag)}))
    return 0;
  return reorderSeconds(type);
}
