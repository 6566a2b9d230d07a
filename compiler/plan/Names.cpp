//===- Names.cpp - What steps are called ----------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/plan/Names.h"

#include "runtime/src/primitive_spec.h"

#include "mlir/IR/Location.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace mlcc;

static void collectNames(Location location, llvm::SetVector<StringRef> &names) {
  if (auto name = dyn_cast<NameLoc>(location)) {
    names.insert(name.getName().getValue());
  } else if (auto fused = dyn_cast<FusedLoc>(location)) {
    for (Location part : fused.getLocations())
      collectNames(part, names);
  } else if (auto call = dyn_cast<CallSiteLoc>(location)) {
    collectNames(call.getCallee(), names);
  }
}

std::string mlcc::nodeNames(Location location) {
  constexpr size_t most = 6;
  llvm::SetVector<StringRef> names;
  collectNames(location, names);
  std::string text = llvm::join(names.getArrayRef().take_front(most), "+");
  if (names.size() > most)
    text += "+...";
  return text;
}

static StringRef kindName(PrimitiveKind kind) {
  switch (kind) {
  case PrimitiveKind::Convolution:
    return "convolution";
  case PrimitiveKind::ConvolutionWeightGradient:
    return "convolution_weight_gradient";
  case PrimitiveKind::Deconvolution:
    return "deconvolution";
  case PrimitiveKind::MatMul:
    return "matmul";
  case PrimitiveKind::Pooling:
    return "pooling";
  case PrimitiveKind::LayerNormalization:
    return "layer_normalization";
  case PrimitiveKind::Lrn:
    return "lrn";
  case PrimitiveKind::Softmax:
    return "softmax";
  case PrimitiveKind::Eltwise:
    return "eltwise";
  case PrimitiveKind::Binary:
    return "binary";
  case PrimitiveKind::Concat:
    return "concat";
  case PrimitiveKind::Sum:
    return "sum";
  case PrimitiveKind::Reduction:
    return "reduction";
  case PrimitiveKind::Reorder:
    return "reorder";
  case PrimitiveKind::Lstm:
    return "lstm";
  case PrimitiveKind::Gru:
    return "gru";
  case PrimitiveKind::LbrGru:
    return "lbr_gru";
  case PrimitiveKind::VanillaRnn:
    return "vanilla_rnn";
  }
  return "";
}

static StringRef postOpName(PostOp::Kind kind) {
  switch (kind) {
  case PostOp::Kind::Eltwise:
    return "eltwise";
  case PostOp::Kind::Sum:
    return "sum";
  case PostOp::Kind::Binary:
    return "binary";
  }
  return "";
}

std::string mlcc::describePrimitive(const PrimitiveSpec &spec) {
  std::string text = kindName(spec.kind).str();
  llvm::raw_string_ostream stream(text);
  for (const TensorSpec &argument : spec.arguments) {
    stream << ' ';
    llvm::interleave(argument.dims, stream, "x");
    stream << ':'
           << (StringRef(argument.layout).starts_with("opaque:")
                   ? StringRef("opaque")
                   : StringRef(argument.layout));
  }
  for (const PostOp &postOp : spec.postOps)
    stream << " +" << postOpName(postOp.kind);
  return text;
}
