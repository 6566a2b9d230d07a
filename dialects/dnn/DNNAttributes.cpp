//===- DNNAttributes.cpp - Layouts and post-ops ---------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/dnn/DNN.h"

#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace mlcc;
using namespace mlcc::dnn;

//===----------------------------------------------------------------------===//
// Layouts
//===----------------------------------------------------------------------===//

LogicalResult
LayoutAttr::verifyEncoding(ArrayRef<int64_t> shape, Type elementType,
                           function_ref<InFlightDiagnostic()> emitError) const {
  int rank = std::max<int>(shape.size(), 1);
  if (isLayout(getTag().str(), rank))
    return success();
  return emitError() << "layout \"" << getTag()
                     << "\" does not exist for tensors of rank " << rank;
}

std::string dnn::getLayout(RankedTensorType type) {
  if (auto layout = dyn_cast_or_null<LayoutAttr>(type.getEncoding()))
    return layout.getTag().str();
  return mlcc::plainLayout(std::max<int>(type.getRank(), 1));
}

RankedTensorType dnn::withLayout(RankedTensorType type, StringRef tag) {
  Attribute encoding;
  if (tag != mlcc::plainLayout(std::max<int>(type.getRank(), 1)))
    encoding = LayoutAttr::get(type.getContext(), tag);
  return RankedTensorType::get(type.getShape(), type.getElementType(),
                               encoding);
}

static dnnl::memory::data_type toDataType(Type type) {
  using data_type = dnnl::memory::data_type;
  if (type.isF64())
    return data_type::f64;
  if (type.isF32())
    return data_type::f32;
  if (type.isF16())
    return data_type::f16;
  if (type.isBF16())
    return data_type::bf16;
  if (type.isSignlessInteger(32))
    return data_type::s32;
  if (type.isSignlessInteger(8))
    return data_type::s8;
  if (type.isUnsignedInteger(8))
    return data_type::u8;
  return data_type::undef;
}

bool dnn::isSupportedElementType(Type type) {
  return !type.isF64() && toDataType(type) != dnnl::memory::data_type::undef;
}

TensorSpec dnn::tensorSpec(RankedTensorType type, int argument) {
  TensorSpec spec;
  spec.argument = argument;
  spec.dims.assign(type.getShape().begin(), type.getShape().end());
  if (spec.dims.empty())
    spec.dims.push_back(1);
  spec.type = toDataType(type.getElementType());
  spec.layout = getLayout(type);
  return spec;
}

int64_t dnn::layoutBytes(RankedTensorType type) {
  int rank = std::max<int>(type.getRank(), 1);
  if (mlcc::isPermutation(getLayout(type), rank)) {
    int64_t elementBytes = (type.getElementTypeBitWidth() + 7) / 8;
    return type.getNumElements() * elementBytes;
  }
  return makeDesc(tensorSpec(type, 0)).get_size();
}

//===----------------------------------------------------------------------===//
// Post-ops
//===----------------------------------------------------------------------===//

static ParseResult parseFloat(AsmParser &parser, FailureOr<APFloat> &value) {
  APFloat parsed(0.0f);
  if (parser.parseFloat(APFloat::IEEEsingle(), parsed))
    return failure();
  value = parsed;
  return success();
}

void EltwiseAttr::print(AsmPrinter &printer) const {
  printer << '<' << stringifyEltwiseKind(getKind());
  if (!getAlpha().isPosZero() || !getBeta().isPosZero()) {
    printer << ", ";
    printer.printFloat(getAlpha());
  }
  if (!getBeta().isPosZero()) {
    printer << ", ";
    printer.printFloat(getBeta());
  }
  printer << '>';
}

Attribute EltwiseAttr::parse(AsmParser &parser, Type) {
  StringRef name;
  SMLoc place;
  FailureOr<APFloat> alpha(APFloat(0.0f)), beta(APFloat(0.0f));
  if (parser.parseLess() || parser.getCurrentLocation(&place) ||
      parser.parseKeyword(&name))
    return {};
  std::optional<EltwiseKind> kind = symbolizeEltwiseKind(name);
  if (!kind) {
    parser.emitError(place, "unknown element-wise function '") << name << "'";
    return {};
  }
  if (succeeded(parser.parseOptionalComma()) &&
      (parseFloat(parser, alpha) ||
       (succeeded(parser.parseOptionalComma()) && parseFloat(parser, beta))))
    return {};
  if (parser.parseGreater())
    return {};
  return EltwiseAttr::get(parser.getContext(), *kind, *alpha, *beta);
}

void SumAttr::print(AsmPrinter &printer) const {
  if (getScale().isExactlyValue(1.0))
    return;
  printer << '<';
  printer.printFloat(getScale());
  printer << '>';
}

Attribute SumAttr::parse(AsmParser &parser, Type) {
  FailureOr<APFloat> scale(APFloat(1.0f));
  if (succeeded(parser.parseOptionalLess()) &&
      (parseFloat(parser, scale) || parser.parseGreater()))
    return {};
  return SumAttr::get(parser.getContext(), *scale);
}

void dnn::appendPostOp(PostOpInterface op, Attribute postOp, Value operand) {
  SmallVector<Attribute> postOps(op.getPostOps().getValue());
  postOps.push_back(postOp);
  op.setPostOpsAttr(ArrayAttr::get(op->getContext(), postOps));
  if (isa<BinaryAttr>(postOp))
    op.getPostOperandsMutable().append(operand);
  else if (isa<SumAttr>(postOp))
    op.getAccumulateMutable().assign(operand);
}
