//===- NodeContext.cpp - What importing one node needs --------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "frontends/onnx/NodeContext.h"

#include "llvm/ADT/Sequence.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using mlcc::nn::HostTensor;

namespace mlcc::onnx_frontend {

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

const onnx::AttributeProto *NodeContext::find(StringRef name) const {
  for (const onnx::AttributeProto &attribute : node.attribute())
    if (attribute.name() == name)
      return &attribute;
  return nullptr;
}

int64_t NodeContext::integer(StringRef name, int64_t otherwise) const {
  const onnx::AttributeProto *attribute = find(name);
  return attribute ? attribute->i() : otherwise;
}

double NodeContext::number(StringRef name, double otherwise) const {
  const onnx::AttributeProto *attribute = find(name);
  return attribute ? attribute->f() : otherwise;
}

StringRef NodeContext::string(StringRef name, StringRef otherwise) const {
  const onnx::AttributeProto *attribute = find(name);
  return attribute ? StringRef(attribute->s()) : otherwise;
}

SmallVector<int64_t> NodeContext::integers(StringRef name) const {
  const onnx::AttributeProto *attribute = find(name);
  if (!attribute)
    return {};
  return SmallVector<int64_t>(attribute->ints().begin(),
                              attribute->ints().end());
}

SmallVector<double> NodeContext::numbers(StringRef name) const {
  const onnx::AttributeProto *attribute = find(name);
  if (!attribute)
    return {};
  return SmallVector<double>(attribute->floats().begin(),
                             attribute->floats().end());
}

SmallVector<std::string> NodeContext::strings(StringRef name) const {
  const onnx::AttributeProto *attribute = find(name);
  if (!attribute)
    return {};
  return SmallVector<std::string>(attribute->strings().begin(),
                                  attribute->strings().end());
}

onnx::TensorProto *NodeContext::tensor(StringRef name) {
  for (onnx::AttributeProto &attribute : *node.mutable_attribute())
    if (attribute.name() == name)
      return attribute.mutable_t();
  return nullptr;
}

onnx::GraphProto *NodeContext::graph(StringRef name) {
  for (onnx::AttributeProto &attribute : *node.mutable_attribute())
    if (attribute.name() == name)
      return attribute.mutable_g();
  return nullptr;
}

int64_t NodeContext::requiredInteger(StringRef name) {
  if (!hasAttribute(name))
    error(ErrorCode::InvalidAttribute)
        << "the attribute '" << name << "' is missing";
  return integer(name, 0);
}

Type NodeContext::typeAttribute(int64_t dataType) {
  Type type = dataType == static_cast<int32_t>(dataType)
                  ? onnx_frontend::elementType(context(), dataType)
                  : Type();
  if (!type)
    error(ErrorCode::UnsupportedType)
        << "the element type "
        << (dataType == static_cast<int32_t>(dataType)
                ? dataTypeName(dataType)
                : "number " + std::to_string(dataType))
        << " is not supported";
  return type;
}

int64_t NodeContext::normalizeAxis(int64_t axis, int64_t rank) {
  if (axis >= -rank && axis < rank)
    return axis < 0 ? axis + rank : axis;
  error(ErrorCode::InvalidAttribute)
      << "the axis " << axis << " is outside [" << -rank << ", " << rank - 1
      << "], the axes of a tensor of rank " << rank;
  return 0;
}

SmallVector<int64_t> NodeContext::normalizeAxes(ArrayRef<int64_t> axes,
                                                int64_t rank) {
  SmallVector<int64_t> normalized;
  for (int64_t axis : axes) {
    normalized.push_back(normalizeAxis(axis, rank));
    if (failed())
      return {};
    if (llvm::is_contained(ArrayRef(normalized).drop_back(),
                           normalized.back())) {
      error(ErrorCode::InvalidAttribute)
          << "the axis " << axis << " is given twice";
      return {};
    }
  }
  return normalized;
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

std::optional<HostTensor> NodeContext::constantOf(Value value) const {
  if (!value)
    return std::nullopt;
  auto constant = value.getDefiningOp<nn::ConstantOp>();
  if (!constant)
    return std::nullopt;
  return HostTensor::fromAttribute(constant.getValue());
}

std::optional<HostTensor> NodeContext::requireConstant(unsigned index,
                                                       StringRef meaning) {
  if (failed())
    return std::nullopt;
  if (!has(index)) {
    error(ErrorCode::InvalidGraph)
        << "the input " << index << " ('" << meaning << "') is missing";
    return std::nullopt;
  }
  // What the importer must know is short; a splat may claim any length.
  constexpr int64_t maxElements = int64_t(1) << 24;
  if (type(operand(index)).getNumElements() > maxElements) {
    error(ErrorCode::TooLarge)
        << "its input '" << meaning << "' has more than 2^24 elements";
    return std::nullopt;
  }
  if (std::optional<HostTensor> value = constantOf(operand(index)))
    return value;
  SmallVector<std::string> inputs = services.inputsBehind(operand(index));
  InFlightDiagnostic diagnostic = error(ErrorCode::NotConstant);
  diagnostic << "its input '" << meaning << "' (" << quoted(node.input(index))
             << ") must be known at compile time";
  if (!inputs.empty())
    diagnostic << "; it depends on the model's input "
               << llvm::join(llvm::map_range(inputs, quoted), ", ")
               << ": bind it with --bind " << inputs.front() << "=VALUE";
  return std::nullopt;
}

SmallVector<int64_t> NodeContext::requireIntegers(unsigned index,
                                                  StringRef meaning) {
  std::optional<HostTensor> value = requireConstant(index, meaning);
  if (!value)
    return {};
  if (!isa<IntegerType>(value->getElementType()) ||
      value->getType().getRank() > 1) {
    error(ErrorCode::TypeMismatch)
        << "its input '" << meaning << "' must be integers of rank 0 or 1";
    return {};
  }
  SmallVector<int64_t> integers;
  for (int64_t i : llvm::seq(value->getNumElements()))
    integers.push_back(value->getAsInt(i));
  return integers;
}

std::optional<HostTensor> NodeContext::requireElement(unsigned index,
                                                      StringRef meaning) {
  std::optional<HostTensor> value = requireConstant(index, meaning);
  if (!value)
    return std::nullopt;
  if (value->getNumElements() != 1) {
    error(ErrorCode::ShapeMismatch)
        << "its input '" << meaning
        << "' must have one element, but has the shape "
        << nn::shapeText(value->getShape());
    return std::nullopt;
  }
  return value;
}

std::optional<double> NodeContext::requireNumber(unsigned index,
                                                 StringRef meaning) {
  std::optional<HostTensor> value = requireElement(index, meaning);
  return value ? std::optional(value->getAsDouble(0)) : std::nullopt;
}

std::optional<int64_t> NodeContext::requireInteger(unsigned index,
                                                   StringRef meaning) {
  std::optional<HostTensor> value = requireElement(index, meaning);
  return value ? std::optional(value->getAsInt(0)) : std::nullopt;
}

std::optional<SmallVector<int64_t>>
NodeContext::attributeOrOperand(StringRef name, unsigned index) {
  if (hasAttribute(name))
    return integers(name);
  if (!has(index))
    return std::nullopt;
  return requireIntegers(index, name);
}

//===----------------------------------------------------------------------===//
// Building
//===----------------------------------------------------------------------===//

Value NodeContext::constant(ElementsAttr value) {
  return create<nn::ConstantOp>(value);
}

Value NodeContext::constant(const HostTensor &value) {
  return constant(value.toAttribute("constant"));
}

Value NodeContext::splat(RankedTensorType type, double value) {
  HostTensor element(RankedTensorType::get({}, type.getElementType()));
  element.setDouble(0, value);
  auto attribute = cast<DenseElementsAttr>(element.toAttribute("constant"));
  return constant(
      DenseElementsAttr::get(type, *attribute.value_begin<Attribute>()));
}

Value NodeContext::scalarLike(Value like, double value) {
  return failed() ? Value()
                  : splat(RankedTensorType::get({}, elementType(like)), value);
}

Value NodeContext::integerVector(ArrayRef<int64_t> values) {
  auto type = RankedTensorType::get({static_cast<int64_t>(values.size())},
                                    builder.getI64Type());
  return constant(DenseElementsAttr::get(type, values));
}

Value NodeContext::reshape(Value value, ArrayRef<int64_t> newShape) {
  if (failed() || shape(value) == newShape)
    return value;
  return create<nn::ReshapeOp>(value, newShape);
}

Value NodeContext::cast(Value value, Type newType) {
  if (failed() || elementType(value) == newType)
    return value;
  return create<nn::CastOp>(value, newType);
}

void NodeContext::refuseOutput(unsigned index, StringRef meaning) {
  if (wants(index))
    error(ErrorCode::UnsupportedForm)
        << "its output '" << meaning << "' is read, but cannot be computed";
}

/// Ops on tensors of more elements than this are left for the folding of the
/// graph stage; shapes and indices are far smaller.
static constexpr int64_t maxFoldedElements = int64_t(1) << 16;

std::optional<SmallVector<Value>> NodeContext::fold(Operation *op) {
  auto isSmall = [](Value value) {
    return type(value).getNumElements() <= maxFoldedElements;
  };
  auto reference = dyn_cast<nn::ReferenceOpInterface>(op);
  if (!reference || op->getNumOperands() == 0 ||
      !llvm::all_of(op->getOperands(), isSmall) ||
      !llvm::all_of(op->getResults(), isSmall))
    return std::nullopt;
  SmallVector<HostTensor> inputs, outputs;
  for (Value value : op->getOperands()) {
    std::optional<HostTensor> input = constantOf(value);
    if (!input)
      return std::nullopt;
    inputs.push_back(*input);
  }
  if (mlir::failed(reference.evaluate(inputs, outputs)))
    return std::nullopt;
  SmallVector<Value> values;
  for (const HostTensor &output : outputs)
    values.push_back(nn::ConstantOp::create(builder, location,
                                            output.toAttribute("constant")));
  return values;
}

SmallVector<Value> NodeContext::finish(Operation *op) {
  for (Value value : op->getResults())
    if (rank(value) > maxRank) {
      error(ErrorCode::UnsupportedForm)
          << "its result has " << rank(value) << " dimensions; at most "
          << maxRank << " are supported";
      op->erase();
      return {};
    }
  auto isEmpty = [](Value value) { return type(value).getNumElements() == 0; };
  std::optional<SmallVector<Value>> folded;
  if (isa<nn::ConstantOp>(op)) {
    return {op->getResult(0)};
  }
  if (llvm::all_of(op->getResults(), isEmpty)) {
    // A tensor without elements is a constant, whatever it is computed from.
    folded.emplace();
    for (Value value : op->getResults())
      folded->push_back(nn::ConstantOp::create(
          builder, location, HostTensor(type(value)).toAttribute("constant")));
  } else {
    folded = fold(op);
  }
  if (folded) {
    op->erase();
    return *folded;
  }
  if (llvm::any_of(op->getOperands(), isEmpty) ||
      llvm::any_of(op->getResults(), isEmpty)) {
    op->erase();
    error(ErrorCode::UnsupportedForm) << "it takes a tensor without elements, "
                                         "which is supported in constants only";
    return {};
  }
  return SmallVector<Value>(op->getResults());
}

} // namespace mlcc::onnx_frontend
