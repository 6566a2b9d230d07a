//===- FormsTest.cpp - The forms that operators had over time -------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Each test imports one operation in the forms of several operator sets and
// expects one nn form. That nn means the right thing is the conformance test's.
//
//===----------------------------------------------------------------------===//

#include "tests/unit/onnx/ModelBuilder.h"

#include "gmock/gmock.h"

using namespace mlir;
using namespace mlcc::onnx_frontend;
using testing::HasSubstr;
using testing::Not;

namespace {

class FormsTest : public testing::Test {
protected:
  /// The body of a model that computes y from x (2x4x6x8) with one node and
  /// some constant inputs.
  std::string form(int64_t opset, onnx::NodeProto operation,
                   const std::vector<onnx::TensorProto> &constants = {}) {
    Model model(opset);
    model.input("x", {"2", "4", "6", "8"}).output("y");
    for (const onnx::TensorProto &tensor : constants)
      model.weight(tensor);
    Imported imported = import(context, model.add(operation));
    EXPECT_EQ(imported.messages, "") << "operator set " << opset;
    return imported.text();
  }
  /// The error of the same.
  std::string refusal(int64_t opset, onnx::NodeProto operation,
                      const std::vector<onnx::TensorProto> &constants = {}) {
    Model model(opset);
    model.input("x", {"2", "4", "6", "8"}).output("y");
    for (const onnx::TensorProto &tensor : constants)
      model.weight(tensor);
    return import(context, model.add(operation)).messages;
  }
  MLIRContext context;
};

TEST_F(FormsTest, ClipByAttributesOrInputs) {
  std::string byAttributes = form(
      6, node("Clip", {"x"}, {"y"}, {number("min", -1), number("max", 6)}));
  std::string byInputs =
      form(13, node("Clip", {"x", "low", "high"}, {"y"}),
           {floatTensor("low", {}, {-1}), floatTensor("high", {}, {6})});
  EXPECT_EQ(byAttributes, byInputs);
  EXPECT_THAT(byInputs,
              HasSubstr("max = 6.000000e+00 : f64, min = -1.000000e+00 : f64"));
  EXPECT_THAT(form(13, node("Clip", {"x", "", "high"}, {"y"}),
                   {floatTensor("high", {}, {6})}),
              Not(HasSubstr("min")));
}

TEST_F(FormsTest, ClipByBoundsKnownAtRunTime) {
  std::string text = form(13, node("Clip", {"x", "x"}, {"y"}));
  EXPECT_THAT(text, HasSubstr("nn.max"));
}

TEST_F(FormsTest, PadByAttributesOrInputs) {
  Integers pads = {0, 0, 1, 2, 0, 0, 3, 4};
  std::string byAttributes =
      form(2, node("Pad", {"x"}, {"y"}, {integers("pads", pads)}));
  EXPECT_THAT(byAttributes, HasSubstr("tensor<2x4x10x14xf32>"));
  EXPECT_EQ(byAttributes,
            form(1, node("Pad", {"x"}, {"y"}, {integers("paddings", pads)})));
  EXPECT_EQ(byAttributes, form(13, node("Pad", {"x", "p"}, {"y"}),
                               {integerTensor("p", pads)}));
  EXPECT_EQ(byAttributes, form(18, node("Pad", {"x", "p", "", "axes"}, {"y"}),
                               {integerTensor("p", {1, 2, 3, 4}),
                                integerTensor("axes", {2, -1})}));
}

TEST_F(FormsTest, SliceByAttributesOrInputs) {
  std::string byAttributes =
      form(1, node("Slice", {"x"}, {"y"},
                   {integers("starts", {1, -3}), integers("ends", {100, -1}),
                    integers("axes", {1, 3})}));
  EXPECT_THAT(byAttributes, HasSubstr("tensor<2x3x6x2xf32>"));
  EXPECT_EQ(byAttributes,
            form(10, node("Slice", {"x", "s", "e", "a"}, {"y"}),
                 {integerTensor("s", {1, -3}), integerTensor("e", {100, -1}),
                  integerTensor("a", {1, 3})}));
}

TEST_F(FormsTest, SliceBackwards) {
  std::string text =
      form(13, node("Slice", {"x", "s", "e", "a", "t"}, {"y"}),
           {integerTensor("s", {-1}), integerTensor("e", {INT64_MIN}),
            integerTensor("a", {3}), integerTensor("t", {-3})});
  EXPECT_THAT(text, HasSubstr("sizes = array<i64: 2, 4, 6, 3>"));
  EXPECT_THAT(text, HasSubstr("starts = array<i64: 0, 0, 0, 7>"));
}

TEST_F(FormsTest, ReductionsByAttributesOrInputs) {
  std::string byAttributes =
      form(11, node("ReduceMean", {"x"}, {"y"},
                    {integers("axes", {2, -1}), integer("keepdims", 0)}));
  EXPECT_EQ(
      byAttributes,
      form(18, node("ReduceMean", {"x", "a"}, {"y"}, {integer("keepdims", 0)}),
           {integerTensor("a", {2, -1})}));
  EXPECT_THAT(form(18, node("ReduceMean", {"x"}, {"y"})),
              HasSubstr("tensor<1x1x1x1xf32>"));
  EXPECT_THAT(form(18, node("ReduceMean", {"x"}, {"y"},
                            {integer("noop_with_empty_axes", 1)})),
              HasSubstr("-> (tensor<2x4x6x8xf32>"));
}

TEST_F(FormsTest, SqueezeAndUnsqueezeByAttributesOrInputs) {
  EXPECT_EQ(
      form(11, node("Unsqueeze", {"x"}, {"y"}, {integers("axes", {0, -1})})),
      form(13, node("Unsqueeze", {"x", "a"}, {"y"}),
           {integerTensor("a", {0, -1})}));
  EXPECT_THAT(refusal(13, node("Squeeze", {"x", "a"}, {"y"}),
                      {integerTensor("a", {1})}),
              HasSubstr("MLCC-2001"));
}

TEST_F(FormsTest, SplitByAttributeInputOrCount) {
  std::string byAttribute =
      form(11, node("Split", {"x"}, {"y", "z"},
                    {integer("axis", 1), integers("split", {2, 2})}));
  EXPECT_EQ(byAttribute,
            form(13,
                 node("Split", {"x", "s"}, {"y", "z"}, {integer("axis", 1)}),
                 {integerTensor("s", {2, 2})}));
  EXPECT_EQ(byAttribute,
            form(13, node("Split", {"x"}, {"y", "z"}, {integer("axis", 1)})));
  // Three parts of an extent of 4: 2, 2, 0.
  EXPECT_EQ(byAttribute,
            form(18, node("Split", {"x"}, {"y", "z", "none"},
                          {integer("axis", 1), integer("num_outputs", 3)})));
  EXPECT_THAT(
      refusal(13, node("Split", {"x"}, {"y", "z", "w"}, {integer("axis", 1)})),
      HasSubstr("MLCC-2001"));
}

TEST_F(FormsTest, ReshapeKeepsInfersAndMayBeZero) {
  EXPECT_THAT(form(13, node("Reshape", {"x", "s"}, {"y"}),
                   {integerTensor("s", {0, -1, 8})}),
              HasSubstr("tensor<2x24x8xf32>"));
  EXPECT_EQ(
      form(1, node("Reshape", {"x"}, {"y"}, {integers("shape", {0, -1, 8})})),
      form(13, node("Reshape", {"x", "s"}, {"y"}),
           {integerTensor("s", {0, -1, 8})}));
  EXPECT_THAT(
      refusal(14, node("Reshape", {"x", "s"}, {"y"}, {integer("allowzero", 1)}),
              {integerTensor("s", {0, -1, 8})}),
      HasSubstr("MLCC-2001"));
}

TEST_F(FormsTest, SoftmaxJoinedTrailingDimensionsOnce) {
  std::string joined =
      form(11, node("Softmax", {"x"}, {"y"}, {integer("axis", 2)}));
  EXPECT_THAT(joined, HasSubstr("tensor<8x48xf32>"));
  std::string single =
      form(13, node("Softmax", {"x"}, {"y"}, {integer("axis", 2)}));
  EXPECT_THAT(single, HasSubstr("nn.softmax %arg0 {axis = 2"));
  // Along the last dimension both are the same.
  EXPECT_EQ(form(11, node("Softmax", {"x"}, {"y"}, {integer("axis", 3)})),
            form(13, node("Softmax", {"x"}, {"y"})));
}

TEST_F(FormsTest, UpsampleIsResize) {
  Floats scales = {1, 1, 2, 2};
  std::string upsample =
      form(7, node("Upsample", {"x"}, {"y"}, {floats("scales", scales)}));
  EXPECT_THAT(upsample, HasSubstr("tensor<2x4x12x16xf32>"));
  EXPECT_EQ(upsample, form(9, node("Upsample", {"x", "s"}, {"y"}),
                           {floatTensor("s", {4}, scales)}));
  EXPECT_EQ(upsample, form(10, node("Resize", {"x", "s"}, {"y"}),
                           {floatTensor("s", {4}, scales)}));
  EXPECT_EQ(upsample,
            form(13,
                 node("Resize", {"x", "", "s"}, {"y"},
                      {text("coordinate_transformation_mode", "asymmetric"),
                       text("nearest_mode", "floor")}),
                 {floatTensor("s", {4}, scales)}));
  EXPECT_EQ(
      upsample,
      form(18,
           node("Resize", {"x", "", "", "n"}, {"y"},
                {text("coordinate_transformation_mode", "asymmetric"),
                 text("nearest_mode", "floor"), integers("axes", {2, 3})}),
           {integerTensor("n", {12, 16})}));
}

TEST_F(FormsTest, ResizeKeepsTheAspectRatio) {
  auto resize = [](const char *policy) {
    return node(
        "Resize", {"x", "", "", "n"}, {"y"},
        {text("keep_aspect_ratio_policy", policy), integers("axes", {2, 3})});
  };
  EXPECT_THAT(form(18, resize("not_larger"), {integerTensor("n", {12, 12})}),
              HasSubstr("tensor<2x4x9x12xf32>"));
  EXPECT_THAT(form(18, resize("not_smaller"), {integerTensor("n", {12, 12})}),
              HasSubstr("tensor<2x4x12x16xf32>"));
}

TEST_F(FormsTest, DropoutIsTheIdentityAtInference) {
  std::string text = form(13, node("Dropout", {"x", "ratio"}, {"y"}),
                          {floatTensor("ratio", {}, {0.5})});
  EXPECT_THAT(text, HasSubstr("return %arg0"));
  onnx::TensorProto training = floatTensor("t", {}, {});
  training.set_data_type(onnx::TensorProto::BOOL);
  training.add_int32_data(1);
  EXPECT_THAT(refusal(13, node("Dropout", {"x", "ratio", "t"}, {"y"}),
                      {floatTensor("ratio", {}, {0.5}), training}),
              HasSubstr("MLCC-2003"));
}

TEST_F(FormsTest, AddAlongAnAxisInTheFirstVersions) {
  onnx::TensorProto bias = floatTensor("b", {4}, {1, 2, 3, 4});
  std::string aligned =
      form(6,
           node("Add", {"x", "b"}, {"y"},
                {integer("broadcast", 1), integer("axis", 1)}),
           {bias});
  EXPECT_THAT(aligned, HasSubstr("tensor<4x1x1xf32>"));
  EXPECT_THAT(refusal(7, node("Add", {"x", "b"}, {"y"}), {bias}),
              HasSubstr("MLCC-2001"));
}

TEST_F(FormsTest, AutoPadBecomesPads) {
  onnx::TensorProto weights = floatTensor("w", {1, 4, 3, 4}, Floats(48, 1));
  auto conv = [](const char *autoPad) {
    return node("Conv", {"x", "w"}, {"y"},
                {text("auto_pad", autoPad), integers("strides", {2, 2})});
  };
  std::string upper = form(11, conv("SAME_UPPER"), {weights});
  EXPECT_THAT(
      upper,
      HasSubstr("pads_begin = array<i64: 0, 1>, pads_end = array<i64: 1, 1>"));
  EXPECT_THAT(
      form(11, conv("SAME_LOWER"), {weights}),
      HasSubstr("pads_begin = array<i64: 1, 1>, pads_end = array<i64: 0, 1>"));
  EXPECT_THAT(form(11, conv("VALID"), {weights}),
              HasSubstr("-> tensor<2x1x2x3xf32>"));
}

TEST_F(FormsTest, GroupNormalizationByGroupsOrChannels) {
  auto norm = node("GroupNormalization", {"x", "s", "b"}, {"y"},
                   {integer("num_groups", 2)});
  std::string byChannels = form(21, norm,
                                {floatTensor("s", {4}, {1, 1, 3, 3}),
                                 floatTensor("b", {4}, {5, 5, 7, 7})});
  std::string byGroups = form(
      18, norm, {floatTensor("s", {2}, {1, 3}), floatTensor("b", {2}, {5, 7})});
  EXPECT_EQ(byChannels, byGroups);
}

TEST_F(FormsTest, NewerOperatorSetsWorkWhereTheFormIsKnown) {
  Model model(30);
  model.input("x", {"2"}).output("y").add(node("Relu", {"x"}, {"y"}));
  Imported imported = import(context, model);
  EXPECT_TRUE(imported.module);
  EXPECT_THAT(imported.messages, HasSubstr("newer"));
  EXPECT_THAT(refusal(26, node("Relu", {"x"}, {"y"}, {number("slope", 1)})),
              HasSubstr("MLCC-1011"));
}

TEST_F(FormsTest, OlderOperatorSetsNeedAKnownForm) {
  EXPECT_THAT(refusal(5, node("Relu", {"x"}, {"y"})), HasSubstr("MLCC-1004"));
  EXPECT_THAT(refusal(17, node("Mish", {"x"}, {"y"})),
              HasSubstr("from operator set 18 on"));
}

TEST_F(FormsTest, RecurrentLayersWithTheBatchFirst) {
  auto layer = [&](int64_t layout, const Names &shape) {
    Model model(14);
    model.input("x", shape).output("y").output("last");
    model.weight(floatTensor("w", {1, 20, 3}, Floats(60, 1)));
    model.weight(floatTensor("r", {1, 20, 5}, Floats(100, 1)));
    model.add(node("LSTM", {"x", "w", "r"}, {"y", "last"},
                   {integer("layout", layout), integer("hidden_size", 5)}));
    Imported imported = import(context, model);
    EXPECT_EQ(imported.messages, "");
    return imported.text();
  };
  EXPECT_THAT(
      layer(0, {"7", "2", "3"}),
      HasSubstr("(tensor<7x1x2x5xf32> {rt.name = \"y\"}, tensor<1x2x5xf32>"));
  EXPECT_THAT(
      layer(1, {"2", "7", "3"}),
      HasSubstr("(tensor<2x7x1x5xf32> {rt.name = \"y\"}, tensor<2x1x5xf32>"));
}

TEST_F(FormsTest, ConstantsOfAllKinds) {
  auto typeOf = [&](std::initializer_list<onnx::AttributeProto> attributes) {
    Model model(13);
    model.output("y").add(node("Constant", {}, {"y"}, attributes));
    return import(context, model).text();
  };
  EXPECT_THAT(typeOf({integer("value_int", 3)}),
              HasSubstr("nn.constant dense<3> : tensor<i64>"));
  EXPECT_THAT(typeOf({integers("value_ints", {3, 4})}),
              HasSubstr("dense<[3, 4]> : tensor<2xi64>"));
  EXPECT_THAT(typeOf({number("value_float", 0.5)}), HasSubstr("tensor<f32>"));
  EXPECT_THAT(typeOf({floats("value_floats", {1, 2, 3})}),
              HasSubstr("tensor<3xf32>"));
  EXPECT_THAT(typeOf({tensor("value", floatTensor("", {1, 2}, {1, 2}))}),
              HasSubstr("tensor<1x2xf32>"));
  Model sparse(13);
  onnx::AttributeProto value;
  value.set_name("sparse_value");
  value.mutable_sparse_tensor();
  sparse.output("y").add(node("Constant", {}, {"y"}, {value}));
  EXPECT_THAT(import(context, sparse).messages, HasSubstr("MLCC-1011"));
}

} // namespace
