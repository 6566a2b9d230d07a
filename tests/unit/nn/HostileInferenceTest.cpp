//===- HostileInferenceTest.cpp - Inference withstands whatever a model says
//===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Every op of the round-trip tests is asked again with one operand's type or
// one attribute's value replaced by something hostile. Inference must not
// crash, must explain each refusal by a coded error, and may only accept what
// the evaluator computes without leaving its memory.
//
//===----------------------------------------------------------------------===//

#include "dialects/nn/NN.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/Parser/Parser.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

using namespace mlir;
using namespace mlcc::nn;

static constexpr int64_t hostileIntegers[] = {
    std::numeric_limits<int64_t>::min(),
    -(int64_t(1) << 40),
    -5,
    -1,
    0,
    1,
    2,
    7,
    int64_t(1) << 31,
    int64_t(1) << 40,
    std::numeric_limits<int64_t>::max()};

static const double hostileDoubles[] = {-INFINITY, -1,       0,  1e-300,
                                        1e300,     INFINITY, NAN};

namespace {
class HostileInference : public ::testing::TestWithParam<const char *> {
protected:
  void SetUp() override {
    context.loadDialect<NNDialect, func::FuncDialect>();
    std::string path = std::string(MLCC_LIT_DIR "/") + GetParam() + ".mlir";
    module = parseSourceFile<ModuleOp>(path, &context);
    ASSERT_TRUE(module) << path;
    handler =
        context.getDiagEngine().registerHandler([&](Diagnostic &diagnostic) {
          ++errors;
          EXPECT_TRUE(StringRef(diagnostic.str()).starts_with("MLCC-"))
              << diagnostic.str();
          return success();
        });
  }
  void TearDown() override { context.getDiagEngine().eraseHandler(handler); }

  void ask(Operation *op);
  void evaluate(Operation *op);
  void mutateTypes(Operation *op);
  void mutateAttributes(Operation *op);
  SmallVector<Type> hostileTypes();
  SmallVector<Attribute> hostileValues(Attribute attribute);

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
  DiagnosticEngine::HandlerID handler;
  unsigned errors = 0, questions = 0, evaluations = 0;
};
} // namespace

/// Asks for the types of the op's results as it now stands.
void HostileInference::ask(Operation *op) {
  errors = 0;
  ++questions;
  SmallVector<Type> inferred;
  bool accepted = succeeded(cast<InferTypeOpInterface>(op).inferReturnTypes(
      &context, op->getLoc(), op->getOperands(), op->getRawDictionaryAttrs(),
      op->getPropertiesStorage(), op->getRegions(), inferred));
  EXPECT_EQ(accepted, errors == 0) << op->getName().getStringRef().str();
  if (!accepted)
    return;
  ASSERT_EQ(inferred.size(), op->getNumResults());
  SmallVector<Type> types(op->getResultTypes());
  for (auto [result, type] : llvm::zip_equal(op->getResults(), inferred)) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    ASSERT_TRUE(tensor && tensor.hasStaticShape() &&
                elementFormat(tensor.getElementType()));
    ASSERT_LE(tensorBytes(tensor), maxTensorBytes);
    result.setType(type);
  }
  evaluate(op);
  for (auto [result, type] : llvm::zip_equal(op->getResults(), types))
    result.setType(type);
}

/// Evaluates small ops on hostile numbers.
void HostileInference::evaluate(Operation *op) {
  auto reference = cast<ReferenceOpInterface>(op);
  if (elementsOf(op) > 1e5 || reference.evaluationWork() > 1e6)
    return;
  SmallVector<HostTensor> operands, results;
  for (Type type : op->getOperandTypes()) {
    HostTensor &operand = operands.emplace_back(cast<RankedTensorType>(type));
    for (int64_t i = 0; i < operand.getNumElements(); ++i)
      operand.setInt(i, hostileIntegers[i % std::size(hostileIntegers)]);
  }
  ++evaluations;
  if (failed(reference.evaluate(operands, results))) {
    EXPECT_TRUE(isa<ConstantOp>(op));
    return;
  }
  for (auto [result, tensor] : llvm::zip_equal(op->getResults(), results))
    EXPECT_EQ(result.getType(), tensor.getType());
}

SmallVector<Type> HostileInference::hostileTypes() {
  Builder builder(&context);
  SmallVector<Type> types = {builder.getNoneType(), builder.getIndexType(),
                             builder.getF32Type(),
                             VectorType::get({4}, builder.getF32Type()),
                             UnrankedTensorType::get(builder.getF32Type())};
  int64_t dynamic = ShapedType::kDynamic;
  int64_t huge = std::numeric_limits<int64_t>::max();
  for (Type element :
       {Type(builder.getF32Type()), Type(builder.getBF16Type()),
        Type(builder.getI1Type()), Type(builder.getI64Type()),
        Type(builder.getIntegerType(8, false)), Type(builder.getI4Type()),
        Type(builder.getIndexType()), Type(builder.getF80Type()),
        Type(ComplexType::get(builder.getF32Type()))})
    for (SmallVector<int64_t> shape :
         std::initializer_list<SmallVector<int64_t>>{
             {},
             {0},
             {1},
             {3},
             {2, 3},
             {3, 2},
             {dynamic, 3},
             {huge},
             {huge, 0},
             {0, huge},
             {int64_t(1) << 32, int64_t(1) << 32},
             {1, 2, 8},
             {1, 0, 8},
             {4, 2, 3},
             {1, 1, 1, 1},
             {2, 3, 4, 5, 6, 7}})
      types.push_back(RankedTensorType::get(shape, element));
  return types;
}

void HostileInference::mutateTypes(Operation *op) {
  for (Value operand : op->getOperands()) {
    Type type = operand.getType();
    for (Type hostile : hostileTypes()) {
      operand.setType(hostile);
      ask(op);
    }
    operand.setType(type);
  }
}

/// Values of the same kind of attribute.
SmallVector<Attribute> HostileInference::hostileValues(Attribute attribute) {
  Builder builder(&context);
  SmallVector<Attribute> values;
  if (auto flag = dyn_cast<BoolAttr>(attribute)) {
    values.push_back(builder.getBoolAttr(!flag.getValue()));
  } else if (isa<IntegerAttr>(attribute)) {
    for (int64_t value : hostileIntegers)
      values.push_back(builder.getI64IntegerAttr(value));
  } else if (isa<FloatAttr>(attribute)) {
    for (double value : hostileDoubles)
      values.push_back(builder.getF64FloatAttr(value));
  } else if (auto array = dyn_cast<DenseI64ArrayAttr>(attribute)) {
    values.push_back(builder.getDenseI64ArrayAttr({}));
    SmallVector<int64_t> longer(array.asArrayRef());
    longer.push_back(1);
    values.push_back(builder.getDenseI64ArrayAttr(longer));
    for (size_t i = 0; i < array.asArrayRef().size(); ++i)
      for (int64_t value : hostileIntegers) {
        SmallVector<int64_t> changed(array.asArrayRef());
        changed[i] = value;
        values.push_back(builder.getDenseI64ArrayAttr(changed));
      }
  } else if (auto array = dyn_cast<DenseF64ArrayAttr>(attribute)) {
    values.push_back(builder.getDenseF64ArrayAttr({}));
    for (size_t i = 0; i < array.asArrayRef().size(); ++i)
      for (double value : hostileDoubles) {
        SmallVector<double> changed(array.asArrayRef());
        changed[i] = value;
        values.push_back(builder.getDenseF64ArrayAttr(changed));
      }
  } else if (isa<TypeAttr>(attribute)) {
    for (Type type : {Type(builder.getNoneType()), Type(builder.getI1Type()),
                      Type(builder.getF80Type()), Type(builder.getI64Type())})
      values.push_back(TypeAttr::get(type));
  } else if (isa<ArrayAttr>(attribute)) {
    values.push_back(builder.getArrayAttr({}));
    values.push_back(builder.getArrayAttr({builder.getUnitAttr()}));
    values.push_back(builder.getStrArrayAttr({"sine", "tanh", "tanh"}));
  }
  return values;
}

void HostileInference::mutateAttributes(Operation *op) {
  for (NamedAttribute attribute : op->getAttrs()) {
    // How operands are distributed is not the model's to say.
    if (attribute.getName() == "operandSegmentSizes")
      continue;
    for (Attribute value : hostileValues(attribute.getValue())) {
      op->setAttr(attribute.getName(), value);
      ask(op);
    }
    op->setAttr(attribute.getName(), attribute.getValue());
  }
}

TEST_P(HostileInference, NeitherCrashesNorAcceptsWhatCannotBe) {
  module->walk([&](ReferenceOpInterface op) {
    ask(op);
    EXPECT_EQ(errors, 0u) << op->getName().getStringRef().str();
    mutateTypes(op);
    mutateAttributes(op);
  });
  EXPECT_GT(questions, 1000u);
  EXPECT_GT(evaluations, 100u);
}

INSTANTIATE_TEST_SUITE_P(
    RoundTrip, HostileInference,
    ::testing::Values("round-trip-elementwise", "round-trip-layers",
                      "round-trip-shape", "round-trip-gradient"),
    [](const auto &info) {
      return StringRef(info.param).drop_front(sizeof("round-trip-") - 1).str();
    });
