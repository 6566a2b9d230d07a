//===- Importer.cpp - The import of one model -----------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "frontends/onnx/Importer.h"

#include "dialects/rt/RT.h"
#include "dialects/train/Train.h"
#include "frontends/onnx/ModelFile.h"
#include "frontends/onnx/Registry.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/SaveAndRestore.h"

using namespace mlir;

namespace mlcc::onnx_frontend {

/// Counts the errors that are reported while it lives.
namespace {
class ErrorCounter {
public:
  explicit ErrorCounter(MLIRContext *context)
      : context(context),
        handler(context->getDiagEngine().registerHandler(
            [this](Diagnostic &diagnostic) {
              count += diagnostic.getSeverity() == DiagnosticSeverity::Error;
              return failure(); // Others print it.
            })) {}
  ~ErrorCounter() { context->getDiagEngine().eraseHandler(handler); }
  unsigned get() const { return count; }

private:
  MLIRContext *context;
  unsigned count = 0;
  DiagnosticEngine::HandlerID handler;
};
} // namespace

static bool isStandardDomain(StringRef domain) {
  return domain.empty() || domain == "ai.onnx";
}

static std::string functionKey(StringRef domain, StringRef name,
                               StringRef overload) {
  return (llvm::Twine(isStandardDomain(domain) ? "" : domain) + ":" + name +
          ":" + overload)
      .str();
}

Importer::Importer(onnx::ModelProto &model, StringRef path,
                   const ImportOptions &options, MLIRContext *context)
    : model(model), path(path), options(options), context(context),
      builder(context), reader(context, path) {
  for (onnx::FunctionProto &function : *model.mutable_functions())
    functions[functionKey(function.domain(), function.name(),
                          function.overload())] = &function;
}

//===----------------------------------------------------------------------===//
// Names and values
//===----------------------------------------------------------------------===//

bool Importer::Scope::defines(StringRef name) const {
  for (const Scope *scope = this; scope; scope = scope->parent)
    if (scope->values.contains(name) || scope->weights.contains(name))
      return true;
  return false;
}

Value Importer::readWeight(onnx::TensorProto &tensor, const Scope &scope) {
  std::string name = tensor.name();
  Location location = nameLocation(context, name);
  auto read = reader.read(tensor, location);
  if (!read)
    return nullptr;
  ElementsAttr value = read->toAttribute(name.empty() ? "weight" : name);
  if (&scope == &main && trainable.contains(name)) {
    Value argument = entry->addArgument(value.getType(), location);
    trainedWeights.push_back({name, argument, value});
    return argument;
  }
  auto constant = nn::createChecked<nn::ConstantOp>(builder, location, value);
  return succeeded(constant) ? constant->getResult() : Value();
}

Value Importer::lookUp(StringRef name, Scope &innermost) {
  for (Scope *scope = &innermost; scope; scope = scope->parent) {
    if (auto value = scope->values.find(name); value != scope->values.end())
      return value->second;
    auto weight = scope->weights.find(name);
    if (weight == scope->weights.end())
      continue;
    Value value = readWeight(*weight->second, *scope);
    scope->weights.erase(weight);
    scope->values[name] = value;
    return value;
  }
  return nullptr;
}

SmallVector<std::string> Importer::inputsBehind(Value value) {
  llvm::SetVector<Value> behind;
  behind.insert(value);
  SmallVector<std::string> inputs;
  for (size_t i = 0; i < behind.size(); ++i) {
    if (auto argument = dyn_cast<BlockArgument>(behind[i])) {
      auto function = cast<func::FuncOp>(argument.getOwner()->getParentOp());
      // Weights that are trained come behind the inputs.
      unsigned number = argument.getArgNumber(),
               inputCount = function.getNumArguments();
      inputs.push_back(
          number < inputCount
              ? function.getArgAttrOfType<StringAttr>(number, "rt.name").str()
              : trainedWeights[number - inputCount].name);
      continue;
    }
    for (Value operand : behind[i].getDefiningOp()->getOperands())
      behind.insert(operand);
  }
  return inputs;
}

//===----------------------------------------------------------------------===//
// Checks of a node
//===----------------------------------------------------------------------===//

static StringRef storedKind(const onnx::AttributeProto &attribute) {
  using Proto = onnx::AttributeProto;
  switch (attribute.type()) {
  case Proto::FLOAT:
    return "f";
  case Proto::INT:
    return "i";
  case Proto::STRING:
    return "s";
  case Proto::TENSOR:
    return "t";
  case Proto::GRAPH:
    return "g";
  case Proto::FLOATS:
    return "fs";
  case Proto::INTS:
    return "is";
  case Proto::STRINGS:
    return "ss";
  case Proto::SPARSE_TENSOR:
    return "x";
  default:
    return "";
  }
}

/// Whether the field for `kind` is there, or may be empty. Files of the first
/// IR versions do not store the type.
static bool hasKind(const onnx::AttributeProto &attribute, StringRef kind) {
  if (attribute.has_type() &&
      attribute.type() != onnx::AttributeProto::UNDEFINED &&
      storedKind(attribute) != kind)
    return false;
  return llvm::StringSwitch<bool>(kind)
      .Case("f", attribute.has_f())
      .Case("i", attribute.has_i())
      .Case("s", attribute.has_s())
      .Case("t", attribute.has_t())
      .Case("g", attribute.has_g())
      .Case("x", attribute.has_sparse_tensor())
      .Default(true);
}

bool Importer::checkAttributes(const onnx::NodeProto &node, const Operator &op,
                               Location location) {
  bool valid = true;
  llvm::StringSet<> names;
  for (const onnx::AttributeProto &attribute : node.attribute()) {
    StringRef name = attribute.name();
    StringRef kind = attributeKind(op, name);
    if (!names.insert(name).second) {
      emitError(location, ErrorCode::InvalidAttribute)
          << "the attribute " << quoted(name) << " is given twice";
      valid = false;
    } else if (kind.empty()) {
      emitError(location, ErrorCode::UnsupportedAttribute)
          << op.name << " with the attribute " << quoted(name)
          << " is not supported";
      valid = false;
    } else if (!hasKind(attribute, kind)) {
      emitError(location, ErrorCode::InvalidAttribute)
          << "the attribute " << quoted(name) << " of " << op.name
          << " has no value of the right type";
      valid = false;
    }
  }
  return valid;
}

const Operator *Importer::checkOperator(const onnx::NodeProto &node,
                                        int64_t opset, Location location) {
  auto fail = [&](ErrorCode code, const llvm::Twine &message) {
    emitError(location, code) << message;
    return nullptr;
  };
  const Operator *op =
      isStandardDomain(node.domain()) ? findOperator(node.op_type()) : nullptr;
  if (!op) {
    std::string domain = isStandardDomain(node.domain())
                             ? ""
                             : " of the domain " + quoted(node.domain());
    return fail(ErrorCode::UnsupportedOp, "the operator " +
                                              quoted(node.op_type()) + domain +
                                              " is not supported");
  }
  if (opset < op->oldest)
    return fail(ErrorCode::UnsupportedOpset,
                op->name + " of operator set " + llvm::Twine(opset) +
                    " is not supported; it is from operator set " +
                    llvm::Twine(op->oldest) + " on");
  unsigned inputs = node.input_size(), outputs = node.output_size();
  if (inputs > op->maxInputs || outputs > op->maxOutputs)
    return fail(ErrorCode::UnsupportedAttribute,
                op->name + " with " + llvm::Twine(inputs) + " inputs and " +
                    llvm::Twine(outputs) +
                    " outputs is not supported; it has at most " +
                    llvm::Twine(op->maxInputs) + " and " +
                    llvm::Twine(op->maxOutputs));
  for (unsigned i = 0; i < op->minInputs; ++i)
    if (i >= inputs || node.input(i).empty())
      return fail(ErrorCode::InvalidGraph,
                  op->name + " needs " + llvm::Twine(op->minInputs) +
                      " inputs, but input " + llvm::Twine(i) + " is missing");
  return checkAttributes(node, *op, location) ? op : nullptr;
}

//===----------------------------------------------------------------------===//
// Nodes and bodies
//===----------------------------------------------------------------------===//

onnx::FunctionProto *Importer::findFunction(const onnx::NodeProto &node) {
  return functions.lookup(
      functionKey(node.domain(), node.op_type(), node.overload()));
}

Location Importer::locate(const CheckedBody &body, const Scope &scope,
                          int index) {
  if (index >= 0)
    return nameLocation(
        context, scope.prefix + nodeName(body.body.nodes->Get(index), index));
  if (scope.prefix.empty())
    return fileLocation(context, path);
  return nameLocation(context, StringRef(scope.prefix).drop_back());
}

Importer::CheckedBody Importer::check(Body body, Scope &scope) {
  for (onnx::TensorProto *tensor : body.initializers)
    scope.weights.try_emplace(tensor->name(), tensor);
  CheckedBody checked{std::move(body), {}, {}};
  checked.order = orderGraph(
      checked.body,
      [&](StringRef name) {
        return scope.parent && scope.parent->defines(name);
      },
      [&](int index) { return locate(checked, scope, index); });
  for (auto [index, node] : llvm::enumerate(*checked.body.nodes))
    checked.operators.push_back(
        findFunction(node)
            ? nullptr
            : checkOperator(node, scope.opset, locate(checked, scope, index)));
  return checked;
}

void Importer::importNode(const CheckedBody &body, int index, Scope &scope) {
  onnx::NodeProto &node = *body.body.nodes->Mutable(index);
  Location location = locate(body, scope, index);
  SmallVector<Value> results;
  if (onnx::FunctionProto *function = findFunction(node))
    results = importCall(node, *function, scope, location);
  else if (const Operator *op = body.operators[index])
    results = importOperator(node, *op, scope, location, body.order.used);
  results.resize(node.output_size());
  for (auto [name, value] : llvm::zip_equal(node.output(), results))
    if (!name.empty())
      scope.values.try_emplace(name, value);
}

void Importer::importBody(const CheckedBody &body, Scope &scope) {
  llvm::SaveAndRestore outer(current, &scope);
  for (int index : body.order.nodes)
    importNode(body, index, scope);
}

SmallVector<Value> Importer::importOperator(onnx::NodeProto &node,
                                            const Operator &op, Scope &scope,
                                            Location location,
                                            const llvm::StringSet<> &used) {
  SmallVector<Value> operands;
  bool complete = true;
  for (const std::string &name : node.input()) {
    operands.push_back(name.empty() ? Value() : lookUp(name, scope));
    complete &= name.empty() || operands.back();
  }
  if (!complete)
    return {};
  NodeContext nodeContext(*this, builder, node, scope.opset, location, operands,
                          used);
  op.import(nodeContext);
  if (nodeContext.failed())
    return {};
  return SmallVector<Value>(nodeContext.getResults());
}

std::optional<SmallVector<Value>>
Importer::importBranch(onnx::GraphProto &graph, Location location) {
  if (depth == maxDepth) {
    emitError(location, ErrorCode::InvalidGraph)
        << "graphs are nested deeper than " << maxDepth << " levels";
    return std::nullopt;
  }
  llvm::SaveAndRestore deeper(depth, depth + 1);
  Scope scope;
  scope.parent = current;
  scope.opset = current->opset;
  scope.prefix = current->prefix;
  importBody(check(Body::of(graph), scope), scope);
  SmallVector<Value> results;
  for (const onnx::ValueInfoProto &output : graph.output())
    results.push_back(lookUp(output.name(), scope));
  if (llvm::is_contained(results, Value()))
    return std::nullopt;
  return results;
}

SmallVector<Value> Importer::importCall(onnx::NodeProto &call,
                                        onnx::FunctionProto &function,
                                        Scope &scope, Location location) {
  auto fail = [&](const llvm::Twine &message) {
    emitError(location, ErrorCode::InvalidGraph) << message;
    return SmallVector<Value>();
  };
  if (depth == maxDepth)
    return fail("functions call each other more than " + llvm::Twine(maxDepth) +
                " levels deep");
  if (call.input_size() > function.input_size() ||
      call.output_size() > function.output_size())
    return fail("the call has more inputs or outputs than the function " +
                quoted(function.name()));
  if (expandedNodes > maxExpandedNodes)
    return {}; // Reported.
  expandedNodes += function.node_size();
  if (expandedNodes > maxExpandedNodes) {
    emitError(location, ErrorCode::TooLarge)
        << "the calls of functions expand to more than " << maxExpandedNodes
        << " nodes";
    return {};
  }
  llvm::SaveAndRestore deeper(depth, depth + 1);
  Scope inner;
  inner.opset = operatorSetVersion(function.opset_import(), "");
  inner.prefix = cast<NameLoc>(location).getName().str() + "/";
  for (auto [index, name] : llvm::enumerate(function.input())) {
    Value value;
    if (index < static_cast<size_t>(call.input_size()) &&
        !call.input(index).empty())
      if (!(value = lookUp(call.input(index), scope)))
        return {};
    inner.values[name] = value;
  }
  Body body = Body::of(function);
  auto &nodes = instances.emplace_back();
  for (const onnx::NodeProto &node : *body.nodes)
    *nodes.Add() = instantiate(node, function, call);
  // An input that the call leaves out is absent inside, too.
  for (onnx::NodeProto &node : nodes)
    for (std::string &name : *node.mutable_input())
      if (auto input = inner.values.find(name);
          input != inner.values.end() && !input->second)
        name.clear();
  body.nodes = &nodes;
  importBody(check(std::move(body), inner), inner);
  SmallVector<Value> results;
  for (int i = 0; i < call.output_size(); ++i)
    results.push_back(lookUp(function.output(i), inner));
  return results;
}

//===----------------------------------------------------------------------===//
// The model
//===----------------------------------------------------------------------===//

/// Newer sets than those known work as long as their operators do: a new form
/// shows in attributes or inputs that are not known. A number far beyond them
/// is no operator set.
static void checkOperatorSet(int64_t version, Location location) {
  constexpr int64_t farBeyond = 100;
  if (version < 1 || version > farBeyond)
    emitError(location, ErrorCode::UnsupportedOpset)
        << (version == 0
                ? "the model does not say which operator set it uses"
                : "there is no operator set " + std::to_string(version))
        << "; sets up to " << newestOperatorSet << " are known";
  else if (version > newestOperatorSet)
    emitWarning(location) << "operator set " << version
                          << " is newer than the newest one known, "
                          << newestOperatorSet;
}

Importer::CheckedBody Importer::checkModel() {
  main.opset = operatorSetVersion(model.opset_import(), "");
  // The first IR versions had no operator sets.
  if (main.opset == 0 && model.ir_version() < 3)
    main.opset = 1;
  Location location = fileLocation(context, path);
  checkOperatorSet(main.opset, location);
  onnx::GraphProto &graph = *model.mutable_graph();
  if (graph.output().empty())
    emitError(location, ErrorCode::InvalidGraph) << "the graph has no outputs";
  if (!graph.sparse_initializer().empty())
    emitError(location, ErrorCode::UnsupportedType)
        << "sparse initializers are not supported";
  return check(Body::of(graph), main);
}

LogicalResult Importer::checkStructure() {
  ErrorCounter errors(context);
  checkModel();
  return success(errors.get() == 0);
}

void Importer::addArguments(func::FuncOp function,
                            ArrayRef<BoundInput> inputs) {
  for (auto [index, input] : llvm::enumerate(inputs)) {
    function.setArgAttr(index, "rt.name", builder.getStringAttr(input.name));
    Value value = function.getArgument(index);
    if (input.value) {
      function.setArgAttr(index, "rt.required_value", input.value);
      value = nn::ConstantOp::create(builder, nameLocation(context, input.name),
                                     input.value);
    }
    main.values[input.name] = value;
  }
}

/// Removes ops that nothing reads: shape arithmetic that was folded away.
static void eraseDeadOps(Block &block) {
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block)))
    if (isOpTriviallyDead(&op))
      op.erase();
}

void Importer::addVariableArguments(func::FuncOp function) {
  if (trainedWeights.empty())
    return;
  SmallVector<DictionaryAttr> attributes;
  for (unsigned index = 0; index < function.getNumArguments(); ++index)
    attributes.push_back(function.getArgAttrDict(index));
  for (const TrainedWeight &weight : trainedWeights)
    attributes.push_back(builder.getDictionaryAttr(builder.getNamedAttr(
        "rt.variable", FlatSymbolRefAttr::get(context, weight.name))));
  function.setFunctionType(builder.getFunctionType(entry->getArgumentTypes(),
                                                   function.getResultTypes()));
  function.setAllArgAttrs(attributes);
}

void Importer::addResults(func::FuncOp function) {
  Location location = fileLocation(context, path);
  SmallVector<Value> values;
  SmallVector<Attribute> attributes;
  for (const onnx::ValueInfoProto &output : model.graph().output()) {
    Value value = lookUp(output.name(), main);
    if (!value)
      return; // Reported.
    auto type = cast<RankedTensorType>(value.getType());
    const onnx::TypeProto::Tensor &declared = output.type().tensor_type();
    Type declaredType = elementType(context, declared.elem_type());
    if (declaredType && declaredType != type.getElementType())
      emitError(location, ErrorCode::TypeMismatch)
          << "the output " << quoted(output.name()) << " is declared as "
          << dataTypeName(declared.elem_type()) << ", but the graph computes "
          << nn::typeText(type.getElementType());
    if (type.getNumElements() == 0)
      emitError(location, ErrorCode::UnsupportedForm)
          << "the output " << quoted(output.name()) << " of shape "
          << nn::shapeText(type.getShape()) << " has no elements";
    values.push_back(value);
    attributes.push_back(builder.getDictionaryAttr(
        builder.getNamedAttr("rt.name", builder.getStringAttr(output.name()))));
  }
  func::ReturnOp::create(builder, location, values);
  addVariableArguments(function);
  function.setFunctionType(builder.getFunctionType(
      entry->getArgumentTypes(), ValueRange(values).getTypes()));
  function.setResAttrsAttr(builder.getArrayAttr(attributes));
}

OwningOpRef<ModuleOp> Importer::import() {
  ErrorCounter errors(context);
  Location location = fileLocation(context, path);
  OwningOpRef<ModuleOp> module = ModuleOp::create(location);
  CheckedBody graph = checkModel();
  std::optional<std::vector<BoundInput>> inputs =
      bindInputs(model.graph(), options, location);
  if (!inputs)
    return nullptr;
  std::optional<TrainingRequest> training;
  if (options.training) {
    training = TrainingRequest::parse(*options.training, location);
    trainable = chooseTrainable(model.graph(), graph.order.nodes,
                                *options.training, location);
  }
  SmallVector<Type> types;
  for (const BoundInput &input : *inputs)
    types.push_back(input.type);
  builder.setInsertionPointToEnd(module->getBody());
  auto function = func::FuncOp::create(builder, location, "predict",
                                       builder.getFunctionType(types, {}));
  entry = function.addEntryBlock();
  builder.setInsertionPointToEnd(entry);
  addArguments(function, *inputs);
  importBody(graph, main);
  addResults(function);
  if (training)
    checkNames(*training, main.values, model.graph(), location);
  if (errors.get())
    return nullptr;
  if (training && failed(addTraining(*module, function,
                                     main.values.lookup(training->output),
                                     *training, trainedWeights)))
    return nullptr;
  for (auto each : module->getOps<func::FuncOp>())
    eraseDeadOps(each.getBody().front());
  return module;
}

static void loadDialects(MLIRContext *context) {
  context->loadDialect<func::FuncDialect, nn::NNDialect, rt::RTDialect,
                       train::TrainDialect>();
}

LogicalResult checkStructure(onnx::ModelProto &model, StringRef path,
                             MLIRContext *context) {
  loadDialects(context);
  return Importer(model, path, ImportOptions(), context).checkStructure();
}

OwningOpRef<ModuleOp> importModel(onnx::ModelProto &model, StringRef path,
                                  const ImportOptions &options,
                                  MLIRContext *context) {
  loadDialects(context);
  return Importer(model, path, options, context).import();
}

OwningOpRef<ModuleOp> importModel(StringRef path, const ImportOptions &options,
                                  MLIRContext *context) {
  std::unique_ptr<onnx::ModelProto> model = readModelFile(path, context);
  if (!model)
    return nullptr;
  return importModel(*model, path, options, context);
}

} // namespace mlcc::onnx_frontend
