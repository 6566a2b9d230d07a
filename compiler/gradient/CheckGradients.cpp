//===- CheckGradients.cpp - Gradients against finite differences ----------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/gradient/CheckGradients.h"

#include "compiler/gradient/Differentiate.h"
#include "compiler/loops/LoopPasses.h"
#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/nn/Interpreter.h"
#include "dialects/nn/Loops.h"
#include "dialects/nn/Math.h"
#include "dialects/rt/RT.h"
#include "dialects/train/Train.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

#include <cmath>
#include <random>

using namespace mlir;
using namespace mlcc;
using nn::HostTensor;

namespace {

/// An element of a parameter, where gradient and difference are farthest apart.
struct Worst {
  int64_t element = 0;
  double gradient = 0, difference = 0;
  /// Relative.
  double error = 0;
};

/// Checks the gradients of one train.step.
class Checker {
public:
  Checker(train::StepOp step, func::FuncOp loss,
          const CheckGradientsOptions &options)
      : step(step), function(nn::cloneBody(loss)), options(options),
        random(options.seed) {}
  ~Checker() { function->erase(); }

  /// `variables` are the variables' first values by name.
  LogicalResult run(const llvm::StringMap<HostTensor> &variables,
                    llvm::raw_ostream &stream);

private:
  FailureOr<Value> buildObjective();
  LogicalResult chooseArguments(const llvm::StringMap<HostTensor> &variables);
  HostTensor inputValue(unsigned number);
  LogicalResult holdBarriers();
  LogicalResult makeFunctions();
  /// How many steps the reference evaluation of the differences takes, roughly.
  double evaluationWork();
  /// The results of one of the functions at the arguments.
  FailureOr<SmallVector<HostTensor>> evaluate(StringRef name);
  FailureOr<double> objectiveAt(unsigned argument, int64_t element,
                                double offset);
  FailureOr<double> difference(unsigned argument, int64_t element,
                               double distance);
  FailureOr<Worst> compare(unsigned argument, const HostTensor &gradient);
  LogicalResult report(unsigned argument, const Worst &worst,
                       llvm::raw_ostream &stream);

  /// The name of the variable that an argument is; null for inputs.
  FlatSymbolRefAttr variableOf(unsigned argument) {
    return function.getArgAttrOfType<FlatSymbolRefAttr>(argument,
                                                        rt::variableAttrName);
  }
  double uniform(double low, double high) {
    return std::uniform_real_distribution<double>(low, high)(random);
  }
  InFlightDiagnostic error(ErrorCode code) {
    return mlcc::emitError(step.getLoc(), code);
  }

  train::StepOp step;
  /// The loss function, whose only result is the objective.
  func::FuncOp function;
  const CheckGradientsOptions &options;
  /// What is evaluated: the objective, and its gradients by the parameters.
  OwningOpRef<ModuleOp> functions;
  /// Null where they are interpreted.
  FunctionEvaluator compiled;
  std::mt19937_64 random;
  SmallVector<HostTensor> arguments;
  /// Numbers of the arguments that are trained.
  SmallVector<unsigned> parameters;
};

} // namespace

/// The weighted sum of the step's objectives.
FailureOr<Value> Checker::buildObjective() {
  Operation *end = function.front().getTerminator();
  OpBuilder builder(end);
  nn::Math math(builder, step.getLoc());
  Value objective;
  for (auto part : step.getObjectives().getAsRange<train::ObjectiveAttr>()) {
    Value found;
    for (unsigned i = 0; i < function.getNumResults(); ++i)
      if (function.getResultAttr(i, rt::nameAttrName) == part.getResult())
        found = end->getOperand(i);
    if (!found ||
        found.getType() != RankedTensorType::get({}, builder.getF64Type())) {
      error(ErrorCode::InvalidTraining)
          << "gradients are checked in f64, but '" << step.getLoss()
          << "' has no scalar output " << part.getResult()
          << " of that type; see --dtype";
      return failure();
    }
    Value term = math.mul(found, static_cast<double>(part.getWeight()));
    objective = objective ? math.add(objective, term) : term;
  }
  return objective;
}

/// A random value for an input of the function. The number of samples is the
/// whole batch.
HostTensor Checker::inputValue(unsigned number) {
  auto type = cast<RankedTensorType>(function.getArgumentTypes()[number]);
  HostTensor tensor(type);
  auto name = function.getArgAttrOfType<StringAttr>(number, rt::nameAttrName);
  if (name && name == "sample_count" && type.getRank() == 0) {
    for (Type other : function.getArgumentTypes())
      if (auto batch = cast<RankedTensorType>(other); batch.getRank() > 0) {
        tensor.setInt(0, batch.getDimSize(0));
        break;
      }
    return tensor;
  }
  int64_t low = 0, high = 2;
  if (auto range = function.getArgAttrOfType<DenseI64ArrayAttr>(
          number, rt::indexRangeAttrName)) {
    low = range[0];
    high = range[1];
  }
  for (int64_t i = 0; i < tensor.getNumElements(); ++i) {
    if (isa<FloatType>(type.getElementType()))
      tensor.setDouble(i, uniform(0, 1));
    else
      tensor.setInt(i, std::uniform_int_distribution<int64_t>(
                           low, std::max(low, high - 1))(random));
  }
  return tensor;
}

LogicalResult
Checker::chooseArguments(const llvm::StringMap<HostTensor> &variables) {
  train::Groups groups(step);
  for (unsigned i = 0; i < function.getNumArguments(); ++i) {
    FlatSymbolRefAttr symbol = variableOf(i);
    if (!symbol) {
      arguments.push_back(inputValue(i));
      continue;
    }
    StringRef name = symbol.getValue();
    auto variable = SymbolTable::lookupNearestSymbolFrom<rt::VariableOp>(
        step->getParentOp(), symbol);
    auto value = variables.find(name);
    if (value == variables.end())
      return error(ErrorCode::InvalidTraining)
             << "@initialize gives the variable '" << name << "' no value";
    HostTensor tensor(variable.getTensorType());
    llvm::copy(value->second.bytes(), tensor.mutableBytes().begin());
    train::GroupAttr group = groups.find(name);
    if (variable.getRole() == rt::Role::Parameter &&
        !(group && group.getFrozen())) {
      parameters.push_back(i);
      // Off the places where functions have kinks, like zero.
      for (int64_t j = 0; j < tensor.getNumElements(); ++j)
        tensor.setDouble(j, tensor.getAsDouble(j) + uniform(-0.05, 0.05));
    }
    arguments.push_back(tensor);
  }
  if (parameters.empty())
    return error(ErrorCode::InvalidTraining)
           << "'" << step.getLoss() << "' has no parameter to train";
  return success();
}

static bool hasBarrier(func::FuncOp body) {
  bool found = false;
  body.walk([&](Operation *op) {
    found |= isa<nn::StopGradientOp>(op) ||
             (nn::isLoop(op) && hasBarrier(nn::bodyOf(op)));
  });
  return found;
}

/// Loops with barriers are taken apart, so that each step has its own.
static LogicalResult unrollBarriers(ModuleOp module) {
  for (Operation *loop : loopsInsideOut(module)) {
    if (!hasBarrier(nn::bodyOf(loop)))
      continue;
    auto scan = dyn_cast<nn::ScanOp>(loop);
    if (!scan)
      return mlcc::emitError(loop->getLoc(), ErrorCode::InvalidTraining)
             << "gradients cannot be checked where stop_gradient is in a "
                "'while': make it a 'scan'";
    nn::unrollScan(scan);
  }
  return success();
}

/// Barriers become constants: what stands behind one is no function of the
/// parameters to gradients, nor may it be to differences.
LogicalResult Checker::holdBarriers() {
  auto barriers =
      llvm::to_vector(function.front().getOps<nn::StopGradientOp>());
  if (barriers.empty())
    return success();
  func::FuncOp copy = nn::cloneBody(function);
  llvm::scope_exit erase([&] { copy.erase(); });
  SmallVector<Value> inFront;
  for (auto barrier : copy.front().getOps<nn::StopGradientOp>())
    inFront.push_back(barrier.getResult());
  copy.front().getTerminator()->setOperands(inFront);
  auto values = nn::interpret(copy.front(), arguments);
  if (failed(values))
    return failure();
  for (auto [barrier, value] : llvm::zip_equal(barriers, *values)) {
    OpBuilder builder(barrier);
    Value held = nn::ConstantOp::create(builder, barrier.getLoc(),
                                        value.toAttribute("barrier"));
    barrier.getResult().replaceAllUsesWith(held);
    barrier->erase();
  }
  return success();
}

/// Copies the bodies of a function's loops, and of loops in them, to a module.
static void copyBodies(func::FuncOp function, ModuleOp module) {
  for (Operation *loop : loopsOf(function)) {
    func::FuncOp body = nn::bodyOf(loop);
    if (module.lookupSymbol(body.getSymName()))
      continue;
    module.push_back(body.clone());
    copyBodies(body, module);
  }
}

/// Makes of a function whose end was changed an entry point of tensors alone.
static void makeEntryPoint(func::FuncOp function, StringRef name) {
  Builder builder(function.getContext());
  ValueRange results = function.front().getTerminator()->getOperands();
  function.setName(name);
  function.setPublic();
  function.setType(
      builder.getFunctionType(function.getArgumentTypes(), results.getTypes()));
  auto named = [&](const Twine &name) {
    return builder.getDictionaryAttr(
        builder.getNamedAttr(rt::nameAttrName, builder.getStringAttr(name)));
  };
  SmallVector<DictionaryAttr> argumentNames, resultNames;
  for (unsigned i = 0; i < function.getNumArguments(); ++i)
    argumentNames.push_back(named("argument" + Twine(i)));
  for (unsigned i = 0; i < results.size(); ++i)
    resultNames.push_back(named("result" + Twine(i)));
  function.setAllArgAttrs(argumentNames);
  function.setAllResultAttrs(resultNames);
}

static constexpr StringLiteral objectiveName = "objective";
static constexpr StringLiteral gradientsName = "gradients";

LogicalResult Checker::makeFunctions() {
  functions = ModuleOp::create(step.getLoc());
  copyBodies(function, *functions);
  func::FuncOp objective = function.clone(), both = function.clone();
  functions->push_back(objective);
  functions->push_back(both);
  makeEntryPoint(objective, objectiveName);
  Operation *end = both.front().getTerminator();
  OpBuilder builder(end);
  SmallVector<Value> wrt;
  for (unsigned parameter : parameters)
    wrt.push_back(both.getArgument(parameter));
  auto gradients = differentiate(builder, end->getOperand(0), wrt);
  if (failed(gradients))
    return failure();
  end->setOperands(*gradients);
  makeEntryPoint(both, gradientsName);
  // A compiled loss pays where interpreting takes more than some seconds.
  constexpr double muchWork = 2e8;
  if (!options.compile || evaluationWork() < muchWork)
    return success();
  auto evaluator = options.compile(OwningOpRef<ModuleOp>(functions->clone()));
  if (failed(evaluator))
    return failure();
  compiled = std::move(*evaluator);
  return success();
}

double Checker::evaluationWork() {
  double work = 0, evaluations = 0;
  function.walk(
      [&](nn::ReferenceOpInterface op) { work += op.evaluationWork(); });
  for (unsigned parameter : parameters)
    evaluations +=
        4.0 * std::min(arguments[parameter].getNumElements(), options.elements);
  return work * evaluations;
}

FailureOr<SmallVector<HostTensor>> Checker::evaluate(StringRef name) {
  auto entry = functions->lookupSymbol<func::FuncOp>(name);
  if (compiled)
    return compiled(name, arguments, entry.getResultTypes());
  return nn::interpret(entry.front(), arguments);
}

/// The objective with one element of an argument moved.
FailureOr<double> Checker::objectiveAt(unsigned argument, int64_t element,
                                       double offset) {
  HostTensor &tensor = arguments[argument];
  double value = tensor.getAsDouble(element);
  tensor.setDouble(element, value + offset);
  auto results = evaluate(objectiveName);
  tensor.setDouble(element, value);
  if (failed(results))
    return failure();
  return results->front().getAsDouble(0);
}

/// The central difference of fourth order.
FailureOr<double> Checker::difference(unsigned argument, int64_t element,
                                      double distance) {
  double values[4];
  for (auto [i, factor] : llvm::enumerate(ArrayRef<double>{-2, -1, 1, 2})) {
    auto value = objectiveAt(argument, element, factor * distance);
    if (failed(value))
      return failure();
    values[i] = *value;
  }
  return (8 * (values[2] - values[1]) - (values[3] - values[0])) /
         (12 * distance);
}

/// Where a kink lies between the places of a difference, a shorter one is
/// right.
FailureOr<Worst> Checker::compare(unsigned argument,
                                  const HostTensor &gradient) {
  int64_t count = gradient.getNumElements(), largest = 0;
  auto magnitude = [&](int64_t element) {
    return std::abs(gradient.getAsDouble(element));
  };
  for (int64_t i = 1; i < count; ++i)
    if (magnitude(i) > magnitude(largest))
      largest = i;
  // Below this, differences of values around 1 are noise.
  double scale = std::max(1e-6, count > 0 ? magnitude(largest) : 0);
  Worst worst;
  for (int64_t i = 0; i < std::min(count, options.elements); ++i) {
    int64_t element =
        i == 0 ? largest
               : std::uniform_int_distribution<int64_t>(0, count - 1)(random);
    Worst here{element, gradient.getAsDouble(element), 0, INFINITY};
    for (double distance : {1e-3, 1e-4, 1e-5, 1e-6, 1e-7}) {
      auto derivative = difference(argument, here.element, distance);
      if (failed(derivative))
        return failure();
      double error = std::abs(here.gradient - *derivative) /
                     std::max(scale, std::abs(*derivative));
      if (error < here.error) {
        here.error = error;
        here.difference = *derivative;
      }
      if (here.error <= options.tolerance)
        break;
    }
    if (i == 0 || !(here.error <= worst.error))
      worst = here;
  }
  return worst;
}

/// What users call an op: its node's name, or where it is in their file.
static std::string placeOf(Location location) {
  if (auto name = dyn_cast<NameLoc>(location))
    return name.getName().str();
  if (auto file = dyn_cast<FileLineColLoc>(location))
    return (file.getFilename().getValue() + ":" + Twine(file.getLine())).str();
  if (auto fused = dyn_cast<FusedLoc>(location))
    if (!fused.getLocations().empty())
      return placeOf(fused.getLocations().front());
  return "";
}

LogicalResult Checker::report(unsigned argument, const Worst &worst,
                              llvm::raw_ostream &stream) {
  StringRef name = variableOf(argument).getValue();
  bool agrees = worst.error <= options.tolerance;
  // Users are listed last first.
  Operation *user = nullptr;
  for (Operation *other : function.getArgument(argument).getUsers())
    user = other;
  std::string op = user ? user->getName().getStringRef().str() : "none";
  stream << llvm::format("%-5s %-32s %-24s %10lld  %- 15.8g %- 15.8g %.1e",
                         agrees ? "ok" : "WRONG", name.str().c_str(),
                         op.c_str(), static_cast<long long>(worst.element),
                         worst.gradient, worst.difference, worst.error);
  stream << "  " << (user ? placeOf(user->getLoc()) : "") << '\n';
  // The next parameter may take long.
  stream.flush();
  if (agrees)
    return success();
  return mlcc::emitError(user ? user->getLoc() : step.getLoc(),
                         ErrorCode::StageFailed)
         << "the gradient of '" << name << "', which " << op
         << " uses, is not the derivative: element " << worst.element << " is "
         << worst.gradient << " instead of " << worst.difference;
}

LogicalResult Checker::run(const llvm::StringMap<HostTensor> &variables,
                           llvm::raw_ostream &stream) {
  auto objective = buildObjective();
  if (failed(objective) || failed(chooseArguments(variables)))
    return failure();
  function.front().getTerminator()->setOperands(*objective);
  if (failed(holdBarriers()) || failed(makeFunctions()))
    return failure();
  auto gradients = evaluate(gradientsName);
  if (failed(gradients))
    return failure();
  stream << step.getLoss() << (compiled ? ", compiled" : "")
         << ": the worst element of each parameter\n"
         << llvm::format("%-5s %-32s %-24s %10s  %-15s %-15s %-7s  %s\n", "",
                         "parameter", "used by", "element", " gradient",
                         " difference", "error", "at");
  bool agree = true;
  for (auto [parameter, gradient] : llvm::zip_equal(parameters, *gradients)) {
    auto worst = compare(parameter, gradient);
    if (failed(worst))
      return failure();
    agree &= succeeded(report(parameter, *worst, stream));
  }
  return success(agree);
}

/// What @initialize gives the module's variables.
static FailureOr<llvm::StringMap<HostTensor>>
initialValues(func::FuncOp initialize, uint64_t seed) {
  SmallVector<HostTensor> arguments;
  for (Type type : initialize.getArgumentTypes()) {
    HostTensor &argument = arguments.emplace_back(cast<RankedTensorType>(type));
    for (int64_t i = 0; i < argument.getNumElements(); ++i)
      argument.setInt(i, seed);
  }
  auto results = nn::interpret(initialize.front(), arguments);
  if (failed(results))
    return failure();
  llvm::StringMap<HostTensor> values;
  for (auto [i, result] : llvm::enumerate(*results))
    if (auto symbol = initialize.getResultAttrOfType<FlatSymbolRefAttr>(
            i, rt::variableAttrName))
      values[symbol.getValue()] = result;
  return values;
}

LogicalResult mlcc::checkGradients(ModuleOp module,
                                   const CheckGradientsOptions &options,
                                   llvm::raw_ostream &stream) {
  SymbolTable symbols(module);
  auto initialize = symbols.lookup<func::FuncOp>("initialize");
  auto steps = llvm::to_vector(module.getOps<train::StepOp>());
  if (steps.empty() || !initialize)
    return mlcc::emitError(module.getLoc(), ErrorCode::InvalidTraining)
           << "the model says nothing of training, so it has no gradients to "
              "check";
  if (failed(unrollBarriers(module)))
    return failure();
  auto variables = initialValues(initialize, options.seed);
  if (failed(variables))
    return failure();
  bool agree = true;
  for (train::StepOp step : steps) {
    Checker checker(step, symbols.lookup<func::FuncOp>(step.getLoss()),
                    options);
    agree &= succeeded(checker.run(*variables, stream));
  }
  return success(agree);
}
