//===- Inputs.cpp - Binding of a model's input shapes ---------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "frontends/onnx/Inputs.h"

#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/nn/HostTensor.h"
#include "dialects/nn/Inference.h"
#include "frontends/onnx/ModelFile.h"
#include "frontends/onnx/Tensors.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;

namespace mlcc::onnx_frontend {

std::vector<const onnx::ValueInfoProto *>
freeInputs(const onnx::GraphProto &graph) {
  llvm::StringSet<> initializers;
  for (const onnx::TensorProto &tensor : graph.initializer())
    initializers.insert(tensor.name());
  std::vector<const onnx::ValueInfoProto *> inputs;
  for (const onnx::ValueInfoProto &input : graph.input())
    if (!initializers.contains(input.name()))
      inputs.push_back(&input);
  return inputs;
}

static std::string
describeDimension(const onnx::TensorShapeProto::Dimension &dim) {
  if (dim.has_dim_value())
    return std::to_string(dim.dim_value());
  return dim.dim_param().empty() ? "?" : dim.dim_param();
}

std::string describeInput(const onnx::ValueInfoProto &input) {
  const onnx::TypeProto::Tensor &type = input.type().tensor_type();
  std::string text = input.name();
  if (type.has_shape()) {
    text += "[" +
            llvm::join(llvm::map_range(type.shape().dim(), describeDimension),
                       ", ") +
            "]";
  } else {
    text += "[...]";
  }
  return text + " " + dataTypeName(type.elem_type());
}

namespace {

/// Binds the inputs of one graph: first the extents that --shape gives, which
/// also bind symbols, then the symbols everywhere.
class InputBinder {
public:
  InputBinder(const onnx::GraphProto &graph, const ImportOptions &options,
              Location location)
      : options(options), location(location), inputs(freeInputs(graph)) {}

  std::optional<std::vector<BoundInput>> bind();
  std::vector<std::string> findUnbound();

private:
  std::vector<std::string> describeUnbound() const;
  using Shape = SmallVector<int64_t>;

  InFlightDiagnostic error(ErrorCode code) {
    failed = true;
    return emitError(location, code);
  }

  void checkOptionNames();
  void bindSymbol(StringRef symbol, int64_t extent, const llvm::Twine &origin);
  void bindSymbolsFromShapes();
  void matchShape(const onnx::ValueInfoProto &input, ArrayRef<int64_t> given);
  /// The static shape; what is missing is added to `unbound`.
  std::optional<Shape> resolve(const onnx::ValueInfoProto &input);
  void bindInput(const onnx::ValueInfoProto &input,
                 std::vector<BoundInput> &bound);
  ElementsAttr parseValue(StringRef name, StringRef text,
                          RankedTensorType type);

  const ImportOptions &options;
  Location location;
  std::vector<const onnx::ValueInfoProto *> inputs;
  llvm::StringMap<int64_t> symbols;
  /// What is unbound, and where it occurs.
  llvm::MapVector<std::string, std::vector<std::string>,
                  std::map<std::string, unsigned>>
      unbound;
  bool failed = false;
};

} // namespace

void InputBinder::checkOptionNames() {
  llvm::StringSet<> names, symbolNames;
  for (const onnx::ValueInfoProto *input : inputs) {
    names.insert(input->name());
    for (const auto &dim : input->type().tensor_type().shape().dim())
      if (dim.has_dim_param())
        symbolNames.insert(dim.dim_param());
  }
  auto list = [](const llvm::StringSet<> &set) {
    std::vector<std::string> sorted;
    for (StringRef name : set.keys())
      sorted.push_back(quoted(name));
    llvm::sort(sorted);
    return sorted.empty() ? std::string("none") : llvm::join(sorted, ", ");
  };
  for (const auto &[name, shape] : options.shapes)
    if (!names.contains(name))
      error(ErrorCode::InvalidBinding)
          << "--shape names the input " << quoted(name)
          << ", but the model's inputs are: " << list(names);
  for (const auto &[name, value] : options.bindings)
    if (!names.contains(name))
      error(ErrorCode::InvalidBinding)
          << "--bind names the input " << quoted(name)
          << ", but the model's inputs are: " << list(names);
  for (const auto &[name, extent] : options.dimensions) {
    if (!symbolNames.contains(name))
      error(ErrorCode::InvalidBinding)
          << "--dim names the dimension " << quoted(name)
          << ", but the model's symbolic dimensions are: " << list(symbolNames);
    else
      bindSymbol(name, extent, "--dim");
  }
}

void InputBinder::bindSymbol(StringRef symbol, int64_t extent,
                             const llvm::Twine &origin) {
  if (extent < 1) {
    error(ErrorCode::InvalidBinding)
        << origin << " binds " << quoted(symbol) << " to " << extent
        << "; the least extent is 1";
    return;
  }
  auto [entry, isNew] = symbols.try_emplace(symbol, extent);
  if (!isNew && entry->second != extent)
    error(ErrorCode::InvalidBinding)
        << origin << " binds the dimension " << quoted(symbol) << " to "
        << extent << ", but it is already bound to " << entry->second;
}

void InputBinder::matchShape(const onnx::ValueInfoProto &input,
                             ArrayRef<int64_t> given) {
  std::string origin = "--shape " + input.name() + "=" + nn::shapeText(given);
  if (llvm::any_of(given, [](int64_t extent) { return extent < 1; })) {
    error(ErrorCode::InvalidBinding) << origin << " has an extent below 1";
    return;
  }
  const onnx::TypeProto::Tensor &type = input.type().tensor_type();
  if (!type.has_shape())
    return;
  if (static_cast<size_t>(type.shape().dim_size()) != given.size()) {
    error(ErrorCode::InvalidBinding)
        << origin << " does not fit the model's " << describeInput(input);
    return;
  }
  for (auto [dim, extent] : llvm::zip_equal(type.shape().dim(), given)) {
    if (dim.has_dim_value() && dim.dim_value() > 0 && dim.dim_value() != extent)
      error(ErrorCode::InvalidBinding)
          << origin << " contradicts the model's " << describeInput(input);
    else if (!dim.dim_param().empty())
      bindSymbol(dim.dim_param(), extent, origin);
  }
}

void InputBinder::bindSymbolsFromShapes() {
  for (const onnx::ValueInfoProto *input : inputs)
    if (auto given = options.shapes.find(input->name());
        given != options.shapes.end())
      matchShape(*input, given->second);
}

std::optional<InputBinder::Shape>
InputBinder::resolve(const onnx::ValueInfoProto &input) {
  if (auto given = options.shapes.find(input.name());
      given != options.shapes.end())
    return Shape(given->second.begin(), given->second.end());
  const onnx::TypeProto::Tensor &type = input.type().tensor_type();
  if (!type.has_shape()) {
    unbound["the whole shape of " + quoted(input.name())];
    return std::nullopt;
  }
  Shape shape;
  bool complete = true;
  for (auto [index, dim] : llvm::enumerate(type.shape().dim())) {
    auto symbol = symbols.find(dim.dim_param());
    if (dim.has_dim_value() && dim.dim_value() >= 0) {
      shape.push_back(dim.dim_value());
    } else if (!dim.dim_param().empty() && symbol != symbols.end()) {
      shape.push_back(symbol->second);
    } else {
      complete = false;
      std::string where =
          "dimension " + std::to_string(index) + " of " + quoted(input.name());
      if (dim.dim_param().empty())
        unbound[where];
      else
        unbound[quoted(dim.dim_param())].push_back(where);
    }
  }
  if (!complete)
    return std::nullopt;
  return shape;
}

/// Stores the number that `text` spells in element `index`.
static bool parseElement(StringRef text, nn::HostTensor &tensor,
                         int64_t index) {
  if (isa<FloatType>(tensor.getElementType())) {
    double value;
    if (text.getAsDouble(value))
      return false;
    tensor.setDouble(index, value);
    return true;
  }
  if (tensor.getElementType().isInteger(1) &&
      (text == "true" || text == "false")) {
    tensor.setInt(index, text == "true");
    return true;
  }
  int64_t value;
  if (text.getAsInteger(10, value))
    return false;
  tensor.setInt(index, value);
  // What does not fit comes back as something else.
  return tensor.getAsInt(index) == value;
}

ElementsAttr InputBinder::parseValue(StringRef name, StringRef text,
                                     RankedTensorType type) {
  SmallVector<StringRef> parts;
  text.split(parts, ',');
  if (static_cast<int64_t>(parts.size()) != type.getNumElements()) {
    error(ErrorCode::InvalidBinding)
        << "--bind gives " << parts.size() << " elements for the input "
        << quoted(name) << ", which has " << type.getNumElements() << " (shape "
        << nn::shapeText(type.getShape()) << ")";
    return nullptr;
  }
  nn::HostTensor tensor(type);
  for (auto [index, part] : llvm::enumerate(parts))
    if (!parseElement(part.trim(), tensor, index)) {
      error(ErrorCode::InvalidBinding)
          << "--bind gives " << quoted(part) << " for the input "
          << quoted(name) << ", which is no value of its element type";
      return nullptr;
    }
  return tensor.toAttribute(name);
}

void InputBinder::bindInput(const onnx::ValueInfoProto &input,
                            std::vector<BoundInput> &bound) {
  if (!input.type().has_tensor_type()) {
    error(ErrorCode::UnsupportedType)
        << "the input " << quoted(input.name())
        << " is no tensor; sequences, maps and optionals are not supported";
    return;
  }
  int32_t dataType = input.type().tensor_type().elem_type();
  Type element = elementType(location.getContext(), dataType);
  if (!element) {
    error(ErrorCode::UnsupportedType)
        << "the input " << quoted(input.name()) << " has the element type "
        << dataTypeName(dataType);
    return;
  }
  std::optional<Shape> shape = resolve(input);
  if (!shape)
    return;
  if (llvm::is_contained(*shape, 0)) {
    error(ErrorCode::UnsupportedForm)
        << "the input " << quoted(input.name()) << " of shape "
        << nn::shapeText(*shape) << " has no elements";
    return;
  }
  if (!checkedElements(*shape, nn::elementBytes(element))) {
    error(ErrorCode::TooLarge) << "the input " << quoted(input.name())
                               << " of shape " << nn::shapeText(*shape)
                               << " has more than 2^40 bytes or 32 dimensions";
    return;
  }
  BoundInput result{input.name(), RankedTensorType::get(*shape, element),
                    nullptr};
  if (auto given = options.bindings.find(input.name());
      given != options.bindings.end())
    if (!(result.value = parseValue(result.name, given->second, result.type)))
      return;
  bound.push_back(std::move(result));
}

std::vector<std::string> InputBinder::describeUnbound() const {
  std::vector<std::string> texts;
  for (const auto &[what, places] : unbound)
    texts.push_back(
        places.empty() ? what : what + " (" + llvm::join(places, ", ") + ")");
  return texts;
}

std::optional<std::vector<BoundInput>> InputBinder::bind() {
  checkOptionNames();
  bindSymbolsFromShapes();
  std::vector<BoundInput> bound;
  for (const onnx::ValueInfoProto *input : inputs)
    bindInput(*input, bound);
  if (!unbound.empty())
    error(ErrorCode::UnboundDimension)
        << "dimensions are not bound: " << llvm::join(describeUnbound(), "; ")
        << "; give --dim NAME=SIZE for named ones, --shape INPUT=1x3x224x224 "
           "for "
           "any";
  if (failed)
    return std::nullopt;
  return bound;
}

std::vector<std::string> InputBinder::findUnbound() {
  checkOptionNames();
  bindSymbolsFromShapes();
  for (const onnx::ValueInfoProto *input : inputs)
    resolve(*input);
  return describeUnbound();
}

std::optional<std::vector<BoundInput>> bindInputs(const onnx::GraphProto &graph,
                                                  const ImportOptions &options,
                                                  Location location) {
  return InputBinder(graph, options, location).bind();
}

std::vector<std::string> unboundDimensions(const onnx::GraphProto &graph,
                                           const ImportOptions &options,
                                           MLIRContext *context) {
  // Whoever binds the inputs reports what is wrong with the options.
  ScopedDiagnosticHandler silence(context,
                                  [](Diagnostic &) { return success(); });
  return InputBinder(graph, options, UnknownLoc::get(context)).findUnbound();
}

} // namespace mlcc::onnx_frontend
