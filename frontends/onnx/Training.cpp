//===- Training.cpp - Training of inference files -------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "frontends/onnx/Training.h"

#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/nn/Losses.h"
#include "dialects/nn/NN.h"
#include "dialects/rt/RT.h"
#include "dialects/train/RuleText.h"
#include "dialects/train/Train.h"
#include "frontends/onnx/Inputs.h"
#include "frontends/onnx/ModelFile.h"

#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;

namespace mlcc::onnx_frontend {

//===----------------------------------------------------------------------===//
// Options
//===----------------------------------------------------------------------===//

/// The loss that a name or one of the short names of frameworks stands for.
static StringRef lossName(StringRef text) {
  return llvm::StringSwitch<StringRef>(text)
      .Case("softmax_cross_entropy", "cross_entropy")
      .Case("nll", "negative_log_likelihood")
      .Case("bce", "binary_cross_entropy")
      .Case("bce_logits", "binary_cross_entropy_logits")
      .Case("mse", "mean_squared_error")
      .Cases({"l1", "mae"}, "mean_absolute_error")
      .Default(text);
}

/// The losses of a value and one target; null for another name.
static const nn::LossInfo *findLoss(StringRef name) {
  const nn::LossInfo *info =
      llvm::find_if(nn::allLosses(), [&](const nn::LossInfo &info) {
        return info.name == name && info.operands.size() == 2;
      });
  return info == nn::allLosses().end() ? nullptr : info;
}

/// Whether the target of a loss is the number of a class.
static bool takesLabels(const nn::LossInfo &info) {
  return info.operands[1].starts_with("labels");
}

static std::string lossNames() {
  std::string names = "softmax_cross_entropy, mse, bce_logits, l1";
  for (const nn::LossInfo &info : nn::allLosses())
    if (info.operands.size() == 2)
      names += (", " + info.name).str();
  return names;
}

TrainingRequest TrainingRequest::parse(const TrainingOptions &options,
                                       Location location) {
  auto fail = [&](ErrorCode code, const Twine &message) {
    emitError(location, code) << message;
  };
  TrainingRequest request;
  // Names of values may have colons.
  auto [kind, values] = StringRef(options.loss).split(':');
  auto [output, target] = values.rsplit(',');
  request.loss = lossName(kind);
  request.output = output;
  request.target = target;
  if (output.empty() || target.empty())
    fail(ErrorCode::InvalidOption,
         "--loss '" + options.loss +
             "': expected KIND:OUTPUT,TARGET, such as "
             "softmax_cross_entropy:logits,labels");
  if (!findLoss(request.loss))
    fail(ErrorCode::InvalidTraining, "--loss: there is no loss '" + kind +
                                         "' of an output and a target; there "
                                         "are " +
                                         lossNames());
  if (target == "sample_count" || target == "loss")
    fail(ErrorCode::InvalidTraining,
         "--loss: a target cannot be called '" + target + "'");
  std::string problem;
  request.optimizer =
      train::parseOptimizer(location->getContext(), options.optimizer, problem);
  if (!request.optimizer)
    fail(ErrorCode::InvalidTraining,
         "--optimizer '" + options.optimizer + "': " + problem);
  return request;
}

void checkNames(const TrainingRequest &request,
                const llvm::StringMap<Value> &values,
                const onnx::GraphProto &graph, Location location) {
  if (!request.output.empty() && !values.contains(request.output)) {
    InFlightDiagnostic error = emitError(location, ErrorCode::UnknownName);
    error << "--loss: the graph has no value '" << request.output
          << "'; its outputs are";
    for (const onnx::ValueInfoProto &output : graph.output())
      error << " '" << output.name() << "'";
  }
  bool isInput = llvm::any_of(freeInputs(graph), [&](const auto *input) {
    return input->name() == request.target;
  });
  if (values.contains(request.target) && !isInput)
    emitError(location, ErrorCode::NameConflict)
        << "--loss: the graph has a value '" << request.target
        << "'; give the target another name";
}

//===----------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------===//

static DictionaryAttr attribute(Builder &builder, StringRef name,
                                Attribute value) {
  return builder.getDictionaryAttr(builder.getNamedAttr(name, value));
}

static DictionaryAttr variableAttribute(Builder &builder, StringRef name) {
  return attribute(builder, rt::variableAttrName,
                   FlatSymbolRefAttr::get(builder.getContext(), name));
}

namespace {
/// Turns a copy of `predict` into `loss`.
class LossFunction {
public:
  LossFunction(func::FuncOp predict, Value predicted,
               const TrainingRequest &request);
  LogicalResult build();

private:
  Value addInput(StringRef name, RankedTensorType type);
  /// The input that is the target: one of the model's, or a new one.
  Value target();
  /// The input that says how many rows count; null if the output has no rows.
  Value sampleCount();

  const TrainingRequest &request;
  const nn::LossInfo &info;
  Location location;
  func::FuncOp function;
  Value output;
};
} // namespace

LossFunction::LossFunction(func::FuncOp predict, Value predicted,
                           const TrainingRequest &request)
    : request(request), info(*findLoss(request.loss)),
      location(nameLocation(predict.getContext(), "loss")) {
  IRMapping copies;
  function = cast<func::FuncOp>(predict->clone(copies));
  function.setName("loss");
  predict->getParentOfType<ModuleOp>().push_back(function);
  output = copies.lookup(predicted);
}

Value LossFunction::addInput(StringRef name, RankedTensorType type) {
  unsigned index = function.getNumArguments();
  Builder builder(function.getContext());
  (void)function.insertArgument(
      index, type,
      attribute(builder, rt::nameAttrName, builder.getStringAttr(name)),
      nameLocation(function.getContext(), name));
  return function.getArgument(index);
}

Value LossFunction::target() {
  for (BlockArgument argument : function.getArguments())
    if (auto name = function.getArgAttrOfType<StringAttr>(
            argument.getArgNumber(), rt::nameAttrName);
        name && name.getValue() == request.target)
      return argument;
  auto type = cast<RankedTensorType>(output.getType());
  if (takesLabels(info) && type.getRank() > 0)
    type = RankedTensorType::get(type.getShape().drop_back(),
                                 IntegerType::get(type.getContext(), 64));
  return addInput(request.target, type);
}

Value LossFunction::sampleCount() {
  // The batch is the first dimension of the first input.
  auto rowsOf = [](Value value) {
    auto type = cast<RankedTensorType>(value.getType());
    return type.getRank() ? type.getDimSize(0) : int64_t(-1);
  };
  bool hasInput = function.getNumArguments() > 0 &&
                  function.getArgAttr(0, rt::nameAttrName);
  if (!hasInput || rowsOf(output) < 0 ||
      rowsOf(output) != rowsOf(function.getArgument(0)) ||
      (takesLabels(info) &&
       cast<RankedTensorType>(output.getType()).getRank() < 2))
    return nullptr;
  return addInput(
      "sample_count",
      RankedTensorType::get({}, IntegerType::get(function.getContext(), 64)));
}

LogicalResult LossFunction::build() {
  auto terminator = cast<func::ReturnOp>(function.front().getTerminator());
  OpBuilder builder(terminator);
  Value operands[] = {output, target()};
  Value count = sampleCount();
  SmallVector<Value> results;
  SmallVector<DictionaryAttr> attributes;
  auto addResult = [&](StringRef name, FailureOr<Value> value) {
    if (succeeded(value)) {
      results.push_back(*value);
      attributes.push_back(
          attribute(builder, rt::nameAttrName, builder.getStringAttr(name)));
    }
    return value;
  };
  if (failed(addResult("loss", nn::buildLoss(builder, location, info.name,
                                             operands, {}, count))))
    return failure();
  if (takesLabels(info) &&
      failed(
          addResult("accuracy", nn::buildMetric(builder, location, "accuracy",
                                                operands, {}, count))))
    return failure();
  terminator.getOperandsMutable().assign(results);
  function.setType(builder.getFunctionType(function.getArgumentTypes(),
                                           ValueRange(results).getTypes()));
  function.setAllResultAttrs(attributes);
  return success();
}

/// `initialize`, which gives the variables the values that they have in the
/// file.
static void addInitialize(ModuleOp module, ArrayRef<TrainedWeight> weights) {
  OpBuilder builder = OpBuilder::atBlockEnd(module.getBody());
  auto seedType = RankedTensorType::get({}, builder.getI64Type());
  auto function = func::FuncOp::create(builder, module.getLoc(), "initialize",
                                       builder.getFunctionType(seedType, {}));
  builder.setInsertionPointToStart(function.addEntryBlock());
  SmallVector<Value> values;
  SmallVector<DictionaryAttr> attributes;
  for (const TrainedWeight &weight : weights) {
    values.push_back(nn::ConstantOp::create(builder, weight.argument.getLoc(),
                                            weight.initial));
    attributes.push_back(variableAttribute(builder, weight.name));
  }
  func::ReturnOp::create(builder, module.getLoc(), values);
  function.setType(
      builder.getFunctionType(seedType, ValueRange(values).getTypes()));
  function.setArgAttr(0, rt::nameAttrName, builder.getStringAttr("seed"));
  function.setAllResultAttrs(attributes);
}

static LogicalResult addVariables(ModuleOp module,
                                  ArrayRef<TrainedWeight> weights) {
  SymbolTable symbols(module);
  OpBuilder builder = OpBuilder::atBlockBegin(module.getBody());
  bool failed = false;
  for (const TrainedWeight &weight : weights) {
    Location location = weight.argument.getLoc();
    // The gradient stage adds variables of two names.
    if (symbols.lookup(weight.name) || weight.name == "train_step" ||
        weight.name == "step" || weight.name == "learning_rate") {
      emitError(location, ErrorCode::NameConflict)
          << "training needs the name '" << weight.name
          << "' of this initializer; leave it out with --trainable";
      failed = true;
      continue;
    }
    rt::VariableOp::create(builder, location, weight.name,
                           cast<RankedTensorType>(weight.argument.getType()),
                           rt::Role::Parameter,
                           /*offset=*/IntegerAttr());
  }
  return failure(failed);
}

LogicalResult addTraining(ModuleOp module, func::FuncOp predict, Value output,
                          const TrainingRequest &request,
                          ArrayRef<TrainedWeight> weights) {
  Location location = module.getLoc();
  if (weights.empty())
    return emitError(location, ErrorCode::InvalidTraining)
           << "none of the initializers to be trained is read by the graph";
  if (failed(LossFunction(predict, output, request).build()))
    return failure();
  addInitialize(module, weights);
  if (failed(addVariables(module, weights)))
    return failure();
  OpBuilder builder = OpBuilder::atBlockEnd(module.getBody());
  auto objective = train::ObjectiveAttr::get(
      builder.getContext(), builder.getStringAttr("loss"), train::Number(1));
  auto step = train::StepOp::create(
      builder, nameLocation(builder.getContext(), "train_step"), "train_step",
      "loss", builder.getArrayAttr({objective}), request.optimizer,
      /*schedule=*/Attribute(), /*clip=*/Attribute(), /*groups=*/ArrayAttr());
  return step.verify();
}

} // namespace mlcc::onnx_frontend
