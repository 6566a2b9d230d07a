//===- DocumentTest.cpp - docs/mlc.md lists what there is -----------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/nn/Losses.h"
#include "frontends/mlc/mlc.pb.h"
#include "tests/unit/mlc/ModelRunner.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include <gmock/gmock.h>

using google::protobuf::Descriptor;
using testing::HasSubstr;

namespace {

std::string document() {
  auto buffer = llvm::MemoryBuffer::getFile(std::string(MLCC_SOURCE_DIR) +
                                            "/docs/mlc.md");
  EXPECT_TRUE(bool(buffer));
  return buffer ? (*buffer)->getBuffer().str() : "";
}

std::string upper(llvm::StringRef name) { return name.upper(); }

/// The row of a loss or metric in the document's table.
std::string rowOf(const mlcc::nn::LossInfo &info) {
  std::string row = "| `" + upper(info.name) + "` | ";
  llvm::ListSeparator separator;
  for (llvm::StringRef operand : info.operands) {
    row += llvm::StringRef(separator).str();
    row += operand.str();
  }
  std::string formula = info.formula.str();
  for (size_t at = 0; (at = formula.find('|', at)) != std::string::npos;
       at += 2)
    formula.insert(at, "\\");
  return row + " | " + formula + " |";
}

TEST(Document, HasEveryLossAndMetricWithItsFormula) {
  std::string text = document();
  for (const mlcc::nn::LossInfo &info : mlcc::nn::allLosses())
    EXPECT_THAT(text, HasSubstr(rowOf(info)));
  for (const mlcc::nn::LossInfo &info : mlcc::nn::allMetrics())
    EXPECT_THAT(text, HasSubstr(rowOf(info)));
}

TEST(Document, KindsOfTheFormatAreThoseOfTheTables) {
  auto check = [](const google::protobuf::EnumDescriptor *kinds,
                  llvm::ArrayRef<mlcc::nn::LossInfo> infos) {
    EXPECT_EQ(kinds->value_count() - 1, int(infos.size()))
        << kinds->full_name();
    for (const mlcc::nn::LossInfo &info : infos)
      EXPECT_TRUE(kinds->FindValueByName(upper(info.name))) << info.name.str();
  };
  check(mlcc::v1::Loss::Kind_descriptor(), mlcc::nn::allLosses());
  check(mlcc::v1::Metric::Kind_descriptor(), mlcc::nn::allMetrics());
}

/// All fields of a oneof stand in the document as `name`.
void checkKinds(const Descriptor *message) {
  std::string text = document();
  const auto *kinds = message->FindOneofByName("kind");
  for (int index = 0; index < kinds->field_count(); ++index)
    EXPECT_THAT(text, HasSubstr("`" + kinds->field(index)->name() + "`"));
}

TEST(Document, HasEveryLayerOptimizerAndSchedule) {
  checkKinds(mlcc::v1::Node::descriptor());
  checkKinds(mlcc::v1::Optimizer::descriptor());
  checkKinds(mlcc::v1::Schedule::descriptor());
  checkKinds(mlcc::v1::Clip::descriptor());
  std::string text = document();
  const auto *kinds = mlcc::v1::Initializer::Kind_descriptor();
  for (int index = 0; index < kinds->value_count(); ++index)
    EXPECT_THAT(text, HasSubstr("`" + kinds->value(index)->name() + "`"));
}

/// A description with every optimizer, schedule and clip, and every field of
/// theirs that is a number or a choice: the names must be those of the train
/// dialect.
TEST(Document, FieldsOfTrainingAreThoseOfTheTrainDialect) {
  auto message = [](const google::protobuf::FieldDescriptor *kind) {
    std::string text = kind->name() + " { ";
    const Descriptor *fields = kind->message_type();
    for (int index = 0; index < fields->field_count(); ++index) {
      const auto *field = fields->field(index);
      using Field = google::protobuf::FieldDescriptor;
      std::string value = field->cpp_type() == Field::CPPTYPE_DOUBLE  ? "0.5"
                          : field->cpp_type() == Field::CPPTYPE_INT64 ? "3"
                          : field->cpp_type() == Field::CPPTYPE_BOOL  ? "true"
                          : field->cpp_type() == Field::CPPTYPE_ENUM
                              ? "TEXTBOOK"
                              : "{ exponential { factor: 0.25 } }";
      text += field->name() + (value[0] == '{' ? " " : ": ") + value + " ";
    }
    return text + "}";
  };
  auto model = [](const std::string &training) {
    return problemsOf(
        "version: 1 function { name: 'loss' input { name: 'x' shape: '2, 3' } "
        "node { name: 'd' dense { units: 1 } } node { name: 'l' op: "
        "'reduce_sum' "
        "with: 'axes = 0, 1' with: 'keepdims = false' } } training { " +
        training + " }");
  };
  const auto *optimizers =
      mlcc::v1::Optimizer::descriptor()->FindOneofByName("kind");
  for (int index = 0; index < optimizers->field_count(); ++index)
    EXPECT_EQ(model("optimizer { " + message(optimizers->field(index)) + " }"),
              "imported");
  const auto *schedules =
      mlcc::v1::Schedule::descriptor()->FindOneofByName("kind");
  for (int index = 0; index < schedules->field_count(); ++index)
    EXPECT_EQ(model("optimizer { sgd {} } schedule { " +
                    message(schedules->field(index)) + " }"),
              "imported");
  const auto *clips = mlcc::v1::Clip::descriptor()->FindOneofByName("kind");
  for (int index = 0; index < clips->field_count(); ++index)
    EXPECT_EQ(model("optimizer { sgd {} } clip { " +
                    message(clips->field(index)) + " }"),
              "imported");
}

TEST(Document, HasEveryFieldOfLayers) {
  std::string text = document();
  const auto *kinds = mlcc::v1::Node::descriptor()->FindOneofByName("kind");
  for (int kind = 0; kind < kinds->field_count(); ++kind) {
    const Descriptor *layer = kinds->field(kind)->message_type();
    for (int index = 0; layer && index < layer->field_count(); ++index)
      EXPECT_THAT(text, HasSubstr("`" + layer->field(index)->name() + "`"))
          << layer->full_name();
  }
}

// What is shown as code is right: whole models, and pieces with functions.
TEST(Document, PiecesOfCodeCanBeImported) {
  llvm::SmallVector<llvm::StringRef> parts;
  std::string text = document();
  llvm::StringRef(text).split(parts, "\n```\n");
  int count = 0;
  for (size_t index = 1; index < parts.size(); index += 2) {
    llvm::StringRef code = parts[index];
    if (!code.contains("function {") || code.contains("..."))
      continue;
    std::string model = code.starts_with("version:") ? "" : "version: 1\n";
    EXPECT_TRUE(ModelRunner(model + code.str()).isValid()) << code.str();
    ++count;
  }
  EXPECT_GE(count, 9);
}

} // namespace
