//===- TextbookTest.cpp - Descriptions give the numbers of textbooks ------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tests/unit/mlc/ModelRunner.h"
#include "tests/unit/textbook/Table.h"

#include "llvm/Support/MemoryBuffer.h"
#include "gtest/gtest.h"

#include <cmath>
#include <filesystem>
#include <memory>

using namespace textbook;

namespace textbook {
/// What GoogleTest calls a paragraph that fails.
static void PrintTo(const Paragraph &paragraph, std::ostream *stream) {
  *stream << paragraph.title;
}
} // namespace textbook

namespace {

std::string pathOf(const std::string &topic, const char *ending) {
  return std::string(MLCC_TEST_SOURCE_DIR) + "/" + topic + ending;
}

std::string descriptionOf(const std::string &topic) {
  auto file = llvm::MemoryBuffer::getFile(pathOf(topic, ".mlc.textproto"));
  return file ? (*file)->getBuffer().str() : "";
}

/// The paragraphs of all tables in this folder.
std::vector<Paragraph> allParagraphs() {
  std::vector<Paragraph> all;
  for (const auto &file :
       std::filesystem::directory_iterator(MLCC_TEST_SOURCE_DIR))
    if (file.path().extension() == ".table")
      for (Paragraph &paragraph :
           readTable(file.path(), file.path().stem().string()))
        all.push_back(std::move(paragraph));
  return all;
}

/// The description of a topic as it stands, imported once for all paragraphs.
std::shared_ptr<ModelRunner> imported(const std::string &topic) {
  static std::map<std::string, std::shared_ptr<ModelRunner>> runners;
  std::shared_ptr<ModelRunner> &runner = runners[topic];
  if (!runner)
    runner = std::make_shared<ModelRunner>(descriptionOf(topic));
  runner->clearVariables();
  return runner;
}

void expectEntry(const Entry &expected, const Numbers &values) {
  bool fills = expected.values.size() == 1;
  ASSERT_TRUE(fills || values.size() == expected.values.size())
      << expected.name << " has " << values.size() << " elements";
  for (size_t i = 0; i < values.size(); ++i) {
    double wanted = expected.values[fills ? 0 : i];
    EXPECT_LE(std::abs(values[i] - wanted), expected.tolerances[fills ? 0 : i])
        << expected.name << "[" << i << "] is " << values[i] << ", not "
        << wanted;
  }
}

void checkCall(ModelRunner &model, const Row &row) {
  std::map<std::string, Numbers> inputs, outputs;
  for (const Entry &entry : row.given) {
    size_t size = model.inputSize(row.function, entry.name);
    bool fills = entry.values.size() == 1;
    inputs[entry.name] = fills ? Numbers(size, entry.values[0]) : entry.values;
  }
  for (int i = 0; i < row.times; ++i)
    outputs = model.run(row.function, inputs);
  for (const Entry &expected : row.expected) {
    auto output = outputs.find(expected.name);
    expectEntry(expected, output != outputs.end() ? output->second
                                                  : model.get(expected.name));
  }
}

class Textbook : public testing::TestWithParam<Paragraph> {};

} // namespace

TEST_P(Textbook, Gives) {
  std::shared_ptr<ModelRunner> model = imported(GetParam().topic);
  mlcc::mlc_frontend::ImportOptions options = {{}, "f64"};
  for (const Row &row : GetParam().rows) {
    SCOPED_TRACE(GetParam().topic + ".table:" + std::to_string(row.line));
    if (row.kind == Row::Kind::Dimension) {
      for (const Entry &entry : row.given)
        options.dimensions[entry.name] = int64_t(entry.values.at(0));
      model = std::make_shared<ModelRunner>(descriptionOf(GetParam().topic),
                                            options);
    }
    ASSERT_TRUE(model->isValid());
    if (row.kind == Row::Kind::Set)
      for (const Entry &entry : row.given)
        model->set(entry.name, entry.values);
    if (row.kind == Row::Kind::Call)
      checkCall(*model, row);
    if (row.kind == Row::Kind::Shape)
      for (const Entry &expected : row.expected) {
        auto shape = model->outputShape(row.function, expected.name);
        expectEntry(expected, Numbers(shape.begin(), shape.end()));
      }
  }
}

INSTANTIATE_TEST_SUITE_P(All, Textbook, testing::ValuesIn(allParagraphs()),
                         [](const auto &info) {
                           std::string name = info.param.topic + "_";
                           for (char c : info.param.title)
                             if (std::isalnum(static_cast<unsigned char>(c)))
                               name += c;
                             else if (name.back() != '_')
                               name += '_';
                           return name + "_" + std::to_string(info.index);
                         });
