//===- ElementwiseTest.cpp - Element-wise kernels against the reference
//----===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelRunner.h"

#include "llvm/Support/FormatVariadic.h"

using namespace mlcc::test;

namespace {

/// A function `@name` that applies `op` to one tensor type.
std::string unary(llvm::StringRef op, llvm::StringRef type,
                  llvm::StringRef attributes = "",
                  llvm::StringRef resultType = "") {
  static int counter = 0;
  if (resultType.empty())
    resultType = type;
  return llvm::formatv("func.func @f{0}(%x: {1}) -> {2} {{\n"
                       "  %0 = nn.{3} %x {4} : ({1}) -> {2}\n"
                       "  return %0 : {2}\n}\n",
                       counter++, type, resultType, op, attributes);
}

std::string binary(llvm::StringRef op, llvm::StringRef lhs, llvm::StringRef rhs,
                   llvm::StringRef result, llvm::StringRef attributes = "") {
  static int counter = 0;
  return llvm::formatv("func.func @g{0}(%x: {1}, %y: {2}) -> {3} {{\n"
                       "  %0 = nn.{4} %x, %y {5} : ({1}, {2}) -> {3}\n"
                       "  return %0 : {3}\n}\n",
                       counter++, lhs, rhs, result, op, attributes);
}

const char *const smoothFunctions[] = {"exp",
                                       "tanh",
                                       "erf",
                                       "sigmoid",
                                       "softplus",
                                       "softsign",
                                       "mish",
                                       "sin",
                                       "cos",
                                       "atan",
                                       "asinh",
                                       "sinh",
                                       "cosh",
                                       "elu",
                                       "celu",
                                       "selu",
                                       "swish",
                                       "hard_swish",
                                       "gelu",
                                       "floor",
                                       "ceil",
                                       "abs",
                                       "neg",
                                       "sign",
                                       "relu",
                                       "round",
                                       "leaky_relu",
                                       "tan",
                                       "shrink",
                                       "hard_sigmoid",
                                       "thresholded_relu"};

TEST(ElementwiseKernels, UnaryFloat) {
  std::string text;
  for (const char *op : smoothFunctions)
    text += unary(op, "tensor<3x7x45xf32>");
  text += unary("gelu", "tensor<1000xf32>", "{form = #nn<gelu_form tanh>}");
  text += unary("elu", "tensor<1000xf32>", "{alpha = 0.3 : f64}");
  text += unary("celu", "tensor<1000xf32>", "{alpha = 0.3 : f64}");
  text += unary("swish", "tensor<1000xf32>", "{alpha = 1.7 : f64}");
  text += unary("shrink", "tensor<1000xf32>",
                "{bias = 0.1 : f64, lambd = 1.0 : f64}");
  text +=
      unary("clip", "tensor<1000xf32>", "{min = -1.0 : f64, max = 2.0 : f64}");
  EXPECT_TRUE(kernelsAgree(text, {.low = -12, .high = 12}));
}

TEST(ElementwiseKernels, UnaryOnTheirDomains) {
  std::string positive, unit;
  for (const char *op : {"log", "sqrt", "rsqrt", "reciprocal"})
    positive += unary(op, "tensor<3x7x45xf32>");
  for (const char *op : {"asin", "acos", "atanh"})
    unit += unary(op, "tensor<3x7x45xf32>");
  EXPECT_TRUE(kernelsAgree(positive, {.low = 1e-3, .high = 100}));
  EXPECT_TRUE(kernelsAgree(unit, {.low = -0.99, .high = 0.99}));
  EXPECT_TRUE(
      kernelsAgree(unary("acosh", "tensor<99xf32>"), {.low = 1.0, .high = 9}));
}

TEST(ElementwiseKernels, SpecialValues) {
  std::string text;
  for (const char *op :
       {"exp", "log", "tanh", "erf", "sigmoid", "softplus", "relu", "sqrt",
        "leaky_relu", "elu", "hard_sigmoid", "abs", "neg", "sign", "floor",
        "round", "reciprocal", "selu", "thresholded_relu"})
    text += unary(op, "tensor<777xf32>");
  text +=
      unary("clip", "tensor<777xf32>", "{min = -1.0 : f64, max = 2.0 : f64}");
  text += unary("is_nan", "tensor<777xf32>", "", "tensor<777xi1>");
  text += unary("is_inf", "tensor<777xf32>", "", "tensor<777xi1>");
  text += unary("is_inf", "tensor<777xf32>", "{detect_negative = false}",
                "tensor<777xi1>");
  for (const char *op : {"max", "min", "add", "mul", "div", "prelu"})
    text += binary(op, "tensor<777xf32>", "tensor<777xf32>", "tensor<777xf32>");
  for (const char *op : {"equal", "less", "less_equal"})
    text += binary(op, "tensor<777xf32>", "tensor<777xf32>", "tensor<777xi1>");
  EXPECT_TRUE(kernelsAgree(text, {.special = true}));
}

TEST(ElementwiseKernels, ExpAndLogOverTheWholeRange) {
  EXPECT_TRUE(kernelsAgree(unary("exp", "tensor<20000xf32>"),
                           {.tolerance = 3e-7, .low = -105, .high = 88}));
  EXPECT_TRUE(kernelsAgree(unary("log", "tensor<20000xf32>"),
                           {.tolerance = 2e-7, .low = 1e-30, .high = 1e30}));
  EXPECT_TRUE(kernelsAgree(unary("log", "tensor<20000xf32>"),
                           {.tolerance = 2e-7, .low = 0.5, .high = 2}));
}

TEST(ElementwiseKernels, OtherElementTypes) {
  std::string text;
  for (const char *type :
       {"tensor<57xf64>", "tensor<57xf16>", "tensor<57xbf16>"})
    for (const char *op : {"exp", "tanh", "erf", "sigmoid", "relu", "abs",
                           "gelu", "floor", "elu", "softplus"})
      text += unary(op, type);
  EXPECT_TRUE(kernelsAgree(text, {.tolerance = 8e-3}));
  std::string integers;
  for (const char *type : {"tensor<57xi8>", "tensor<57xi32>", "tensor<57xi64>"})
    for (const char *op : {"abs", "neg", "sign", "relu", "not"})
      integers += unary(op, type);
  integers += unary("not", "tensor<57xi1>") + unary("not", "tensor<57xui8>");
  integers += unary("clip", "tensor<57xi32>", "{min = -3, max = 5}");
  EXPECT_TRUE(kernelsAgree(integers, {.low = -100, .high = 100}));
}

TEST(ElementwiseKernels, BinaryWithBroadcast) {
  std::string text;
  for (const char *op : {"add", "sub", "mul", "div", "max", "min", "prelu"}) {
    text += binary(op, "tensor<2x3x5x7xf32>", "tensor<2x3x5x7xf32>",
                   "tensor<2x3x5x7xf32>");
    text += binary(op, "tensor<2x3x5x7xf32>", "tensor<3x1x1xf32>",
                   "tensor<2x3x5x7xf32>");
    text +=
        binary(op, "tensor<2x3x5x7xf32>", "tensor<f32>", "tensor<2x3x5x7xf32>");
    text += binary(op, "tensor<2x3x5x7xf32>", "tensor<2x1x5x1xf32>",
                   "tensor<2x3x5x7xf32>");
  }
  text += binary("add", "tensor<4x1xf32>", "tensor<1x500xf32>",
                 "tensor<4x500xf32>");
  text += binary("sub", "tensor<1x33x1xf32>", "tensor<9x1x50xf32>",
                 "tensor<9x33x50xf32>");
  EXPECT_TRUE(kernelsAgree(text));
}

TEST(ElementwiseKernels, PowersAndRemainders) {
  std::string text;
  text +=
      binary("pow", "tensor<100xf32>", "tensor<100xf32>", "tensor<100xf32>");
  text +=
      binary("pow", "tensor<100xf32>", "tensor<100xi32>", "tensor<100xf32>");
  EXPECT_TRUE(kernelsAgree(text, {.low = 0.1, .high = 5}));
  std::string integers;
  for (const char *type :
       {"tensor<100xi32>", "tensor<100xi64>", "tensor<100xi8>"})
    for (const char *op : {"div", "mod", "max", "min", "and", "or", "xor"})
      integers += binary(op, type, type, type);
  for (const char *type : {"tensor<100xi32>", "tensor<100xf32>"}) {
    integers += binary("mod", type, type, type, "{fmod = true}");
    if (llvm::StringRef(type).contains("f32"))
      integers += binary("mod", type, type, type);
  }
  EXPECT_TRUE(kernelsAgree(integers, {.low = -9, .high = 9}));
  std::string shifts;
  for (const char *type : {"tensor<100xui8>", "tensor<100xui32>"})
    for (const char *op : {"shift_left", "shift_right", "div", "mod", "max"})
      shifts += binary(op, type, type, type);
  shifts +=
      binary("pow", "tensor<100xi32>", "tensor<100xi32>", "tensor<100xi32>");
  EXPECT_TRUE(kernelsAgree(shifts, {.low = 0, .high = 6}));
}

TEST(ElementwiseKernels, IntegerComparisonsAndWhere) {
  std::string text;
  for (const char *type : {"ui8", "i8", "i32", "i64"})
    for (const char *op : {"equal", "less", "less_equal"}) {
      std::string tensor = llvm::formatv("tensor<4x33x{0}>", type);
      text += binary(op, tensor, tensor, "tensor<4x33xi1>");
    }
  text += binary("and", "tensor<65xi1>", "tensor<65xi1>", "tensor<65xi1>");
  text += R"(
    func.func @where(%c: tensor<4x1xi1>, %x: tensor<4x9xf32>, %y: tensor<f32>) -> tensor<4x9xf32> {
      %0 = nn.where %c, %x, %y : (tensor<4x1xi1>, tensor<4x9xf32>, tensor<f32>) -> tensor<4x9xf32>
      return %0 : tensor<4x9xf32>
    })";
  EXPECT_TRUE(kernelsAgree(text, {.low = 0, .high = 4}));
}

TEST(ElementwiseKernels, Casts) {
  std::string text;
  const char *types[] = {"i1",  "i8",  "ui8", "i16", "ui16", "i32",
                         "i64", "f16", "f32", "f64", "bf16"};
  for (const char *from : types)
    for (const char *to : types) {
      std::string source = llvm::formatv("tensor<41x{0}>", from);
      std::string target = llvm::formatv("tensor<41x{0}>", to);
      text +=
          unary("cast", source, llvm::formatv("{{to = {0}}", to).str(), target);
    }
  EXPECT_TRUE(kernelsAgree(text, {.low = 0, .high = 120}));
}

TEST(ElementwiseKernels, FloatToIntegerSaturates) {
  std::string text;
  for (const char *to : {"i8", "ui8", "i16", "i32", "ui32", "i64"})
    text +=
        unary("cast", "tensor<301xf32>", llvm::formatv("{{to = {0}}", to).str(),
              llvm::formatv("tensor<301x{0}>", to).str());
  EXPECT_TRUE(kernelsAgree(text, {.low = -1e10, .high = 1e10}));
  EXPECT_TRUE(kernelsAgree(text, {.low = -200, .high = 300}));
}

TEST(ElementwiseKernels, Quantization) {
  EXPECT_TRUE(kernelsAgree(R"(
    func.func @q(%x: tensor<2x5x33xf32>, %s: tensor<f32> {test.range = [1, 2]}, %z: tensor<ui8> {test.range = [100, 140]}) -> tensor<2x5x33xui8> {
      %0 = nn.quantize %x, %s, %z {to = ui8} : (tensor<2x5x33xf32>, tensor<f32>, tensor<ui8>) -> tensor<2x5x33xui8>
      return %0 : tensor<2x5x33xui8>
    }
    func.func @qAxis(%x: tensor<2x5x33xf32>, %s: tensor<5xf32> {test.range = [1, 2]}) -> tensor<2x5x33xi8> {
      %0 = nn.quantize %x, %s {to = i8} : (tensor<2x5x33xf32>, tensor<5xf32>) -> tensor<2x5x33xi8>
      return %0 : tensor<2x5x33xi8>
    }
    func.func @dq(%x: tensor<2x5x33xi8>, %s: tensor<33xf32>, %z: tensor<33xi8>) -> tensor<2x5x33xf32> {
      %0 = nn.dequantize %x, %s, %z {axis = 2 : i64} : (tensor<2x5x33xi8>, tensor<33xf32>, tensor<33xi8>) -> tensor<2x5x33xf32>
      return %0 : tensor<2x5x33xf32>
    })",
                           {.low = -300, .high = 300}));
}

TEST(ElementwiseKernels, ChainsAreOneKernel) {
  const char *chain = R"(
    func.func @chain(%x: tensor<1x24x17x19xf32>, %y: tensor<1x24x17x19xf32>, %s: tensor<24x1x1xf32>) -> tensor<1x24x17x19xf32> {
      %c = nn.constant dense<0.25> : tensor<f32>
      %0 = nn.mul %x, %s : (tensor<1x24x17x19xf32>, tensor<24x1x1xf32>) -> tensor<1x24x17x19xf32>
      %1 = nn.add %0, %y : (tensor<1x24x17x19xf32>, tensor<1x24x17x19xf32>) -> tensor<1x24x17x19xf32>
      %2 = nn.hard_swish %1 : (tensor<1x24x17x19xf32>) -> tensor<1x24x17x19xf32>
      %3 = nn.quantize %2, %c {to = i8} : (tensor<1x24x17x19xf32>, tensor<f32>) -> tensor<1x24x17x19xi8>
      %4 = nn.dequantize %3, %c : (tensor<1x24x17x19xi8>, tensor<f32>) -> tensor<1x24x17x19xf32>
      return %4 : tensor<1x24x17x19xf32>
    })";
  EXPECT_EQ(countKernels(chain), 1u);
  // Halves may be rounded either way: by one quantization step.
  EXPECT_TRUE(kernelsAgree(chain, {.tolerance = 0.25}));
}

TEST(ElementwiseKernels, Layouts) {
  std::string text;
  for (const char *tag : {"acdb", "aBcd16b"})
    for (int channels : {16, 40, 3})
      text += llvm::formatv(R"(
    func.func @{0}{1}(%x: tensor<2x{1}x9x7xf32, #dnn.layout<"{0}">>, %y: tensor<2x{1}x9x7xf32, #dnn.layout<"{0}">>, %s: tensor<{1}x1x1xf32>) -> tensor<2x{1}x9x7xf32, #dnn.layout<"{0}">> {{
      %c = nn.constant dense<1.5> : tensor<f32>
      %0 = nn.mul %x, %s : (tensor<2x{1}x9x7xf32, #dnn.layout<"{0}">>, tensor<{1}x1x1xf32>) -> tensor<2x{1}x9x7xf32, #dnn.layout<"{0}">>
      %1 = nn.add %0, %y : (tensor<2x{1}x9x7xf32, #dnn.layout<"{0}">>, tensor<2x{1}x9x7xf32, #dnn.layout<"{0}">>) -> tensor<2x{1}x9x7xf32, #dnn.layout<"{0}">>
      %2 = nn.add %1, %c : (tensor<2x{1}x9x7xf32, #dnn.layout<"{0}">>, tensor<f32>) -> tensor<2x{1}x9x7xf32, #dnn.layout<"{0}">>
      return %2 : tensor<2x{1}x9x7xf32, #dnn.layout<"{0}">>
    })",
                            tag, channels);
  EXPECT_TRUE(kernelsAgree(text));
}

TEST(ElementwiseKernels, EmptyTensors) {
  EXPECT_TRUE(kernelsAgree(unary("exp", "tensor<3x0x5xf32>")));
}

} // namespace
