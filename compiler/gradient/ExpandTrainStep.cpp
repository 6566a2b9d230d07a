//===- ExpandTrainStep.cpp - Functions that make a step of training -------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// For each train.step:
//   1. the loss function is cloned; its trainable parameters are found;
//   2. the learning rate, the number of the step and the optimizer's slots
//   become
//      variables, which @initialize gives their first values;
//   3. the gradients of the weighted sum of the objectives are built behind the
//   loss, at
//      the point where the optimizer looks;
//   4. penalties are added, gradients bounded, parameters and slots updated;
//   5. what was updated is returned.
//
//===----------------------------------------------------------------------===//

#include "compiler/gradient/Differentiate.h"
#include "compiler/gradient/GradientPasses.h"
#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/nn/Math.h"
#include "dialects/rt/RT.h"
#include "dialects/train/Train.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace mlcc {
#define GEN_PASS_DEF_EXPANDTRAINSTEP
#include "compiler/gradient/GradientPasses.h.inc"
} // namespace mlcc

using namespace mlir;
using namespace mlcc;
using train::GroupAttr;
using train::OptimizerAttrInterface;
using train::StepContext;
using train::StepOp;

//===----------------------------------------------------------------------===//
// Variables
//===----------------------------------------------------------------------===//

namespace {

/// The variables of a module, and @initialize, which gives them values.
class VariableBuilder {
public:
  explicit VariableBuilder(ModuleOp module) : module(module), symbols(module) {}

  rt::VariableOp find(StringRef name) {
    return symbols.lookup<rt::VariableOp>(name);
  }
  /// A new variable whose elements are at first all `initial`. Null, after an
  /// error at `location`, if the name is taken.
  rt::VariableOp add(Location location, const Twine &name,
                     RankedTensorType type, rt::Role role, double initial);
  /// Lets @initialize return the first values of what was added.
  void finish();

private:
  func::FuncOp initialize();

  ModuleOp module;
  SymbolTable symbols;
  SmallVector<std::pair<rt::VariableOp, double>> added;
};

/// A parameter that a step updates.
struct Parameter {
  rt::VariableOp variable;
  Value value; ///< On entry.
  Value point; ///< Where its gradient is taken.
  GroupAttr group;
  StringRef name;
  SmallVector<rt::VariableOp> slotVariables;
  SmallVector<Value> slots;
};

/// The expansion of one train.step.
class Expansion {
public:
  Expansion(StepOp step, VariableBuilder &variables)
      : step(step), variables(variables), location(step.getLoc()),
        optimizer(cast<OptimizerAttrInterface>(step.getOptimizer())),
        builder(step.getContext()), math(builder, location) {}

  LogicalResult expand();

private:
  LogicalResult cloneLoss();
  LogicalResult findParameters();
  LogicalResult addVariables();
  void buildRates();
  void buildPoints();
  FailureOr<Value> buildObjective();
  LogicalResult buildGradients();
  void addPenalties();
  void clip();
  void update();
  void addResult(Value value, StringRef attribute, Attribute name);
  void finish();

  InFlightDiagnostic error() {
    return mlcc::emitError(location, ErrorCode::InvalidTraining);
  }
  Value addArgument(rt::VariableOp variable);
  StepContext contextFor(const Parameter &parameter);

  StepOp step;
  VariableBuilder &variables;
  Location location;
  OptimizerAttrInterface optimizer;
  OpBuilder builder;
  nn::Math math;

  func::FuncOp function;
  SmallVector<Parameter> parameters;
  SmallVector<Value> gradients;
  rt::VariableOp rateVariable, counterVariable;
  Value baseRate, counter, rate, number, norm;
  SmallVector<Value> results;
  SmallVector<DictionaryAttr> resultAttributes, argumentAttributes;
};

} // namespace

/// @initialize, which is made if the module has none.
func::FuncOp VariableBuilder::initialize() {
  if (auto known = symbols.lookup<func::FuncOp>("initialize"))
    return known;
  OpBuilder builder = OpBuilder::atBlockEnd(module.getBody());
  auto type = RankedTensorType::get({}, builder.getI64Type());
  auto made = func::FuncOp::create(builder, module.getLoc(), "initialize",
                                   builder.getFunctionType(type, {}));
  made.setArgAttr(0, rt::nameAttrName, builder.getStringAttr("seed"));
  builder.setInsertionPointToStart(made.addEntryBlock());
  func::ReturnOp::create(builder, module.getLoc());
  symbols.insert(made);
  return made;
}

static DictionaryAttr variableAttribute(rt::VariableOp variable) {
  Builder builder(variable.getContext());
  return builder.getDictionaryAttr(builder.getNamedAttr(
      rt::variableAttrName, FlatSymbolRefAttr::get(variable.getSymNameAttr())));
}

rt::VariableOp VariableBuilder::add(Location location, const Twine &name,
                                    RankedTensorType type, rt::Role role,
                                    double initial) {
  std::string text = name.str();
  if (symbols.lookup(text)) {
    mlcc::emitError(location, ErrorCode::InvalidTraining)
        << "training needs the name '" << text << "', which is taken";
    return nullptr;
  }
  OpBuilder builder = OpBuilder::atBlockBegin(module.getBody());
  auto variable = rt::VariableOp::create(builder, location, text, type, role,
                                         /*offset=*/IntegerAttr());
  symbols.insert(variable, module.getBody()->begin());

  added.push_back({variable, initial});
  return variable;
}

void VariableBuilder::finish() {
  if (added.empty())
    return;
  func::FuncOp function = initialize();
  auto terminator = cast<func::ReturnOp>(function.front().getTerminator());
  OpBuilder builder(terminator);
  SmallVector<Value> values(terminator.getOperands());
  SmallVector<DictionaryAttr> attributes;
  for (unsigned index = 0; index < values.size(); ++index) {
    DictionaryAttr known = function.getResultAttrDict(index);
    attributes.push_back(known ? known : builder.getDictionaryAttr({}));
  }
  for (auto [variable, initial] : added) {
    nn::Math math(builder, variable.getLoc());
    auto type = cast<RankedTensorType>(variable.getType());
    values.push_back(math.broadcast(math.scalar(initial, type.getElementType()),
                                    type.getShape()));
    attributes.push_back(variableAttribute(variable));
  }
  terminator.getOperandsMutable().assign(values);
  function.setType(builder.getFunctionType(function.getArgumentTypes(),
                                           ValueRange(values).getTypes()));
  function.setAllResultAttrs(attributes);
}

//===----------------------------------------------------------------------===//
// 1. Loss and parameters
//===----------------------------------------------------------------------===//

LogicalResult Expansion::cloneLoss() {
  auto module = step->getParentOfType<ModuleOp>();
  auto loss = module.lookupSymbol<func::FuncOp>(step.getLoss());
  if (!loss || !loss.getBody().hasOneBlock())
    return error() << "'" << step.getLoss() << "' is no function with a body";
  function = loss.clone();
  function.setName(step.getSymName());
  function->setLoc(location);
  function.setPublic();
  builder.setInsertionPoint(step);
  builder.insert(function);
  for (unsigned index = 0; index < function.getNumArguments(); ++index) {
    DictionaryAttr attributes = function.getArgAttrDict(index);
    argumentAttributes.push_back(attributes ? attributes
                                            : builder.getDictionaryAttr({}));
  }
  auto terminator = cast<func::ReturnOp>(function.front().getTerminator());
  for (auto [index, value] : llvm::enumerate(terminator.getOperands())) {
    results.push_back(value);
    DictionaryAttr attributes = function.getResultAttrDict(index);
    resultAttributes.push_back(attributes ? attributes
                                          : builder.getDictionaryAttr({}));
  }
  return success();
}

LogicalResult Expansion::findParameters() {
  train::Groups groups(step);
  llvm::DenseSet<StringAttr> written;
  for (DictionaryAttr attributes : resultAttributes)
    if (auto name = attributes.getAs<FlatSymbolRefAttr>(rt::variableAttrName))
      written.insert(name.getAttr());
  for (BlockArgument argument : function.getArguments()) {
    auto name = function.getArgAttrOfType<FlatSymbolRefAttr>(
        argument.getArgNumber(), rt::variableAttrName);
    rt::VariableOp variable = name ? variables.find(name.getValue()) : nullptr;
    if (!variable || variable.getRole() != rt::Role::Parameter ||
        !isa<FloatType>(getElementTypeOrSelf(argument.getType())))
      continue;
    GroupAttr group = groups.find(name.getValue());
    if (group && group.getFrozen())
      continue;
    if (written.contains(name.getAttr()))
      return error() << "'" << name.getValue() << "' is a parameter, but '"
                     << step.getLoss() << "' writes it: freeze it";
    parameters.push_back({.variable = variable,
                          .value = argument,
                          .point = argument,
                          .group = group,
                          .name = name.getValue(),
                          .slotVariables = {},
                          .slots = {}});
  }
  if (parameters.empty())
    return error() << "'" << step.getLoss()
                   << "' reads no parameter that is not frozen";
  return success();
}

//===----------------------------------------------------------------------===//
// 2. State
//===----------------------------------------------------------------------===//

Value Expansion::addArgument(rt::VariableOp variable) {
  argumentAttributes.push_back(variableAttribute(variable));
  return function.front().addArgument(variable.getType(), location);
}

LogicalResult Expansion::addVariables() {
  // What belongs to another step than the usual one is called after it.
  std::string prefix =
      step.getSymName() == "train_step" ? "" : (step.getSymName() + ".").str();
  auto scalar = [&](Type type) { return RankedTensorType::get({}, type); };
  rateVariable = variables.add(location, prefix + "learning_rate",
                               scalar(builder.getF64Type()), rt::Role::Scalar,
                               optimizer.getBaseRate());
  counterVariable =
      variables.add(location, prefix + "step", scalar(builder.getI64Type()),
                    rt::Role::Counter, 0);
  if (!rateVariable || !counterVariable)
    return failure();
  baseRate = addArgument(rateVariable);
  counter = addArgument(counterVariable);
  for (Parameter &parameter : parameters) {
    auto type = cast<RankedTensorType>(parameter.value.getType());
    for (const train::Slot &slot : optimizer.slots(type)) {
      rt::VariableOp variable =
          variables.add(location, prefix + parameter.name + "." + slot.name,
                        slot.type, rt::Role::Optimizer, slot.initial);
      if (!variable)
        return failure();
      parameter.slotVariables.push_back(variable);
      parameter.slots.push_back(addArgument(variable));
    }
  }
  return success();
}

//===----------------------------------------------------------------------===//
// 3. Gradients
//===----------------------------------------------------------------------===//

void Expansion::buildRates() {
  Value count = math.cast(counter, builder.getF64Type());
  number = math.add(count, 1);
  rate = baseRate;
  if (Attribute schedule = step.getScheduleAttr())
    rate = cast<train::ScheduleAttrInterface>(schedule).buildRate(
        builder, location, baseRate, count);
}

StepContext Expansion::contextFor(const Parameter &parameter) {
  double factor = parameter.group ? double(parameter.group.getRate()) : 1;
  return {builder, location, factor == 1 ? rate : math.mul(rate, factor),
          baseRate, number};
}

void Expansion::buildPoints() {
  for (Parameter &parameter : parameters) {
    Value placeholder = parameter.value;
    Value point = optimizer.buildLookAhead(contextFor(parameter), placeholder,
                                           parameter.slots);
    if (point == placeholder)
      continue;
    parameter.point = point;
    // The loss is that at the point, and everything above its first op is new.
    Operation *last = builder.getInsertionPoint() == function.front().end()
                          ? nullptr
                          : &*builder.getInsertionPoint();
    placeholder.replaceUsesWithIf(point, [&](OpOperand &use) {
      return last && !use.getOwner()->isBeforeInBlock(last);
    });
  }
}

FailureOr<Value> Expansion::buildObjective() {
  Value sum;
  for (auto objective :
       step.getObjectives().getAsRange<train::ObjectiveAttr>()) {
    Value found;
    for (auto [value, attributes] : llvm::zip_equal(results, resultAttributes))
      if (attributes.getAs<StringAttr>(rt::nameAttrName) ==
          objective.getResult())
        found = value;
    auto type =
        found ? cast<RankedTensorType>(found.getType()) : RankedTensorType();
    if (!type || type.getRank() != 0 || !isa<FloatType>(type.getElementType()))
      return error() << "'" << step.getLoss()
                     << "' has no scalar floating-point output "
                     << objective.getResult();
    Value term = objective.getWeight() == 1
                     ? found
                     : math.mul(found, objective.getWeight());
    sum = sum ? math.add(sum, math.castLike(term, sum)) : term;
  }
  return sum;
}

LogicalResult Expansion::buildGradients() {
  FailureOr<Value> objective = buildObjective();
  if (failed(objective))
    return failure();
  SmallVector<Value> points;
  for (const Parameter &parameter : parameters)
    points.push_back(parameter.point);
  FailureOr<SmallVector<Value>> built =
      differentiate(builder, *objective, points);
  if (failed(built))
    return failure();
  gradients = *built;
  addPenalties();
  Value squares;
  for (Value gradient : gradients) {
    Value square = math.castLike(math.sum(math.square(gradient)), *objective);
    squares = squares ? math.add(squares, square) : square;
  }
  norm = math.sqrt(squares);
  return success();
}

//===----------------------------------------------------------------------===//
// 4. Update
//===----------------------------------------------------------------------===//

void Expansion::addPenalties() {
  for (auto [parameter, gradient] : llvm::zip_equal(parameters, gradients)) {
    if (!parameter.group)
      continue;
    if (double l2 = parameter.group.getL2(); l2 != 0)
      gradient = math.add(gradient, math.mul(parameter.point, l2));
    if (double l1 = parameter.group.getL1(); l1 != 0)
      gradient = math.add(gradient, math.mul(math.sign(parameter.point), l1));
  }
}

void Expansion::clip() {
  if (Attribute rule = step.getClipAttr())
    cast<train::ClipAttrInterface>(rule).buildClip(builder, location, norm,
                                                   gradients);
}

void Expansion::addResult(Value value, StringRef attribute, Attribute name) {
  results.push_back(value);
  resultAttributes.push_back(
      builder.getDictionaryAttr(builder.getNamedAttr(attribute, name)));
}

void Expansion::update() {
  for (auto [parameter, gradient] : llvm::zip_equal(parameters, gradients)) {
    StepContext context = contextFor(parameter);
    FloatAttr given =
        parameter.group ? parameter.group.getWeightDecay() : FloatAttr();
    double decay =
        given ? given.getValueAsDouble() : optimizer.getWeightDecay();
    Value decayed =
        train::buildWeightDecay(context, optimizer, parameter.value, decay);
    train::Update update =
        optimizer.buildUpdate(context, decayed, gradient, parameter.slots);
    auto write = [&](rt::VariableOp variable, Value value) {
      addResult(value, rt::variableAttrName,
                FlatSymbolRefAttr::get(variable.getSymNameAttr()));
    };
    write(parameter.variable, update.parameter);
    for (auto [variable, value] :
         llvm::zip_equal(parameter.slotVariables, update.slots))
      write(variable, value);
  }
  addResult(math.add(counter, 1), rt::variableAttrName,
            FlatSymbolRefAttr::get(counterVariable.getSymNameAttr()));
}

//===----------------------------------------------------------------------===//
// 5. Results
//===----------------------------------------------------------------------===//

void Expansion::finish() {
  auto addOutput = [&](StringRef name, Value value) {
    bool isTaken = llvm::any_of(resultAttributes, [&](DictionaryAttr known) {
      auto other = known.getAs<StringAttr>(rt::nameAttrName);
      return other && other.getValue() == name;
    });
    if (!isTaken)
      addResult(math.castLike(value, norm), rt::nameAttrName,
                builder.getStringAttr(name));
  };
  addOutput("learning_rate", rate);
  addOutput("gradient_norm", norm);
  auto terminator = cast<func::ReturnOp>(function.front().getTerminator());
  terminator.getOperandsMutable().assign(results);
  function.setType(builder.getFunctionType(function.front().getArgumentTypes(),
                                           ValueRange(results).getTypes()));
  function.setAllArgAttrs(argumentAttributes);
  function.setAllResultAttrs(resultAttributes);
}

LogicalResult Expansion::expand() {
  if (failed(cloneLoss()) || failed(findParameters()) || failed(addVariables()))
    return failure();
  Block &body = function.front();
  builder.setInsertionPointToStart(&body);
  buildRates();
  buildPoints();
  builder.setInsertionPoint(body.getTerminator());
  if (failed(buildGradients()))
    return failure();
  clip();
  update();
  finish();
  return success();
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

namespace {
class ExpandTrainStep
    : public mlcc::impl::ExpandTrainStepBase<ExpandTrainStep> {
  void runOnOperation() override {
    auto steps = llvm::to_vector(getOperation().getOps<StepOp>());
    if (steps.empty())
      return markAllAnalysesPreserved();
    VariableBuilder variables(getOperation());
    bool failed = false;
    for (StepOp step : steps)
      failed |= mlir::failed(Expansion(step, variables).expand());
    variables.finish();
    if (failed)
      return signalPassFailure();
    llvm::SetVector<StringRef> losses;
    for (StepOp step : steps)
      losses.insert(step.getLoss());
    for (StepOp step : steps)
      step->erase();
    // The forms of functions that were there only to be trained.
    for (StringRef name : losses)
      if (auto loss = getOperation().lookupSymbol<func::FuncOp>(name))
        if (loss.isPrivate())
          loss->erase();
  }
};
} // namespace
