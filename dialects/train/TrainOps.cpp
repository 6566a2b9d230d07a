//===- TrainOps.cpp - What a train.step may say ---------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/train/Problems.h"
#include "dialects/train/Train.h"

#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/Support/GlobPattern.h"

using namespace mlir;
using namespace mlcc;
using namespace mlcc::train;

Groups::Groups(StepOp step) {
  if (!step.getGroups())
    return;
  for (auto group : step.getGroups()->getAsRange<GroupAttr>()) {
    StringRef text = group.getPattern().getValue();
    if (text.find_first_of("*?[\\{") == StringRef::npos)
      names.try_emplace(text, groups.size());
    else if (auto pattern = llvm::GlobPattern::create(text))
      patterns.push_back({std::move(*pattern), groups.size()});
    else // The step's verifier has refused it.
      llvm::consumeError(pattern.takeError());
    groups.push_back(group);
  }
}

GroupAttr Groups::find(StringRef parameter) const {
  size_t found = groups.size();
  if (auto name = names.find(parameter); name != names.end())
    found = name->second;
  for (const auto &[pattern, index] : patterns)
    if (index < found && pattern.match(parameter))
      found = index;
  return found < groups.size() ? groups[found] : GroupAttr();
}

static std::string problemOf(GroupAttr group) {
  auto pattern = llvm::GlobPattern::create(group.getPattern().getValue());
  if (!pattern)
    return llvm::toString(pattern.takeError());
  FloatAttr decay = group.getWeightDecay();
  return firstOf(
      {notNegative("rate", group.getRate()), notNegative("l1", group.getL1()),
       notNegative("l2", group.getL2()),
       decay ? notNegative("weight_decay", decay.getValueAsDouble()) : ""});
}

/// Verifies that an attribute has the interface and no problem with it.
template <typename Interface>
static LogicalResult verifyRule(StepOp op, StringRef name, Attribute rule) {
  auto interface = dyn_cast<Interface>(rule);
  if (!interface)
    return emitError(op.getLoc(), ErrorCode::InvalidTraining)
           << name << ": " << rule << " is not a rule of this kind";
  std::string problem = interface.problem();
  if (problem.empty())
    return success();
  return emitError(op.getLoc(), ErrorCode::InvalidTraining)
         << name << ": " << problem;
}

LogicalResult StepOp::verify() {
  auto fail = [&](const Twine &message) {
    return mlcc::emitError(getLoc(), ErrorCode::InvalidTraining) << message;
  };
  if (getObjectives().empty())
    return fail("minimize: at least one result must be named");
  for (Attribute attribute : getObjectives()) {
    auto objective = dyn_cast<ObjectiveAttr>(attribute);
    if (!objective)
      return fail("minimize: an objective is #train.objective<\"result\">");
    if (std::string problem = finite("weight", objective.getWeight());
        !problem.empty())
      return fail("minimize: " + problem);
  }
  if (std::optional<ArrayAttr> groups = getGroups())
    for (Attribute attribute : *groups) {
      auto group = dyn_cast<GroupAttr>(attribute);
      if (!group)
        return fail("groups: a group is #train.group<pattern = \"...\">");
      if (std::string problem = problemOf(group); !problem.empty())
        return fail("group " + group.getPattern().getValue() + ": " + problem);
    }
  if (failed(verifyRule<OptimizerAttrInterface>(*this, "optimizer",
                                                getOptimizer())) ||
      (getScheduleAttr() && failed(verifyRule<ScheduleAttrInterface>(
                                *this, "schedule", getScheduleAttr()))) ||
      (getClipAttr() &&
       failed(verifyRule<ClipAttrInterface>(*this, "clip", getClipAttr()))))
    return failure();
  return success();
}

LogicalResult StepOp::verifySymbolUses(SymbolTableCollection &symbols) {
  if (symbols.lookupNearestSymbolFrom<FunctionOpInterface>(*this,
                                                           getLossAttr()))
    return success();
  return mlcc::emitError(getLoc(), ErrorCode::InvalidTraining)
         << "there is no function '" << getLoss() << "'";
}
