//===- Operation.cpp - nn operations one to one ---------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// What an operation takes is asked of MLIR's registration of it, not listed
// here:
//   1. Each attribute is built in every form that its expression can have; the
//   first
//      that the operation's verifier of attributes accepts is taken.
//   2. A detached operation with these operands and attributes is verified,
//   which
//      finds what is missing or of the wrong kind. Its result types stand in
//      for the real ones; a complaint about them means that all else is right.
//   3. The operation's inference gives the result types.
//
//===----------------------------------------------------------------------===//

#include "frontends/mlc/Layer.h"
#include "frontends/mlc/Suggestion.h"

#include "mlir/AsmParser/AsmParser.h"
#include "llvm/ADT/ScopeExit.h"

using namespace mlir;
using namespace mlcc;
using namespace mlcc::mlc_frontend;

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

/// The enumerations of nn, by the mnemonics of their attributes.
static constexpr StringLiteral enumerations[] = {
    "gelu_form",       "pad_mode",     "scatter_mode", "rnn_direction",
    "coordinate_mode", "nearest_mode", "resize_mode"};

static bool isName(StringRef text) {
  return !text.empty() && llvm::all_of(text, [](char c) {
    return llvm::isAlnum(c) || c == '_';
  });
}

/// The forms that a single word can have.
static void addWord(Builder &builder, StringRef word,
                    SmallVectorImpl<Attribute> &forms) {
  MLIRContext *context = builder.getContext();
  forms.push_back(builder.getStringAttr(word));
  forms.push_back(builder.getStrArrayAttr({word}));
  ScopedDiagnosticHandler silence(context,
                                  [](Diagnostic &) { return success(); });
  if (!isName(word))
    return;
  for (StringRef name : enumerations)
    if (Attribute form =
            parseAttribute(("#nn<" + name + " " + word + ">").str(), context))
      forms.push_back(form);
  if (Type type = parseType(word, context))
    forms.push_back(TypeAttr::get(type));
}

/// The forms that a list of numbers can have, floats first where
/// `preferFloats`: bounds have the kind of what they bound.
static void addNumbers(Builder &builder, ArrayRef<double> numbers,
                       bool areIntegers, bool preferFloats,
                       SmallVectorImpl<Attribute> &forms) {
  if (numbers.size() == 1 && preferFloats)
    forms.push_back(builder.getF64FloatAttr(numbers.front()));
  SmallVector<int64_t> integers;
  if (areIntegers) {
    for (double number : numbers)
      integers.push_back(int64_t(number));
    if (numbers.size() == 1) {
      forms.push_back(builder.getI64IntegerAttr(integers.front()));
      if (integers.front() == 0 || integers.front() == 1)
        forms.push_back(builder.getBoolAttr(integers.front() != 0));
    }
    forms.push_back(builder.getDenseI64ArrayAttr(integers));
  }
  if (numbers.size() == 1)
    forms.push_back(builder.getF64FloatAttr(numbers.front()));
  forms.push_back(builder.getDenseF64ArrayAttr(numbers));
}

static SmallVector<Attribute> formsOf(Builder &builder, const DatumList &values,
                                      bool preferFloats) {
  SmallVector<Attribute> forms;
  SmallVector<double> numbers;
  SmallVector<StringRef> words;
  bool areIntegers = true;
  for (const Datum &datum : values) {
    areIntegers &= asInteger(datum).has_value();
    if (const double *number = std::get_if<double>(&datum))
      numbers.push_back(*number);
    else
      words.push_back(std::get<std::string>(datum));
  }
  if (values.empty()) {
    forms.push_back(builder.getDenseI64ArrayAttr({}));
    forms.push_back(builder.getStrArrayAttr({}));
  } else if (words.size() == 1 && values.size() == 1) {
    addWord(builder, words.front(), forms);
  } else if (words.size() == values.size()) {
    forms.push_back(builder.getStrArrayAttr(words));
  } else if (numbers.size() == values.size()) {
    addNumbers(builder, numbers, areIntegers, preferFloats, forms);
  }
  return forms;
}

/// Whether the operation can have the attribute.
static bool accepts(RegisteredOperationName name, NamedAttribute attribute) {
  MLIRContext *context = name.getContext();
  ScopedDiagnosticHandler silence(context,
                                  [](Diagnostic &) { return success(); });
  NamedAttrList list{ArrayRef(attribute)};
  return succeeded(name.verifyInherentAttrs(
      list, [&] { return mlir::emitError(UnknownLoc::get(context)); }));
}

/// The attribute in the form that the operation has it in. Null after an error.
static Attribute convert(Layer &layer, RegisteredOperationName name,
                         const Assignment &assignment) {
  auto isKnown = [&](StringAttr known) {
    return known.getValue() == assignment.name;
  };
  auto known = llvm::find_if(name.getAttributeNames(), isKnown);
  if (known == name.getAttributeNames().end() ||
      assignment.name == "operandSegmentSizes") {
    InFlightDiagnostic error = layer.error(ErrorCode::UnknownName, "with");
    error << name.getStringRef().drop_front(3) << " has no attribute '"
          << assignment.name << "', but";
    for (StringAttr known : name.getAttributeNames())
      if (known.getValue() != "operandSegmentSizes")
        error << ' ' << known.getValue();
    return {};
  }
  bool preferFloats =
      !layer.inputs.empty() && layer.inputs.front() &&
      isa<FloatType>(Layer::type(layer.inputs.front()).getElementType());
  for (Attribute form :
       formsOf(layer.builder(), assignment.values, preferFloats))
    if (accepts(name, NamedAttribute(*known, form)))
      return form;
  layer.error(ErrorCode::InvalidField, "with")
      << "the attribute '" << assignment.name << "' of "
      << name.getStringRef().drop_front(3) << " has values of another kind";
  return {};
}

//===----------------------------------------------------------------------===//
// Operands and results
//===----------------------------------------------------------------------===//

static unsigned resultCount(RegisteredOperationName name) {
  if (name.hasTrait<OpTrait::OneResult>())
    return 1;
  return name.hasTrait<OpTrait::NResults<2>::Impl>() ? 2 : 3;
}

/// Says which operands are there, for an operation with several optional ones.
static bool addSegments(Layer &layer, RegisteredOperationName name,
                        OperationState &state) {
  Operation *empty = Operation::create(OperationState(state.location, name));
  auto sizes = dyn_cast_or_null<DenseI32ArrayAttr>(
      empty->getInherentAttr("operandSegmentSizes").value_or(Attribute()));
  size_t count = sizes ? sizes.size() : 0;
  empty->destroy();
  if (layer.inputs.size() > count) {
    layer.error(ErrorCode::InvalidField, "input")
        << name.getStringRef().drop_front(3) << " takes at most " << count
        << " inputs";
    return false;
  }
  SmallVector<int32_t> segments(count, 0);
  for (auto [index, input] : llvm::enumerate(layer.inputs))
    segments[index] = input ? 1 : 0;
  state.addAttribute("operandSegmentSizes",
                     layer.builder().getDenseI32ArrayAttr(segments));
  return true;
}

static bool addOperands(Layer &layer, RegisteredOperationName name,
                        OperationState &state) {
  bool hasSegments = name.hasTrait<OpTrait::AttrSizedOperandSegments>();
  ArrayRef<Value> inputs = layer.inputs;
  while (!hasSegments && !inputs.empty() && !inputs.back())
    inputs = inputs.drop_back();
  for (Value input : inputs) {
    if (input) {
      state.operands.push_back(input);
    } else if (!hasSegments) {
      layer.error(ErrorCode::InvalidField, "input")
          << "this operation cannot do without an input before others";
      return false;
    }
  }
  return !hasSegments || addSegments(layer, name, state);
}

/// What the operation's verifier says of its operands and attributes; empty if
/// they are right.
static std::string problemOf(Operation *probe) {
  std::string problem;
  ScopedDiagnosticHandler collect(
      probe->getContext(), [&](Diagnostic &diagnostic) {
        if (problem.empty() &&
            diagnostic.getSeverity() == DiagnosticSeverity::Error)
          problem = diagnostic.str();
        return success();
      });
  (void)probe->getName().verifyInvariants(probe);
  // "'nn.concat' op requires attribute 'axis'"
  StringRef text = problem;
  text = text.substr(text.find("' op ") == StringRef::npos
                         ? 0
                         : text.find("' op ") + strlen("' op "));
  return text.starts_with("result #") ? "" : text.str();
}

/// Negative axes count from the last dimension: those of the first input, and
/// the one that one_hot adds.
static Assignment withAxes(const Layer &layer, StringRef op,
                           Assignment assignment) {
  if ((assignment.name != "axis" && assignment.name != "axes") ||
      layer.inputs.empty() || !layer.inputs.front())
    return assignment;
  double rank = Layer::rank(layer.inputs.front()) + (op == "one_hot" ? 1 : 0);
  for (Datum &datum : assignment.values)
    if (double *axis = std::get_if<double>(&datum); axis && *axis < 0)
      *axis += rank;
  return assignment;
}

void mlcc::mlc_frontend::importOperation(Layer &layer, StringRef op,
                                         ArrayRef<Assignment> attributes) {
  OpBuilder &builder = layer.builder();
  std::optional<RegisteredOperationName> name =
      RegisteredOperationName::lookup(("nn." + op).str(), builder.getContext());
  StringRef field = layer.node.has_formula() ? "formula" : "op";
  if (op == "constant") {
    layer.error(ErrorCode::UnknownName, field)
        << "constants are nodes with `constant`";
    return;
  }
  if (name && !name->hasInterface<InferTypeOpInterface>()) {
    layer.error(ErrorCode::UnknownName, field)
        << "loops are nodes with `scan` or `while`";
    return;
  }
  if (!name) {
    Suggestion meant(op);
    for (RegisteredOperationName known :
         builder.getContext()->getRegisteredOperationsByDialect("nn"))
      meant.consider(known.stripDialect());
    layer.error(ErrorCode::UnknownName, field)
        << "no operation is called '" << op << "' (docs/ops.md has all)"
        << meant.text();
    return;
  }
  OperationState state(layer.loc(), *name);
  for (const Assignment &assignment : attributes)
    if (Attribute attribute =
            convert(layer, *name, withAxes(layer, op, assignment)))
      state.attributes.set(assignment.name, attribute);
  if (layer.failed() || !addOperands(layer, *name, state))
    return;

  SmallVector<Type> standIns(resultCount(*name), builder.getNoneType());
  Operation *probe =
      Operation::create(layer.loc(), *name, standIns, state.operands,
                        state.attributes.getDictionary(builder.getContext()),
                        /*properties=*/nullptr);
  llvm::scope_exit destroy([&] { probe->destroy(); });
  if (std::string problem = problemOf(probe); !problem.empty()) {
    layer.error(ErrorCode::InvalidField, field) << op << ": " << problem;
    return;
  }
  if (failed(name->getInterface<InferTypeOpInterface>()->inferReturnTypes(
          builder.getContext(), layer.loc(), probe->getOperands(),
          probe->getAttrDictionary(), probe->getPropertiesStorage(), {},
          state.types))) {
    layer.fail();
    return;
  }
  Operation *created = builder.create(state);
  layer.setResults(llvm::to_vector_of<Value>(created->getResults()));
}
