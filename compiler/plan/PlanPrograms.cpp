//===- PlanPrograms.cpp - Gives every value a place in memory -------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// An entry point is a straight line of steps. Planning walks it four times:
//
//   1. Views: every value is reduced to the one whose bytes it shares, and the
//      last step that reads those bytes is found.
//   2. Buffers: every root value gets one: new, or that of an accumulated
//      operand which dies; and results are given the memory of variables and
//      outputs.
//   3. The arena is laid out from the buffers' lifetimes.
//   4. The steps are written, with places instead of values.
//
//===----------------------------------------------------------------------===//

#include "compiler/plan/Arena.h"
#include "compiler/plan/Names.h"
#include "compiler/plan/PlanPasses.h"
#include "compiler/plan/WeightTable.h"
#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/dnn/DNN.h"
#include "dialects/nn/Loops.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"

namespace mlcc {
#define GEN_PASS_DEF_PLANPROGRAMS
#include "compiler/plan/PlanPasses.h.inc"
} // namespace mlcc

using namespace mlir;
using namespace mlcc;

namespace {

/// Memory that one or more values share, one after the other or as views.
struct Buffer {
  rt::Space space = rt::Space::Arena;
  uint32_t index = 0; ///< of an input or output
  int64_t offset = 0; ///< in weights or state; in the arena once it is laid out
  int64_t bytes = 0;
  int64_t begin = 0, end = 0; ///< steps
};

/// A variable as an entry point uses it.
struct VariableUse {
  Value oldValue;      ///< the argument, or null
  Value newValue;      ///< what is returned, or null
  unsigned buffer = 0; ///< the variable's place
};

/// What a loop needs beside its operands and results.
struct LoopMemory {
  SmallVector<unsigned> spares; ///< one for each state
  unsigned goOn = 0;            ///< of a while loop: what its body says
  unsigned arena = 0;
};

/// The arenas that bodies of loops need, in bytes, by name.
using BodyArenas = llvm::StringMap<int64_t>;

/// Offsets of variables, by name.
using VariableOffsets = llvm::StringMap<int64_t>;

/// Plans one entry point.
class ProgramPlanner {
public:
  ProgramPlanner(func::FuncOp function, WeightTable &weights,
                 const VariableOffsets &variables, const BodyArenas &bodies,
                 SymbolTableCollection &kernels)
      : function(function), weights(weights), variables(variables),
        bodies(bodies), kernels(kernels), context(function.getContext()) {}

  /// Writes the program before the function. The function is left as it was.
  FailureOr<rt::ProgramOp> plan();

  int64_t lowerBound() const { return arena.lowerBound; }
  int64_t copyCount() const { return copies; }
  int64_t inPlaceCount() const { return inPlace; }
  /// Names of the variables whose new values are computed elsewhere and copied.
  ArrayRef<StringRef> copiedVariables() const { return copied; }

private:
  bool keepsVariable(OpOperand &operand);
  void findViews();
  void findVariables();
  unsigned stateBuffer(StringRef variable, Value value);
  LogicalResult assignBuffers();
  LogicalResult assignConstant(Value value, ElementsAttr bytes);
  void assignResults(Operation *step, int64_t time);
  void assignLoopMemory(Operation *loop, int64_t time);
  bool mayOverwrite(const VariableUse &variable, unsigned buffer);
  bool mayAccumulateOnto(Value source, Value result);
  void assignVariables();
  void keepOldValues();
  void assignOutputs();
  void layout();
  rt::ProgramOp writeProgram();
  void writeStep(OpBuilder &builder, Operation *step);
  void writeLoop(OpBuilder &builder, Operation *loop, StringRef name);
  void writeCopy(OpBuilder &builder, Location location, StringRef name,
                 unsigned source, unsigned target);

  /// The value whose bytes `value` shares.
  Value root(Value value) const { return rootOf.lookup_or(value, value); }
  unsigned bufferOf(Value value) const { return buffers.at(root(value)); }
  unsigned newBuffer(Buffer buffer) {
    storage.push_back(buffer);
    return storage.size() - 1;
  }
  rt::PlaceAttr placeOf(unsigned buffer) const {
    const Buffer &memory = storage[buffer];
    return rt::PlaceAttr::get(context, memory.space, memory.index,
                              memory.offset);
  }
  rt::PlaceAttr placeOf(Value value) const { return placeOf(bufferOf(value)); }
  ArrayAttr describeValues(TypeRange types, bool inputs);
  ArrayAttr namesOf(llvm::function_ref<bool(const VariableUse &)> isNamed);

  func::FuncOp function;
  WeightTable &weights;
  const VariableOffsets &variables;
  const BodyArenas &bodies;
  SymbolTableCollection &kernels;
  MLIRContext *context;

  /// The variables that the function uses, by name.
  llvm::MapVector<StringRef, VariableUse> uses;
  SmallVector<Operation *> steps;
  llvm::DenseMap<Value, Value> rootOf;
  /// The last step that reads a root value; past the last step for results.
  llvm::DenseMap<Value, int64_t> lastRead;
  llvm::DenseMap<Value, unsigned> buffers;
  std::vector<Buffer> storage;
  /// Accumulating steps whose operand lives on: it is copied here first.
  llvm::DenseMap<Operation *, std::pair<unsigned, unsigned>> copyBefore;
  llvm::DenseMap<Operation *, LoopMemory> loopMemory;
  /// Copies (source, target) after the last step, those to variables last.
  SmallVector<std::pair<unsigned, unsigned>> copyAtEnd, copyToVariables;
  ArenaLayout arena;
  SmallVector<StringRef> copied;
  int64_t copies = 0, inPlace = 0;
};

} // namespace

static int64_t bytesOf(Value value) {
  auto type = cast<RankedTensorType>(value.getType());
  return type.getEncoding() ? dnn::layoutBytes(type) : nn::tensorBytes(type);
}

static bool isStep(Operation *op) {
  return isa<rt::LaunchOp, dnn::PrimitiveOpInterface>(op) || nn::isLoop(op);
}

/// The operand that a step accumulates onto, or null.
static Value accumulatedOperand(Operation *step) {
  auto primitive = dyn_cast<dnn::PrimitiveOpInterface>(step);
  return primitive ? primitive.getAccumulatedOperand() : Value();
}

/// Whether `operand` returns a variable's value to the same variable.
bool ProgramPlanner::keepsVariable(OpOperand &operand) {
  auto argument = dyn_cast<BlockArgument>(root(operand.get()));
  if (!argument || !isa<func::ReturnOp>(operand.getOwner()))
    return false;
  Attribute name =
      function.getResultAttr(operand.getOperandNumber(), rt::variableAttrName);
  return name && name == function.getArgAttr(argument.getArgNumber(),
                                             rt::variableAttrName);
}

void ProgramPlanner::findViews() {
  int64_t time = 0;
  for (Operation &op : function.getBody().front()) {
    if (isa<nn::ReshapeOp, dnn::ViewOp>(op)) {
      rootOf[op.getResult(0)] = root(op.getOperand(0));
      continue;
    }
    for (OpOperand &operand : op.getOpOperands())
      if (!keepsVariable(operand))
        lastRead[root(operand.get())] = time;
    if (isStep(&op)) {
      steps.push_back(&op);
      ++time;
    }
  }
}

/// The place of a variable, which `value` has the type of.
unsigned ProgramPlanner::stateBuffer(StringRef variable, Value value) {
  return newBuffer({rt::Space::State, 0, variables.lookup(variable),
                    bytesOf(value), /*begin=*/0, /*end=*/0});
}

void ProgramPlanner::findVariables() {
  for (BlockArgument argument : function.getArguments()) {
    auto name = function.getArgAttrOfType<FlatSymbolRefAttr>(
        argument.getArgNumber(), rt::variableAttrName);
    if (!name)
      continue;
    unsigned buffer = stateBuffer(name.getValue(), argument);
    uses[name.getValue()] = {argument, Value(), buffer};
    buffers[argument] = buffer;
  }
  Operation *end = function.getBody().front().getTerminator();
  for (auto [index, value] : llvm::enumerate(end->getOperands())) {
    auto name = function.getResultAttrOfType<FlatSymbolRefAttr>(
        index, rt::variableAttrName);
    if (!name)
      continue;
    auto [use, isNew] = uses.try_emplace(name.getValue());
    if (isNew)
      use->second.buffer = stateBuffer(name.getValue(), value);
    use->second.newValue = value;
  }
}

LogicalResult ProgramPlanner::assignConstant(Value value, ElementsAttr bytes) {
  FailureOr<int64_t> offset = weights.add(bytes);
  if (failed(offset))
    return emitError(value.getLoc(), ErrorCode::StageFailed)
           << "the data of a constant is not available";
  buffers[value] = newBuffer(
      {rt::Space::Weights, 0, *offset, bytesOf(value), /*begin=*/0, /*end=*/0});
  return success();
}

/// Gives the results of the step at `time` memory.
void ProgramPlanner::assignResults(Operation *step, int64_t time) {
  for (Value result : step->getResults()) {
    int64_t end = lastRead.lookup_or(result, time);
    Value accumulated = accumulatedOperand(step);
    if (!accumulated || result != step->getResult(0)) {
      buffers[result] =
          newBuffer({rt::Space::Arena, 0, 0, bytesOf(result), time, end});
      continue;
    }
    // The operand's memory is taken over if nothing else reads it, now or
    // later. Inputs and constants are not ours to write.
    Value source = root(accumulated);
    unsigned buffer = buffers.at(source);
    bool onlyReader = llvm::count_if(step->getOperands(), [&](Value operand) {
                        return root(operand) == source;
                      }) == 1;
    if (onlyReader && lastRead.at(source) == time &&
        (storage[buffer].space == rt::Space::Arena ||
         mayAccumulateOnto(source, result))) {
      storage[buffer].end = std::max(storage[buffer].end, end);
      buffers[result] = buffer;
      continue;
    }
    unsigned target =
        newBuffer({rt::Space::Arena, 0, 0, bytesOf(result), time, end});
    buffers[result] = target;
    copyBefore[step] = {buffer, target};
  }
}

void ProgramPlanner::assignLoopMemory(Operation *loop, int64_t time) {
  auto temporary = [&](int64_t bytes) {
    return newBuffer({rt::Space::Arena, 0, 0, bytes, time, time});
  };
  LoopMemory &memory = loopMemory[loop];
  ValueRange states = isa<nn::ScanOp>(loop)
                          ? ValueRange(cast<nn::ScanOp>(loop).getStates())
                          : ValueRange(cast<nn::WhileOp>(loop).getStates());
  for (Value state : states)
    memory.spares.push_back(temporary(bytesOf(state)));
  if (isa<nn::WhileOp>(loop))
    memory.goOn = temporary(/*bytes=*/1);
  auto body = loop->getAttrOfType<FlatSymbolRefAttr>("body");
  memory.arena = temporary(bodies.lookup(body.getValue()));
}

LogicalResult ProgramPlanner::assignBuffers() {
  uint32_t inputs = 0;
  for (BlockArgument argument : function.getArguments())
    if (!buffers.contains(argument))
      buffers[argument] =
          newBuffer({rt::Space::Input, inputs++, 0, bytesOf(argument)});
  int64_t time = 0;
  for (Operation &op : function.getBody().front()) {
    if (isStep(&op)) {
      if (nn::isLoop(&op))
        assignLoopMemory(&op, time);
      assignResults(&op, time++);
    } else if (auto constant = dyn_cast<nn::ConstantOp>(op)) {
      if (failed(assignConstant(constant.getResult(), constant.getValue())))
        return failure();
    } else if (auto constant = dyn_cast<dnn::ConstantOp>(op)) {
      if (failed(assignConstant(constant.getResult(), constant.getValue())))
        return failure();
    } else if (!isa<nn::ReshapeOp, dnn::ViewOp, func::ReturnOp>(op)) {
      return emitError(op.getLoc(), ErrorCode::StageContract)
             << "'" << op.getName() << "' cannot be planned: it is neither a "
             << "step nor a constant nor a view";
    }
  }
  return success();
}

/// Whether a primitive may compute `result` onto `source`, which nothing else
/// reads: it is a variable's old value, and `result` the new one.
bool ProgramPlanner::mayAccumulateOnto(Value source, Value result) {
  auto argument = dyn_cast<BlockArgument>(source);
  if (!argument)
    return false;
  auto name = function.getArgAttrOfType<FlatSymbolRefAttr>(
      argument.getArgNumber(), rt::variableAttrName);
  if (!name)
    return false;
  Value newValue = uses.find(name.getValue())->second.newValue;
  return newValue && root(newValue) == result;
}

/// Whether the values in `buffer`, the last of which is the new value of
/// `variable`, may lie where the old value lies: nothing reads that after the
/// first of them is written; the kernel that writes it may read it in step.
bool ProgramPlanner::mayOverwrite(const VariableUse &variable,
                                  unsigned buffer) {
  int64_t begin = storage[buffer].begin;
  int64_t last =
      variable.oldValue ? lastRead.lookup_or(variable.oldValue, -1) : -1;
  if (last != begin)
    return last < begin;
  auto launch = dyn_cast<rt::LaunchOp>(steps[begin]);
  if (!launch)
    return false;
  auto written = llvm::find_if(launch.getOutputs(), [&](Value output) {
    return buffers.at(output) == buffer;
  });
  if (written == launch.getOutputs().end())
    return false;
  auto kernel = kernels.lookupNearestSymbolFrom<func::FuncOp>(
      launch, launch.getKernelAttr());
  auto inPlaceInputs =
      kernel->getAttrOfType<DenseI64ArrayAttr>(rt::inPlaceAttrName);
  ArrayRef<Type> places = kernel.getArgumentTypes().drop_front(2);
  Type writtenType = places[launch.getInputs().size() + written.getIndex()];
  return llvm::all_of(llvm::enumerate(launch.getInputs()), [&](auto input) {
    return root(input.value()) != variable.oldValue ||
           (inPlaceInputs && places[input.index()] == writtenType &&
            llvm::is_contained(inPlaceInputs.asArrayRef(),
                               int64_t(input.index())));
  });
}

/// Puts new values of variables where they belong, or notes copies.
void ProgramPlanner::assignVariables() {
  for (auto &[name, variable] : uses) {
    if (!variable.newValue)
      continue;
    unsigned buffer = bufferOf(variable.newValue);
    if (buffer == variable.buffer) {
      inPlace += root(variable.newValue) != variable.oldValue;
      continue; // accumulated in place, or unchanged
    }
    if (storage[buffer].space == rt::Space::Arena &&
        storage[buffer].bytes == storage[variable.buffer].bytes &&
        mayOverwrite(variable, buffer)) {
      storage[buffer] = storage[variable.buffer];
      ++inPlace;
      continue;
    }
    copyToVariables.emplace_back(buffer, variable.buffer);
    // Constants, inputs and what is the value of two variables must be copied.
    if (storage[buffer].space == rt::Space::Arena)
      copied.push_back(name);
  }
  keepOldValues();
}

/// Copies to variables happen as if at once (two may swap their values): an old
/// value that one of them replaces and another one reads is saved before.
void ProgramPlanner::keepOldValues() {
  llvm::DenseSet<int64_t> replaced;
  for (auto [source, target] : copyToVariables)
    replaced.insert(storage[target].offset);
  auto end = static_cast<int64_t>(steps.size());
  for (auto &[source, target] : copyToVariables) {
    if (storage[source].space != rt::Space::State ||
        !replaced.contains(storage[source].offset))
      continue;
    unsigned saved =
        newBuffer({rt::Space::Arena, 0, 0, storage[source].bytes, end, end});
    copyAtEnd.emplace_back(source, saved);
    source = saved;
  }
}

/// A result that lies in a buffer of its own takes that buffer to its output;
/// arguments, constants, and what is the result of a second output are copied.
void ProgramPlanner::assignOutputs() {
  Operation *end = function.getBody().front().getTerminator();
  uint32_t outputs = 0;
  for (auto [index, value] : llvm::enumerate(end->getOperands())) {
    if (function.getResultAttr(index, rt::variableAttrName))
      continue;
    unsigned buffer = bufferOf(value);
    Buffer output = {rt::Space::Output, outputs++, 0, bytesOf(value)};
    if (storage[buffer].space == rt::Space::Arena &&
        storage[buffer].bytes == output.bytes)
      storage[buffer] = output;
    else
      copyAtEnd.emplace_back(buffer, newBuffer(output));
  }
}

void ProgramPlanner::layout() {
  SmallVector<Lifetime> lives;
  SmallVector<unsigned> numbers;
  for (auto [number, buffer] : llvm::enumerate(storage)) {
    if (buffer.space != rt::Space::Arena)
      continue;
    // A value without elements still needs a place.
    lives.push_back(
        {std::max<int64_t>(buffer.bytes, 1), buffer.begin, buffer.end});
    numbers.push_back(number);
  }
  arena = layoutArena(lives, rt::placeAlignment);
  for (auto [number, offset] : llvm::zip_equal(numbers, arena.offsets))
    storage[number].offset = offset;
}

void ProgramPlanner::writeCopy(OpBuilder &builder, Location location,
                               StringRef name, unsigned source,
                               unsigned target) {
  rt::StepCopyOp::create(builder, location, builder.getStringAttr(name),
                         placeOf(source), placeOf(target),
                         builder.getI64IntegerAttr(storage[target].bytes));
  ++copies;
}

static rt::ResultAttr describeResult(Value value, size_t place) {
  return rt::ResultAttr::get(value.getContext(), place,
                             getElementTypeOrSelf(value), bytesOf(value));
}

void ProgramPlanner::writeLoop(OpBuilder &builder, Operation *loop,
                               StringRef name) {
  const LoopMemory &memory = loopMemory.at(loop);
  SmallVector<Attribute> inputs, outputs, spares;
  SmallVector<int64_t> inputStrides, outputStrides;
  for (Value operand : loop->getOperands())
    inputs.push_back(placeOf(operand));
  inputStrides.resize(inputs.size(), 0);
  if (isa<nn::WhileOp>(loop))
    outputs.push_back(placeOf(memory.goOn));
  for (Value result : loop->getResults())
    outputs.push_back(placeOf(result));
  outputStrides.resize(outputs.size(), 0);
  for (unsigned spare : memory.spares)
    spares.push_back(placeOf(spare));
  int64_t firstState = 0, trips = 0;
  auto scan = dyn_cast<nn::ScanOp>(loop);
  if (scan) {
    trips = scan.getTrips();
    firstState = scan.getSequences().size();
    for (auto [index, sequence] : llvm::enumerate(scan.getSequences()))
      inputStrides[index] = bytesOf(sequence) / trips;
    for (auto [index, stack] : llvm::enumerate(scan.getStacks()))
      outputStrides[index] = bytesOf(stack) / trips;
  } else {
    trips = cast<nn::WhileOp>(loop).getLimit();
  }
  rt::StepLoopOp::create(
      builder, loop->getLoc(), name,
      loop->getAttrOfType<FlatSymbolRefAttr>("body").getValue(),
      builder.getArrayAttr(inputs), inputStrides, builder.getArrayAttr(outputs),
      outputStrides, firstState, builder.getArrayAttr(spares),
      placeOf(memory.arena), trips, scan && scan.getReverse(),
      /*isWhile=*/!scan);
}

void ProgramPlanner::writeStep(OpBuilder &builder, Operation *step) {
  std::string name = nodeNames(step->getLoc());
  if (name.empty())
    name = step->getName().getStringRef();
  if (auto copy = copyBefore.find(step); copy != copyBefore.end())
    writeCopy(builder, step->getLoc(), name, copy->second.first,
              copy->second.second);

  if (nn::isLoop(step))
    return writeLoop(builder, step, name);
  SmallVector<Attribute> places;
  if (auto launch = dyn_cast<rt::LaunchOp>(step)) {
    for (Value value :
         llvm::concat<Value>(launch->getOperands(), launch->getResults()))
      places.push_back(placeOf(value));
    rt::StepKernelOp::create(
        builder, step->getLoc(), builder.getStringAttr(name),
        launch.getKernelAttr(), builder.getArrayAttr(places),
        launch.getWorkAttr(), launch.getGrainAttr(),
        describeResult(launch->getResults().back(), places.size() - 1));
    return;
  }
  auto primitive = cast<dnn::PrimitiveOpInterface>(step);
  rt::ResultAttr result;
  for (Value value : primitive.getPrimitiveArguments()) {
    if (value == step->getResult(0))
      result = describeResult(value, places.size());
    places.push_back(placeOf(value));
  }
  PrimitiveSpec spec = primitive.getPrimitiveSpec();
  std::vector<uint8_t> bytes = spec.serialize();
  rt::StepPrimitiveOp::create(
      builder, step->getLoc(), builder.getStringAttr(name),
      builder.getStringAttr(describePrimitive(spec)),
      builder.getStringAttr(StringRef(
          reinterpret_cast<const char *>(bytes.data()), bytes.size())),
      builder.getArrayAttr(places), result);
}

/// The names and types of the entry point's inputs or outputs.
ArrayAttr ProgramPlanner::describeValues(TypeRange types, bool inputs) {
  SmallVector<Attribute> values;
  for (auto [index, type] : llvm::enumerate(types)) {
    auto attribute = [&](StringRef key) {
      return inputs ? function.getArgAttr(index, key)
                    : function.getResultAttr(index, key);
    };
    if (attribute(rt::variableAttrName))
      continue;
    auto name = dyn_cast_or_null<StringAttr>(attribute(rt::nameAttrName));
    if (!name)
      name = StringAttr::get(context, (inputs ? "input" : "output") +
                                          std::to_string(values.size()));
    values.push_back(rt::TensorAttr::get(
        context, name, cast<RankedTensorType>(type),
        dyn_cast_or_null<ElementsAttr>(attribute(rt::requiredValueAttrName)),
        dyn_cast_or_null<DenseI64ArrayAttr>(
            attribute(rt::indexRangeAttrName))));
  }
  return ArrayAttr::get(context, values);
}

/// The variables for which `isNamed` holds; null if there are none.
ArrayAttr
ProgramPlanner::namesOf(llvm::function_ref<bool(const VariableUse &)> isNamed) {
  SmallVector<Attribute> names;
  for (auto &[name, variable] : uses)
    if (isNamed(variable))
      names.push_back(FlatSymbolRefAttr::get(context, name));
  return names.empty() ? ArrayAttr() : ArrayAttr::get(context, names);
}

rt::ProgramOp ProgramPlanner::writeProgram() {
  OpBuilder builder(function);
  auto program = rt::ProgramOp::create(
      builder, function.getLoc(), function.getSymNameAttr(),
      describeValues(function.getArgumentTypes(), /*inputs=*/true),
      describeValues(function.getResultTypes(), /*inputs=*/false),
      builder.getI64IntegerAttr(arena.bytes),
      namesOf([&](const VariableUse &variable) {
        return variable.oldValue && lastRead.contains(variable.oldValue);
      }),
      namesOf([&](const VariableUse &variable) {
        return variable.newValue &&
               root(variable.newValue) != variable.oldValue;
      }));
  SymbolTable::setSymbolVisibility(program,
                                   SymbolTable::getSymbolVisibility(function));
  builder.createBlock(&program.getBody());
  for (Operation *step : steps)
    writeStep(builder, step);
  for (auto [source, target] : copyAtEnd)
    writeCopy(builder, function.getLoc(), "output", source, target);
  for (auto [source, target] : copyToVariables)
    writeCopy(builder, function.getLoc(), "variable", source, target);
  return program;
}

FailureOr<rt::ProgramOp> ProgramPlanner::plan() {
  findViews();
  findVariables();
  if (failed(assignBuffers()))
    return failure();
  assignVariables();
  assignOutputs();
  layout();
  return writeProgram();
}

namespace {

/// Names the first of the variables `names`, whose new values are copied.
static void remarkCopies(rt::ProgramOp program, ArrayRef<StringRef> names) {
  constexpr size_t shown = 4;
  InFlightDiagnostic remark = emitRemark(program.getLoc());
  remark << names.size()
         << " new values of variables are copied at the end of @"
         << program.getSymName() << ": "
         << llvm::join(names.take_front(shown), ", ");
  if (names.size() > shown)
    remark << "...";
}

class PlanProgramsPass : public mlcc::impl::PlanProgramsBase<PlanProgramsPass> {
public:
  using PlanProgramsBase::PlanProgramsBase;

  void runOnOperation() override {
    WeightTable weights;
    VariableOffsets variables = placeVariables();
    BodyArenas bodies;
    SymbolTableCollection kernels;
    for (func::FuncOp function : inOrderOfUse())
      if (failed(planFunction(function, weights, variables, bodies, kernels)))
        return signalPassFailure();

    auto builder = OpBuilder::atBlockBegin(getOperation().getBody());
    for (const WeightTable::Entry &entry : weights.entries())
      rt::WeightOp::create(builder, getOperation().getLoc(), entry.offset,
                           entry.value);
    weightsBytes += weights.bytes();
    sharedWeightsBytes += weights.sharedBytes();
  }

private:
  /// Gives every variable its offset.
  VariableOffsets placeVariables() {
    VariableOffsets offsets;
    int64_t end = 0;
    for (auto variable : getOperation().getOps<rt::VariableOp>()) {
      variable.setOffset(end);
      offsets[variable.getSymName()] = end;
      end = llvm::alignTo(end + nn::tensorBytes(variable.getTensorType()),
                          rt::placeAlignment);
    }
    stateBytes += end;
    return offsets;
  }

  /// Entry points and bodies of loops, each body before those that run it.
  SmallVector<func::FuncOp> inOrderOfUse() {
    SmallVector<func::FuncOp> order;
    llvm::DenseSet<Operation *> seen;
    auto visit = [&](auto &self, func::FuncOp function) -> void {
      if (!function || !seen.insert(function).second ||
          function->hasAttr(rt::kernelAttrName))
        return;
      function.walk([&](Operation *op) {
        if (nn::isLoop(op))
          self(self, nn::bodyOf(op));
      });
      order.push_back(function);
    };
    for (auto function : getOperation().getOps<func::FuncOp>())
      visit(visit, function);
    return order;
  }

  LogicalResult planFunction(func::FuncOp function, WeightTable &weights,
                             const VariableOffsets &variables,
                             BodyArenas &bodies,
                             SymbolTableCollection &kernels) {
    if (!function.getBody().hasOneBlock())
      return emitError(function.getLoc(), ErrorCode::StageContract)
             << "entry point @" << function.getSymName()
             << " is not a straight line of operations";
    ProgramPlanner planner(function, weights, variables, bodies, kernels);
    FailureOr<rt::ProgramOp> program = planner.plan();
    if (failed(program))
      return failure();
    int64_t arena = program->getArena();
    steps += program->getBody().front().getOperations().size();
    copies += planner.copyCount();
    if (rt::isBody(*program)) {
      bodies[program->getSymName()] = arena;
      function.erase();
      return success();
    }
    if (limit > 0 && arena > limit)
      return emitError(program->getLoc(), ErrorCode::MemoryLimit)
             << "@" << function.getSymName() << " needs " << arena
             << " bytes beside variables and weights, the limit is "
             << int64_t(limit);
    if (report)
      emitRemark(program->getLoc())
          << "arena of @" << function.getSymName() << ": "
          << program->getArena() << " bytes; at most " << planner.lowerBound()
          << " bytes are alive together";
    if (report && !planner.copiedVariables().empty())
      remarkCopies(*program, planner.copiedVariables());
    updatedInPlace += planner.inPlaceCount();
    arenaBytes += program->getArena();
    lowerBoundBytes += planner.lowerBound();
    function.erase();
    return success();
  }
};

} // namespace
