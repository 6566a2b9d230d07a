//===- Training.cpp - Training of descriptions as train.step --------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// Optimizers, schedules and bounds have the names and fields of the train
// dialect's attributes, so that one function makes the attribute of any of
// them: it writes the attribute as text and parses it.
//
//===----------------------------------------------------------------------===//

#include "frontends/mlc/Training.h"

#include "dialects/train/RuleText.h"
#include "dialects/train/Train.h"

using namespace mlir;
using namespace mlcc;
using namespace mlcc::mlc_frontend;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

StringRef mlcc::mlc_frontend::trainingName(const v1::Training &training) {
  return training.name().empty() ? "train_step" : StringRef(training.name());
}
StringRef mlcc::mlc_frontend::trainedFunction(const v1::Training &training) {
  return training.function().empty() ? "loss" : StringRef(training.function());
}

//===----------------------------------------------------------------------===//
// Which functions differ
//===----------------------------------------------------------------------===//

static bool saysDropout(const v1::Node &node, double dropout) {
  return dropout != 0 || llvm::any_of(node.with(), [](const std::string &text) {
           return StringRef(text).ltrim().starts_with("dropout");
         });
}

static bool anyDiffers(const BodyImporter::Nodes &nodes,
                       const ModelState &model, llvm::StringSet<> &visited) {
  auto blockDiffers = [&](const std::string &name) {
    const v1::Block *block = model.blocks.lookup(name);
    return block && visited.insert(name).second &&
           anyDiffers(block->node(), model, visited);
  };
  return llvm::any_of(nodes, [&](const v1::Node &node) {
    switch (node.kind_case()) {
    case v1::Node::kBatchNorm:
    case v1::Node::kDropout:
      return true;
    case v1::Node::kAttention:
      return saysDropout(node, node.attention().dropout());
    case v1::Node::kRnn:
      return saysDropout(node, node.rnn().dropout());
    case v1::Node::kLstm:
      return saysDropout(node, node.lstm().dropout());
    case v1::Node::kGru:
      return saysDropout(node, node.gru().dropout());
    case v1::Node::kCall:
      return blockDiffers(node.call().block());
    case v1::Node::kScan:
      return blockDiffers(node.scan().block());
    case v1::Node::kWhile:
      return blockDiffers(node.while_().block());
    default:
      return false;
    }
  });
}

bool mlcc::mlc_frontend::differsInTraining(const v1::Function &function,
                                           const ModelState &model) {
  llvm::StringSet<> visited;
  return anyDiffers(function.node(), model, visited);
}

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

/// The kind that is chosen in the message's oneof; null if none is.
static const FieldDescriptor *chosen(const Message &message) {
  return message.GetReflection()->GetOneofFieldDescriptor(
      message, message.GetDescriptor()->FindOneofByName("kind"));
}

static std::string ruleText(const Message &rule);

static std::string fieldText(const Message &message,
                             const FieldDescriptor *field) {
  const auto *reflection = message.GetReflection();
  switch (field->cpp_type()) {
  case FieldDescriptor::CPPTYPE_DOUBLE:
    return train::numberText(reflection->GetDouble(message, field));
  case FieldDescriptor::CPPTYPE_INT64:
    return std::to_string(reflection->GetInt64(message, field));
  case FieldDescriptor::CPPTYPE_BOOL:
    return reflection->GetBool(message, field) ? "true" : "false";
  case FieldDescriptor::CPPTYPE_ENUM:
    return StringRef(reflection->GetEnum(message, field)->name()).lower();
  default:
    return ruleText(reflection->GetMessage(message, field));
  }
}

/// "#train.adam<lr = 0.001, beta1 = 0.9>" of a message with a oneof of rules.
static std::string ruleText(const Message &rule) {
  const FieldDescriptor *kind = chosen(rule);
  if (!kind)
    return "#train.constant";
  const Message &fields = rule.GetReflection()->GetMessage(rule, kind);
  std::string text = "#train." + kind->name() + "<";
  StringRef separator;
  for (int index = 0; index < fields.GetDescriptor()->field_count(); ++index) {
    const FieldDescriptor *field = fields.GetDescriptor()->field(index);
    // Fields without presence have the attribute's default where they are 0,
    // but numbers that must be given have no default.
    bool isGiven = fields.GetReflection()->HasField(fields, field) ||
                   (!field->has_presence() &&
                    field->cpp_type() == FieldDescriptor::CPPTYPE_INT64);
    if (!isGiven)
      continue;
    text +=
        (separator + field->name() + " = " + fieldText(fields, field)).str();
    separator = ", ";
  }
  return text + ">";
}

/// The attribute of a rule; null after an error.
static Attribute makeRule(const Description &description,
                          const v1::Training &training, StringRef field,
                          const Message &rule) {
  std::string text = ruleText(rule);
  std::string problem;
  Attribute attribute =
      train::parseRule(description.getContext(), text, problem);
  if (!attribute)
    emitError(description.locate(training, field), ErrorCode::InvalidTraining)
        << field << ": " << text << ": " << problem;
  return attribute;
}

static Attribute makeGroup(Builder &builder, StringRef pattern, double rate,
                           double l1, double l2, std::optional<double> decay,
                           bool frozen) {
  return train::GroupAttr::get(
      builder.getContext(), builder.getStringAttr(pattern), train::Number(rate),
      train::Number(l1), train::Number(l2),
      decay ? builder.getF64FloatAttr(*decay) : FloatAttr(), frozen);
}

/// The frozen layers' parameters come first, so that they win.
static ArrayAttr makeGroups(Builder &builder, const ModelState &model,
                            const v1::Training &training) {
  SmallVector<Attribute> groups;
  for (const Variable &variable : model.variables)
    if (variable.frozen && variable.role == rt::Role::Parameter)
      groups.push_back(makeGroup(builder, variable.name, 1, 0, 0, {}, true));
  for (const v1::Group &group : training.group())
    groups.push_back(
        makeGroup(builder, group.pattern(), group.has_rate() ? group.rate() : 1,
                  group.l1(), group.l2(),
                  group.has_weight_decay() ? std::optional(group.weight_decay())
                                           : std::nullopt,
                  group.frozen()));
  return groups.empty() ? ArrayAttr() : builder.getArrayAttr(groups);
}

static ArrayAttr makeObjectives(Builder &builder, const v1::Training &training,
                                StringRef firstOutput) {
  SmallVector<Attribute> objectives;
  auto add = [&](StringRef output, double weight) {
    objectives.push_back(train::ObjectiveAttr::get(
        builder.getContext(), builder.getStringAttr(output),
        train::Number(weight)));
  };
  for (const v1::Objective &objective : training.minimize())
    add(objective.output(), objective.has_weight() ? objective.weight() : 1);
  if (objectives.empty())
    add(firstOutput, 1);
  return builder.getArrayAttr(objectives);
}

/// The outputs of a function by name, and the first of them.
static StringRef firstOutputOf(func::FuncOp function) {
  for (unsigned index = 0; index < function.getNumResults(); ++index)
    if (auto name =
            function.getResultAttrOfType<StringAttr>(index, rt::nameAttrName))
      return name.getValue();
  return "";
}

LogicalResult mlcc::mlc_frontend::addTraining(ModuleOp module,
                                              ModelState &model,
                                              const v1::Training &training,
                                              StringRef loss) {
  const Description &description = model.description;
  auto fail = [&](StringRef field, const Twine &message) {
    return mlcc::emitError(description.locate(training, field),
                           ErrorCode::InvalidTraining)
           << message;
  };
  auto function = module.lookupSymbol<func::FuncOp>(loss);
  if (!function)
    return fail("function", "there is no function '" + loss + "'");
  if (!training.has_optimizer() || !chosen(training.optimizer()))
    return fail("optimizer", "an optimizer must be given");
  Attribute optimizer =
      makeRule(description, training, "optimizer", training.optimizer());
  Attribute schedule, clip;
  if (training.has_schedule())
    schedule = makeRule(description, training, "schedule", training.schedule());
  if (training.has_clip() && !chosen(training.clip()))
    return fail("clip", "a clip is clip_value or clip_norm");
  if (training.has_clip())
    clip = makeRule(description, training, "clip", training.clip());
  if (!optimizer || (training.has_schedule() && !schedule) ||
      (training.has_clip() && !clip))
    return failure();

  OpBuilder builder = OpBuilder::atBlockEnd(module.getBody());
  StringRef name = trainingName(training);
  auto step = train::StepOp::create(
      builder,
      NameLoc::get(builder.getStringAttr(name), description.locate(training)),
      name, loss, makeObjectives(builder, training, firstOutputOf(function)),
      optimizer, schedule, clip, makeGroups(builder, model, training));
  return step.verify();
}
