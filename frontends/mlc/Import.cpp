//===- Import.cpp - mlc descriptions to nn --------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "frontends/mlc/Import.h"

#include "dialects/nn/NN.h"
#include "dialects/train/Train.h"
#include "frontends/mlc/Body.h"
#include "frontends/mlc/Initializers.h"
#include "frontends/mlc/Training.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"

using namespace mlir;
using namespace mlcc;
using namespace mlcc::mlc_frontend;

namespace {
/// The import of one model.
class Importer {
public:
  Importer(const Description &description, const ImportOptions &options)
      : description(description), options(options), model(description),
        context(description.getContext()) {}

  OwningOpRef<ModuleOp> import();

private:
  const v1::Model &text() const { return description.model(); }
  InFlightDiagnostic error(const google::protobuf::Message &of, ErrorCode code,
                           StringRef field = "", int index = -1) {
    model.failed = true;
    return mlcc::emitError(description.locate(of, field, index), code);
  }
  void checkVersion();
  void chooseElementType();
  void bindDimensions();
  void collectBlocks();
  void checkFunctionNames();
  void importFunctions();
  void importFunction(const v1::Function &function, StringRef name,
                      bool training);
  void addInputs(const v1::Function &function, FunctionState &state,
                 BodyImporter::Scope &scope);
  void addOutputs(const v1::Function &function, FunctionState &state,
                  const BodyImporter::Scope &scope);
  Type inputType(const v1::Input &input);
  void checkShared();
  void addVariables();

  const Description &description;
  const ImportOptions &options;
  ModelState model;
  MLIRContext *context;
  OwningOpRef<ModuleOp> module;
};
} // namespace

OwningOpRef<ModuleOp> Importer::import() {
  context->loadDialect<func::FuncDialect, nn::NNDialect, rt::RTDialect,
                       train::TrainDialect>();
  module =
      ModuleOp::create(FileLineColLoc::get(context, description.path(), 0, 0));
  checkVersion();
  chooseElementType();
  bindDimensions();
  collectBlocks();
  checkFunctionNames();
  if (model.failed)
    return nullptr;
  importFunctions();
  checkShared();
  if (model.failed ||
      failed(addInitialize(*module, model.variables, description.path())))
    return nullptr;
  addVariables();
  if (model.failed)
    return nullptr;
  return std::move(module);
}

//===----------------------------------------------------------------------===//
// The model as a whole
//===----------------------------------------------------------------------===//

void Importer::checkVersion() {
  if (text().version() != 1)
    error(text(), ErrorCode::InvalidField, "version")
        << "version must be 1, the version of the format; here it is "
        << text().version();
}

void Importer::chooseElementType() {
  bool isDouble = text().element_type() == v1::F64;
  if (!isDouble && text().element_type() != v1::DEFAULT &&
      text().element_type() != v1::F32)
    error(text(), ErrorCode::InvalidField, "element_type")
        << "a model's element type is F32 or F64";
  if (!options.elementType.empty())
    isDouble = options.elementType == "f64";
  model.elementType = isDouble ? Type(Float64Type::get(context))
                               : Type(Float32Type::get(context));
}

void Importer::bindDimensions() {
  for (const v1::Dimension &dimension : text().dimension()) {
    if (!isLegalName(dimension.name()) || dimension.name() == "index") {
      error(dimension, ErrorCode::InvalidField, "name")
          << "a dimension's name is letters, digits and '_', and not 'index'";
      continue;
    }
    if (dimension.size() < 1 || dimension.size() > (int64_t(1) << 40))
      error(dimension, ErrorCode::InvalidField, "size")
          << "a size is from 1 to 2^40";
    if (!model.dimensions
             .try_emplace(dimension.name(), double(dimension.size()))
             .second)
      error(dimension, ErrorCode::NameConflict, "name")
          << "the dimension '" << dimension.name() << "' is there already";
  }
  for (const auto &[name, size] : options.dimensions) {
    auto entry = model.dimensions.find(name);
    if (entry == model.dimensions.end() || size < 1)
      error(text(), ErrorCode::InvalidBinding)
          << "--dim " << name << "=" << size
          << (size < 1 ? ": a size is at least 1"
                       : ": the model has no dimension of this name");
    else
      entry->second = double(size);
  }
}

void Importer::collectBlocks() {
  for (const v1::Block &block : text().block()) {
    if (!isLegalName(block.name()))
      error(block, ErrorCode::InvalidField, "name")
          << "a block needs a name of letters, digits, '_' and '-'";
    else if (!model.blocks.try_emplace(block.name(), &block).second)
      error(block, ErrorCode::NameConflict, "name")
          << "another block is called '" << block.name() << "' already";
    llvm::StringSet<> inputs;
    for (auto [index, input] : llvm::enumerate(block.input()))
      if (!isLegalName(input) || !inputs.insert(input).second)
        error(block, ErrorCode::NameConflict, "input", index)
            << "inputs of a block have legal names that differ";
  }
}

/// Entry points are called by C identifiers.
static bool isIdentifier(StringRef name) {
  return !name.empty() && !llvm::isDigit(name.front()) &&
         llvm::all_of(name,
                      [](char c) { return llvm::isAlnum(c) || c == '_'; });
}

void Importer::checkFunctionNames() {
  llvm::StringSet<> names;
  names.insert("initialize");
  auto add = [&](const google::protobuf::Message &of, StringRef name) {
    if (!isIdentifier(name))
      error(of, ErrorCode::InvalidField, "name")
          << "a function needs a name of letters, digits and '_'";
    else if (!names.insert(name).second)
      error(of, ErrorCode::NameConflict, "name")
          << "a function is called '" << name << "' already";
  };
  for (const v1::Function &function : text().function())
    add(function, function.name());
  for (const v1::Training &training : text().training())
    add(training, trainingName(training));
  if (text().function().empty())
    error(text(), ErrorCode::InvalidField) << "the model has no functions";
}

//===----------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------===//

void Importer::importFunctions() {
  llvm::StringMap<std::string> trainedForms;
  for (const v1::Function &function : text().function()) {
    importFunction(function, function.name(), /*training=*/false);
    bool isTrained =
        llvm::any_of(text().training(), [&](const v1::Training &training) {
          return trainedFunction(training) == function.name();
        });
    if (!isTrained)
      continue;
    std::string &form = trainedForms[function.name()] = function.name();
    if (differsInTraining(function, model)) {
      form += ".training";
      importFunction(function, form, /*training=*/true);
    }
  }
  if (model.failed)
    return; // What the training refers to is not whole.
  for (const v1::Training &training : text().training()) {
    std::string loss = trainedForms.lookup(trainedFunction(training));
    if (loss.empty())
      loss = trainedFunction(training).str();
    if (failed(addTraining(*module, model, training, loss)))
      model.failed = true;
  }
}

void Importer::importFunction(const v1::Function &function, StringRef name,
                              bool training) {
  Location location = NameLoc::get(StringAttr::get(context, name),
                                   description.locate(function));
  FunctionState state(*module, location, name, training, model.variables);
  if (training)
    module->lookupSymbol<func::FuncOp>(name).setPrivate();
  BodyImporter::Scope scope{
      .prefix = "", .parameterPrefix = "", .environment = &model.dimensions};
  bool hadFailed = model.failed;
  addInputs(function, state, scope);
  if (model.failed && !hadFailed)
    return state.finish();
  BodyImporter(model, state).importNodes(function.node(), scope);
  addOutputs(function, state, scope);
  state.finish();
}

Type Importer::inputType(const v1::Input &input) {
  if (std::optional<Type> type = namedType(input.type(), model.elementType))
    return *type;
  error(input, ErrorCode::InvalidField, "type") << "this number is no type";
  return model.elementType;
}

/// Whether something in the nodes counts samples.
static bool countsSamples(const BodyImporter::Nodes &nodes,
                          const ModelState &model, llvm::StringSet<> &visited) {
  return llvm::any_of(nodes, [&](const v1::Node &node) {
    if (node.has_loss() || node.has_metric())
      return true;
    StringRef name;
    if (node.has_call())
      name = node.call().block();
    else if (node.has_scan())
      name = node.scan().block();
    else if (node.has_while_())
      name = node.while_().block();
    const v1::Block *block = name.empty() ? nullptr : model.blocks.lookup(name);
    return block && visited.insert(name).second &&
           countsSamples(block->node(), model, visited);
  });
}

void Importer::addInputs(const v1::Function &function, FunctionState &state,
                         BodyImporter::Scope &scope) {
  for (const v1::Input &input : function.input()) {
    std::string problem;
    auto extents = evaluateList(input.shape(), model.dimensions, problem);
    if (!extents) {
      error(input, ErrorCode::InvalidExpression, "shape")
          << "\"" << input.shape() << "\": " << problem;
      continue;
    }
    SmallVector<int64_t> shape;
    for (const Datum &datum : *extents)
      shape.push_back(asInteger(datum).value_or(0));
    if (llvm::any_of(shape, [](int64_t extent) {
          return extent < 1 || extent > (int64_t(1) << 40);
        })) {
      error(input, ErrorCode::InvalidField, "shape")
          << "\"" << input.shape() << "\": extents are from 1 to 2^40";
      continue;
    }
    auto type = RankedTensorType::get(shape, inputType(input));
    if (failed(nn::checkTensor(description.locate(input, "shape"), type,
                               input.name()))) {
      model.failed = true;
      continue;
    }
    if (!isIdentifier(input.name()) || scope.values.contains(input.name())) {
      error(input, ErrorCode::NameConflict, "name")
          << "inputs have names of letters, digits and '_' that differ";
      continue;
    }
    Value value = state.addInput(input.name(), type, description.locate(input));
    scope.values[input.name()] = value;
    if (!scope.previous) {
      scope.previous = value;
      state.batch = shape.empty() ? 0 : shape.front();
    }
    if (input.name() == "sample_count" && shape.empty() &&
        type.getElementType().isInteger(64))
      state.sampleCount = value;
  }
  llvm::StringSet<> visited;
  if (state.batch == 0 || state.sampleCount ||
      !countsSamples(function.node(), model, visited))
    return;
  state.sampleCount = state.addInput(
      "sample_count", RankedTensorType::get({}, IntegerType::get(context, 64)),
      description.locate(function));
  scope.values["sample_count"] = state.sampleCount;
}

void Importer::addOutputs(const v1::Function &function, FunctionState &state,
                          const BodyImporter::Scope &scope) {
  if (function.output().empty()) {
    bool onlyAssigns = !function.node().empty() &&
                       function.node().rbegin()->has_assign() &&
                       scope.previousName.empty();
    if (onlyAssigns)
      return;
    if (!scope.previous || scope.previousName.empty())
      error(function, ErrorCode::InvalidField)
          << "the function has no output: name one, or its last node";
    else if (*scope.previous)
      state.addOutput(scope.previousName, *scope.previous);
    return;
  }
  llvm::StringSet<> names;
  for (const v1::Output &output : function.output()) {
    StringRef value = output.value().empty() ? output.name() : output.value();
    auto entry = scope.values.find(value);
    if (!isIdentifier(output.name()) || !names.insert(output.name()).second)
      error(output, ErrorCode::NameConflict, "name")
          << "outputs have names of letters, digits and '_' that differ";
    else if (entry == scope.values.end())
      error(output, ErrorCode::UnknownName,
            output.value().empty() ? "name" : "value")
          << "no value is called '" << value << "'";
    else if (entry->second) // Else reported where it was to be made.
      state.addOutput(output.name(), entry->second);
  }
}

//===----------------------------------------------------------------------===//
// Variables
//===----------------------------------------------------------------------===//

void Importer::checkShared() {
  if (model.failed)
    return; // Layers may be missing for another reason.
  for (const auto &[name, location] : model.shared)
    if (!model.layers.contains(name)) {
      model.failed = true;
      mlcc::emitError(location, ErrorCode::UnknownName)
          << "no layer or call is called '" << name << "'";
    }
}

void Importer::addVariables() {
  llvm::StringSet<> functions;
  for (auto function : module->getOps<SymbolOpInterface>())
    functions.insert(function.getName());
  OpBuilder builder = OpBuilder::atBlockBegin(module->getBody());
  for (const Variable &variable : model.variables) {
    if (functions.contains(variable.name)) {
      model.failed = true;
      mlcc::emitError(variable.location, ErrorCode::NameConflict)
          << "a function is called '" << variable.name
          << "' too, and this variable must have another name";
      continue;
    }
    rt::VariableOp::create(builder, variable.location, variable.name,
                           variable.type, variable.role,
                           /*offset=*/IntegerAttr());
  }
}

//===----------------------------------------------------------------------===//
// Entry points
//===----------------------------------------------------------------------===//

static OwningOpRef<ModuleOp> import(std::unique_ptr<Description> description,
                                    const ImportOptions &options) {
  if (!description)
    return nullptr;
  return Importer(*description, options).import();
}

OwningOpRef<ModuleOp>
mlcc::mlc_frontend::importModel(StringRef path, const ImportOptions &options,
                                MLIRContext *context) {
  return import(Description::read(path, context), options);
}

OwningOpRef<ModuleOp>
mlcc::mlc_frontend::importText(StringRef text, StringRef path,
                               const ImportOptions &options,
                               MLIRContext *context) {
  return import(Description::parse(text, path, context), options);
}

LogicalResult mlcc::mlc_frontend::checkModel(StringRef path,
                                             const ImportOptions &options,
                                             MLIRContext *context,
                                             llvm::raw_ostream &summary) {
  OwningOpRef<ModuleOp> module = importModel(path, options, context);
  if (!module)
    return failure();
  summary << "model     " << path << '\n';
  for (auto function : module->getOps<func::FuncOp>()) {
    if (function.isPrivate())
      continue;
    summary << "function  " << function.getName() << '\n';
    auto print = [&](StringRef kind, StringAttr name, Type type) {
      if (name)
        summary << "  " << kind << "  " << name.getValue() << ": "
                << nn::typeText(type) << '\n';
    };
    for (unsigned index = 0; index < function.getNumArguments(); ++index)
      print("input ",
            function.getArgAttrOfType<StringAttr>(index, rt::nameAttrName),
            function.getArgument(index).getType());
    for (unsigned index = 0; index < function.getNumResults(); ++index)
      print("output",
            function.getResultAttrOfType<StringAttr>(index, rt::nameAttrName),
            function.getResultTypes()[index]);
  }
  int64_t count = 0, elements = 0;
  for (auto variable : module->getOps<rt::VariableOp>())
    if (variable.getRole() == rt::Role::Parameter) {
      ++count;
      elements += cast<RankedTensorType>(variable.getType()).getNumElements();
    }
  summary << "weights   " << count << " tensors, " << elements << " numbers\n";
  for (auto step : module->getOps<train::StepOp>())
    summary << "training  " << step.getSymName() << ": " << step.getOptimizer()
            << '\n';
  return success();
}
