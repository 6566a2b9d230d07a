//===- Operations.cpp - ONNX forms of nn ops ------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// nn speaks ONNX's language, so most operations are an operator of another
// name: a table has them. The others are written by a function each: operators
// whose attributes are inputs there, and operations that ONNX takes apart.
//
//===----------------------------------------------------------------------===//

#include "frontends/onnx/export/OperationExporter.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace mlcc::onnx_frontend {

//===----------------------------------------------------------------------===//
// Operators that say the same
//===----------------------------------------------------------------------===//

namespace {
struct DirectForm {
  StringRef operation, op;
  /// Attributes that the operator has under another name: "k:bias".
  StringRef renamed = "";
};
} // namespace

static const DirectForm directForms[] = {
    {"nn.abs", "Abs"},
    {"nn.neg", "Neg"},
    {"nn.sign", "Sign"},
    {"nn.exp", "Exp"},
    {"nn.log", "Log"},
    {"nn.sqrt", "Sqrt"},
    {"nn.reciprocal", "Reciprocal"},
    {"nn.sin", "Sin"},
    {"nn.cos", "Cos"},
    {"nn.tan", "Tan"},
    {"nn.asin", "Asin"},
    {"nn.acos", "Acos"},
    {"nn.atan", "Atan"},
    {"nn.sinh", "Sinh"},
    {"nn.cosh", "Cosh"},
    {"nn.asinh", "Asinh"},
    {"nn.acosh", "Acosh"},
    {"nn.atanh", "Atanh"},
    {"nn.tanh", "Tanh"},
    {"nn.erf", "Erf"},
    {"nn.floor", "Floor"},
    {"nn.ceil", "Ceil"},
    {"nn.round", "Round"},
    {"nn.relu", "Relu"},
    {"nn.sigmoid", "Sigmoid"},
    {"nn.softplus", "Softplus"},
    {"nn.softsign", "Softsign"},
    {"nn.hard_swish", "HardSwish"},
    {"nn.leaky_relu", "LeakyRelu"},
    {"nn.elu", "Elu"},
    {"nn.celu", "Celu"},
    {"nn.selu", "Selu"},
    {"nn.hard_sigmoid", "HardSigmoid"},
    {"nn.thresholded_relu", "ThresholdedRelu"},
    {"nn.shrink", "Shrink"},
    {"nn.is_nan", "IsNaN"},
    {"nn.is_inf", "IsInf"},
    {"nn.add", "Add"},
    {"nn.sub", "Sub"},
    {"nn.mul", "Mul"},
    {"nn.div", "Div"},
    {"nn.pow", "Pow"},
    {"nn.max", "Max"},
    {"nn.min", "Min"},
    {"nn.equal", "Equal"},
    {"nn.less", "Less"},
    {"nn.less_equal", "LessOrEqual"},
    {"nn.where", "Where"},
    {"nn.batch_norm", "BatchNormalization"},
    {"nn.instance_norm", "InstanceNormalization"},
    {"nn.lrn", "LRN", "k:bias"},
    {"nn.lp_norm", "LpNormalization"},
    {"nn.softmax", "Softmax"},
    {"nn.log_softmax", "LogSoftmax"},
    {"nn.dequantize", "DequantizeLinear"},
    {"nn.reduce_mean", "ReduceMean"},
    {"nn.reduce_max", "ReduceMax"},
    {"nn.reduce_min", "ReduceMin"},
    {"nn.reduce_prod", "ReduceProd"},
    {"nn.reduce_l1", "ReduceL1"},
    {"nn.reduce_l2", "ReduceL2"},
    {"nn.reduce_sum_square", "ReduceSumSquare"},
    {"nn.reduce_log_sum", "ReduceLogSum"},
    {"nn.reduce_log_sum_exp", "ReduceLogSumExp"},
    {"nn.arg_max", "ArgMax"},
    {"nn.arg_min", "ArgMin"},
    {"nn.transpose", "Transpose", "permutation:perm"},
    {"nn.concat", "Concat"},
    {"nn.gather", "Gather"},
    {"nn.gather_elements", "GatherElements"},
    {"nn.gather_nd", "GatherND"},
    {"nn.stop_gradient", "Identity"},
};

/// An attribute of a direct form. What a default-valued attribute of nn is
/// where it is absent, ONNX's is too.
static ExportAttribute exportAttribute(NamedAttribute attribute,
                                       StringRef renamed) {
  StringRef name = attribute.getName();
  auto [from, to] = renamed.split(':');
  if (name == from)
    name = to;
  if (auto number = dyn_cast<FloatAttr>(attribute.getValue()))
    return {name, number.getValueAsDouble()};
  if (auto flag = dyn_cast<BoolAttr>(attribute.getValue()))
    return {name, static_cast<int64_t>(flag.getValue())};
  if (auto number = dyn_cast<IntegerAttr>(attribute.getValue()))
    return {name, number.getInt()};
  return {name,
          toVector(cast<DenseI64ArrayAttr>(attribute.getValue()).asArrayRef())};
}

Names operandNames(Operation *operation, const GraphWriter &graph) {
  Names names;
  for (Value operand : operation->getOperands())
    names.push_back(graph.name(operand));
  return names;
}

static bool exportDirectly(Operation *operation, GraphWriter &graph) {
  const DirectForm *form =
      llvm::find_if(directForms, [&](const DirectForm &candidate) {
        return candidate.operation == operation->getName().getStringRef();
      });
  if (form == std::end(directForms))
    return false;
  ExportAttributes attributes;
  for (NamedAttribute attribute : operation->getAttrDictionary())
    if (operation->getInherentAttr(attribute.getName()))
      attributes.push_back(exportAttribute(attribute, form->renamed));
  graph.finish(form->op, operandNames(operation, graph), attributes);
  return true;
}

//===----------------------------------------------------------------------===//
// All
//===----------------------------------------------------------------------===//

bool exportOperation(Operation *operation, GraphWriter &graph,
                     std::string &refusal) {
  if (exportDirectly(operation, graph))
    return true;
  OperationExporter exporter(operation, graph);
  auto write = [&](auto op) { return exporter.write(op); };
  using Refusal = OperationExporter::Refusal;
  Refusal reason =
      llvm::TypeSwitch<Operation *, Refusal>(operation)
          .Case<nn::ConstantOp, nn::NotOp, nn::AndOp, nn::OrOp, nn::XorOp,
                nn::ShiftLeftOp, nn::ShiftRightOp, nn::ModOp, nn::PReluOp,
                nn::ClipOp, nn::CastOp, nn::RsqrtOp, nn::MishOp, nn::SwishOp,
                nn::GeluOp>(write)
          .Case<nn::ConvOp, nn::ConvTransposeOp, nn::MatMulOp, nn::MaxPoolOp,
                nn::AvgPoolOp, nn::LpPoolOp, nn::ResizeOp>(write)
          .Case<nn::GroupNormOp, nn::LayerNormOp, nn::RmsNormOp, nn::QuantizeOp,
                nn::LstmOp, nn::GruOp, nn::RnnOp>(write)
          .Case<nn::ReduceSumOp, nn::CumSumOp, nn::ReshapeOp, nn::BroadcastOp,
                nn::TileOp, nn::SliceOp, nn::PadOp, nn::ScatterElementsOp,
                nn::ScatterNdOp, nn::OneHotOp, nn::TriluOp>(write)
          .Default(Refusal("ONNX has no such operation"));
  if (!reason)
    return true;
  refusal = (operation->getName().getStringRef() + " at " +
             quoted(nodeName(operation->getLoc())) + ": " + *reason)
                .str();
  return false;
}

} // namespace mlcc::onnx_frontend
