//===- Layer.cpp - What importing one node needs --------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "frontends/mlc/Layer.h"

#include "dialects/nn/Random.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace mlcc;
using namespace mlcc::mlc_frontend;

/// No size of a layer is larger, so that products of a few of them fit.
static constexpr int64_t maxSize = int64_t(1) << 31;

InFlightDiagnostic Layer::error(ErrorCode code, StringRef field) {
  hasFailed = true;
  Location place = given && !field.empty() ? description.locate(*given, field)
                                           : description.locate(node, field);
  InFlightDiagnostic diagnostic = mlcc::emitError(place, code);
  if (!node.name().empty())
    diagnostic << "'" << node.name() << "': ";
  return diagnostic;
}

bool Layer::checkInputs(size_t least, size_t most) {
  if (inputs.size() >= least && inputs.size() <= most)
    return true;
  std::string wanted = std::to_string(least);
  if (most != least)
    wanted += " to " + std::to_string(most);
  error(ErrorCode::InvalidField, "input")
      << "it takes " << wanted << " inputs, not " << inputs.size();
  return false;
}

bool Layer::checkFloatInput(unsigned index, int64_t least) {
  if (index >= inputs.size() || !inputs[index])
    return !hasFailed;
  RankedTensorType type = Layer::type(inputs[index]);
  if (!isa<FloatType>(type.getElementType())) {
    error(ErrorCode::TypeMismatch, "input")
        << "input " << index << " holds " << nn::typeText(type)
        << ", but floating-point numbers are needed (insert op: \"cast\")";
    return false;
  }
  if (type.getRank() >= least)
    return true;
  error(ErrorCode::ShapeMismatch, "input")
      << "input " << index << " is " << nn::shapeText(type.getShape())
      << ", but at least " << least << " dimensions are needed";
  return false;
}

int64_t Layer::positive(StringRef field, int64_t value) {
  if (value > 0 && value < maxSize)
    return value;
  error(ErrorCode::InvalidField, field)
      << field << " must be given, positive and less than 2^31";
  return 1;
}

double Layer::fraction(StringRef field, double value) {
  if (value >= 0 && value < 1)
    return value;
  error(ErrorCode::InvalidField, field)
      << field << " must be at least 0 and less than 1";
  return 0;
}

SmallVector<int64_t>
Layer::perDimension(StringRef field,
                    const google::protobuf::RepeatedField<int64_t> &values,
                    size_t count, int64_t otherwise, int64_t least) {
  SmallVector<int64_t> result(values.begin(), values.end());
  if (result.empty())
    result.push_back(otherwise);
  if (result.size() == 1)
    result.assign(count, result.front());
  if (result.size() != count)
    error(ErrorCode::InvalidField, field) << field << " has " << values.size()
                                          << " numbers; give one, or " << count;
  else if (llvm::any_of(result, [&](int64_t value) {
             return value < least || value >= maxSize;
           }))
    error(ErrorCode::InvalidField, field)
        << field << " must be given, at least " << least
        << " and less than 2^31";
  if (hasFailed)
    result.assign(count, std::max<int64_t>(least, 1));
  return result;
}

std::optional<SmallVector<int64_t>>
Layer::shapeOf(StringRef field, StringRef text, bool wildcard) {
  std::string problem;
  auto data = evaluateList(text, environment, problem);
  if (!data) {
    error(ErrorCode::InvalidExpression, field)
        << "\"" << text << "\": " << problem;
    return std::nullopt;
  }
  SmallVector<int64_t> shape;
  for (const Datum &datum : *data) {
    std::optional<int64_t> extent = asInteger(datum);
    bool isFree = wildcard && extent && *extent == -1;
    if (!extent || (*extent < 1 && !isFree) || *extent > (int64_t(1) << 40)) {
      error(ErrorCode::InvalidField, field)
          << "\"" << text << "\": extents are whole numbers from 1 to 2^40";
      return std::nullopt;
    }
    shape.push_back(*extent);
  }
  return shape;
}

Type Layer::typeOf(v1::ElementType type) {
  if (std::optional<Type> given = mlc_frontend::namedType(type, elementType))
    return *given;
  error(ErrorCode::InvalidField, "type") << "this number is no type";
  return elementType;
}

//===----------------------------------------------------------------------===//
// Variables
//===----------------------------------------------------------------------===//

std::string Layer::fullName(StringRef parameter) const {
  if (parameter.empty())
    return parameterName;
  return parameterName + "." + parameter.str();
}

Value Layer::parameter(const ParameterSpec &spec) {
  if (hasFailed)
    return nullptr;
  if (node.name().empty() && node.share().empty()) {
    error(ErrorCode::InvalidField, "name")
        << "a layer with parameters needs a name, after which they are called";
    return nullptr;
  }
  auto type = RankedTensorType::get(spec.shape, elementType);
  if (mlir::failed(nn::checkTensor(location, type, spec.name))) {
    hasFailed = true;
    return nullptr;
  }
  v1::Initializer initializer;
  if (spec.isGiven) {
    initializer = *spec.initializer;
  } else {
    initializer.set_kind(spec.otherwise);
    if (spec.deviation != 0)
      initializer.set_deviation(spec.deviation);
  }
  Variable *variable = variables.declare({.name = fullName(spec.name),
                                          .type = type,
                                          .role = rt::Role::Parameter,
                                          .initializer = initializer,
                                          .fanIn = spec.fanIn,
                                          .fanOut = spec.fanOut,
                                          .frozen = frozen,
                                          .location = location});
  if (!variable) {
    hasFailed = true;
    return nullptr;
  }
  return function.read(*variable);
}

Value Layer::readVariable(StringRef name) {
  StringRef prefix = parameterName;
  if (!prefix.consume_back(node.name()))
    prefix = "";
  Variable *variable = variables.find((prefix + name).str());
  if (!variable)
    variable = variables.find(name);
  return variable ? function.read(*variable) : Value();
}

Variable *Layer::variable(StringRef name, RankedTensorType type, rt::Role role,
                          const v1::Initializer &initializer) {
  if (hasFailed)
    return nullptr;
  Variable *variable = variables.declare({.name = fullName(name),
                                          .type = type,
                                          .role = role,
                                          .initializer = initializer,
                                          .frozen = frozen,
                                          .location = location});
  hasFailed |= !variable;
  return variable;
}

//===----------------------------------------------------------------------===//
// Pieces
//===----------------------------------------------------------------------===//

Value Layer::apply(StringRef op, ArrayRef<Value> operands,
                   ArrayRef<Assignment> attributes) {
  if (hasFailed)
    return nullptr;
  Layer inner(description, function, variables, node, given, kind, location,
              parameterName, frozen, elementType, environment, operands);
  importOperation(inner, op, attributes);
  hasFailed |= inner.failed();
  return hasFailed ? Value() : inner.getResults().front();
}

Value Layer::activate(Value value, StringRef activation) {
  if (hasFailed || activation.empty())
    return value;
  std::optional<RegisteredOperationName> name = RegisteredOperationName::lookup(
      ("nn." + activation).str(), function.builder.getContext());
  bool isActivation = name && name->hasTrait<nn::IsElementwise>() &&
                      name->hasTrait<OpTrait::OneOperand>();
  if (!isActivation) {
    error(ErrorCode::UnknownName, "activation")
        << "'" << activation
        << "' is no element-wise operation of one operand (docs/ops.md)";
    return nullptr;
  }
  return apply(activation, value);
}

Value Layer::drop(Value value, double rate, ArrayRef<int64_t> shape) {
  if (hasFailed || rate == 0 || !training())
    return value;
  Value key = function.randomKey();
  if (!key) {
    hasFailed = true;
    return nullptr;
  }
  Value keep = nn::drawBernoulli(builder(), location, key,
                                 math.scalarLike(1 - rate, value), shape,
                                 function.nextStream());
  return math.where(keep, math.mul(value, 1 / (1 - rate)),
                    math.scalarLike(0, value));
}
