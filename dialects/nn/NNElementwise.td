//===- NNElementwise.td - Element-wise operations of nn -------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_DIALECTS_NN_ELEMENTWISE
#define MLCC_DIALECTS_NN_ELEMENTWISE

include "dialects/nn/NNDialect.td"

/// Marks ops that compute each result element from the elements at the same
/// (broadcast) position of all operands.
def NN_Elementwise : NativeOpTrait<"IsElementwise"> {
  let cppNamespace = "::mlcc::nn";
}

//===----------------------------------------------------------------------===//
// Unary
//===----------------------------------------------------------------------===//

class NN_UnaryOp<string mnemonic, Type type, string kind, code inference = [{
      return ::mlcc::nn::inferSameType(location, adaptor.getInput().getType(),
                                       ::mlcc::nn::ElementKind::}] # kind # [{, inferred);
    }]> : NN_Op<mnemonic, [NN_Elementwise], inference> {
  let arguments = (ins type:$input);
  let results = (outs type:$result);
}

class NN_FloatUnaryOp<string mnemonic, string meaning>
    : NN_UnaryOp<mnemonic, NN_FloatTensor, "Float"> {
  let summary = meaning;
}

def NN_AbsOp : NN_UnaryOp<"abs", NN_Tensor, "Any"> {
  let summary = "|x|";
  let hasFolder = 1;
}
def NN_NegOp : NN_UnaryOp<"neg", NN_Tensor, "Any"> {
  let summary = "-x";
  let hasFolder = 1;
}
def NN_SignOp : NN_UnaryOp<"sign", NN_Tensor, "Any"> {
  let summary = "-1, 0 or 1 after the sign of x";
}
def NN_NotOp : NN_UnaryOp<"not", NN_IntegerTensor, "Integer"> {
  let summary = "Logical not of booleans, bitwise not of other integers";
  let hasFolder = 1;
}

def NN_ExpOp : NN_FloatUnaryOp<"exp", "e to the power x">;
def NN_LogOp : NN_FloatUnaryOp<"log", "Natural logarithm">;
def NN_SqrtOp : NN_FloatUnaryOp<"sqrt", "Square root">;
def NN_RsqrtOp : NN_FloatUnaryOp<"rsqrt", "1 / sqrt(x)">;
def NN_ReciprocalOp : NN_FloatUnaryOp<"reciprocal", "1 / x">;
def NN_SinOp : NN_FloatUnaryOp<"sin", "Sine of x in radians">;
def NN_CosOp : NN_FloatUnaryOp<"cos", "Cosine of x in radians">;
def NN_TanOp : NN_FloatUnaryOp<"tan", "Tangent of x in radians">;
def NN_AsinOp : NN_FloatUnaryOp<"asin", "Arc sine in radians">;
def NN_AcosOp : NN_FloatUnaryOp<"acos", "Arc cosine in radians">;
def NN_AtanOp : NN_FloatUnaryOp<"atan", "Arc tangent in radians">;
def NN_SinhOp : NN_FloatUnaryOp<"sinh", "Hyperbolic sine">;
def NN_CoshOp : NN_FloatUnaryOp<"cosh", "Hyperbolic cosine">;
def NN_AsinhOp : NN_FloatUnaryOp<"asinh", "Inverse hyperbolic sine">;
def NN_AcoshOp : NN_FloatUnaryOp<"acosh", "Inverse hyperbolic cosine">;
def NN_AtanhOp : NN_FloatUnaryOp<"atanh", "Inverse hyperbolic tangent">;
def NN_TanhOp : NN_FloatUnaryOp<"tanh", "Hyperbolic tangent">;
def NN_ErfOp : NN_FloatUnaryOp<"erf", "Gauss error function">;
def NN_FloorOp : NN_FloatUnaryOp<"floor", "Largest integer not above x"> {
  let hasFolder = 1;
}
def NN_CeilOp : NN_FloatUnaryOp<"ceil", "Smallest integer not below x"> {
  let hasFolder = 1;
}
def NN_RoundOp : NN_FloatUnaryOp<"round", "Nearest integer, halves to even"> {
  let hasFolder = 1;
}

def NN_ReluOp : NN_UnaryOp<"relu", NN_Tensor, "Any"> {
  let summary = "max(x, 0)";
  let hasFolder = 1;
}
def NN_SigmoidOp : NN_FloatUnaryOp<"sigmoid", "1 / (1 + e^-x)">;
def NN_SoftplusOp : NN_FloatUnaryOp<"softplus", "log(1 + e^x), without overflow">;
def NN_SoftsignOp : NN_FloatUnaryOp<"softsign", "x / (1 + |x|)">;
def NN_HardSwishOp : NN_FloatUnaryOp<"hard_swish", "x * max(0, min(1, x / 6 + 1/2))">;
def NN_MishOp : NN_FloatUnaryOp<"mish", "x * tanh(softplus(x))">;

def NN_LeakyReluOp : NN_FloatUnaryOp<"leaky_relu", "x where x >= 0, alpha * x elsewhere"> {
  let arguments = (ins NN_FloatTensor:$input, DefaultValuedAttr<F64Attr, "0.01">:$alpha);
}
def NN_EluOp : NN_FloatUnaryOp<"elu", "x where x > 0, alpha * (e^x - 1) elsewhere"> {
  let arguments = (ins NN_FloatTensor:$input, DefaultValuedAttr<F64Attr, "1.0">:$alpha);
}
def NN_CeluOp : NN_FloatUnaryOp<"celu", "max(0, x) + min(0, alpha * (e^(x / alpha) - 1))"> {
  let arguments = (ins NN_FloatTensor:$input, DefaultValuedAttr<F64Attr, "1.0">:$alpha);
}
def NN_SeluOp : NN_FloatUnaryOp<"selu", "gamma * (x where x > 0, alpha * (e^x - 1) elsewhere)"> {
  let arguments = (ins NN_FloatTensor:$input,
    DefaultValuedAttr<F64Attr, "1.67326319217681884765625">:$alpha,
    DefaultValuedAttr<F64Attr, "1.05070102214813232421875">:$gamma);
}
def NN_HardSigmoidOp : NN_FloatUnaryOp<"hard_sigmoid", "max(0, min(1, alpha * x + beta))"> {
  let arguments = (ins NN_FloatTensor:$input,
    DefaultValuedAttr<F64Attr, "0.2">:$alpha, DefaultValuedAttr<F64Attr, "0.5">:$beta);
}
def NN_ThresholdedReluOp : NN_FloatUnaryOp<"thresholded_relu", "x where x > alpha, 0 elsewhere"> {
  let arguments = (ins NN_FloatTensor:$input, DefaultValuedAttr<F64Attr, "1.0">:$alpha);
}
def NN_ShrinkOp : NN_FloatUnaryOp<"shrink", "x + bias where x < -lambd, x - bias where x > lambd, 0 elsewhere"> {
  let arguments = (ins NN_FloatTensor:$input,
    DefaultValuedAttr<F64Attr, "0.0">:$bias, DefaultValuedAttr<F64Attr, "0.5">:$lambd);
}
def NN_SwishOp : NN_FloatUnaryOp<"swish", "x * sigmoid(alpha * x); SiLU for alpha = 1"> {
  let arguments = (ins NN_FloatTensor:$input, DefaultValuedAttr<F64Attr, "1.0">:$alpha);
}

def NN_GeluForm : I32EnumAttr<"GeluForm", "Which formula of GELU", [
    I32EnumAttrCase<"exact", 0>, I32EnumAttrCase<"tanh", 1>]> {
  let cppNamespace = "::mlcc::nn";
  let genSpecializedAttr = 0;
}
def NN_GeluFormAttr : EnumAttr<NN_Dialect, NN_GeluForm, "gelu_form">;
def NN_GeluOp : NN_FloatUnaryOp<"gelu", "x * Phi(x), Phi the normal distribution function"> {
  let description = [{
    `exact`: `x/2 * (1 + erf(x / sqrt(2)))`;
    `tanh`: `x/2 * (1 + tanh(sqrt(2/pi) * (x + 0.044715 x^3)))`
    (Hendrycks and Gimpel, 2016).
  }];
  let arguments = (ins NN_FloatTensor:$input,
    DefaultValuedAttr<NN_GeluFormAttr, "GeluForm::exact">:$form);
}

def NN_ClipOp : NN_UnaryOp<"clip", NN_Tensor, "Any", ""> {
  let summary = "min(max(x, min), max) with constant bounds";
  let description = [{
    An absent bound does not limit. The bounds have the element type of the
    input: a float bound is stored as `f64`, an integer bound as `i64`.
    Bounds known only at run time are `nn.max` and `nn.min`.
  }];
  let arguments = (ins NN_Tensor:$input, OptionalAttr<TypedAttrInterface>:$min,
                       OptionalAttr<TypedAttrInterface>:$max);
  let hasFolder = 1;
}

class NN_PredicateOp<string mnemonic, string meaning>
    : NN_Op<mnemonic, [NN_Elementwise], [{
      return ::mlcc::nn::inferConverted(location, adaptor.getInput().getType(),
          ::mlcc::nn::ElementKind::Float, ::mlir::IntegerType::get(context, 1), inferred);
    }]> {
  let summary = meaning;
  let arguments = (ins NN_FloatTensor:$input);
  let results = (outs NN_BoolTensor:$result);
}
def NN_IsNanOp : NN_PredicateOp<"is_nan", "Whether x is not a number">;
def NN_IsInfOp : NN_PredicateOp<"is_inf", "Whether x is infinite, of the selected signs"> {
  let arguments = (ins NN_FloatTensor:$input,
    DefaultValuedAttr<BoolAttr, "true">:$detect_negative,
    DefaultValuedAttr<BoolAttr, "true">:$detect_positive);
}

def NN_CastOp : NN_Op<"cast", [NN_Elementwise], [{
      return ::mlcc::nn::inferConverted(location, adaptor.getInput().getType(),
          ::mlcc::nn::ElementKind::Any, adaptor.getTo(), inferred);
    }]> {
  let summary = "Conversion of the element type";
  let description = [{
    Float to integer truncates towards zero, and saturates where the value does
    not fit; integer to narrower integer keeps the low bits; anything to `i1` is
    `x != 0`; float to narrower float rounds to nearest even.
  }];
  let arguments = (ins NN_Tensor:$input, TypeAttr:$to);
  let results = (outs NN_Tensor:$result);
  let hasFolder = 1;
}

//===----------------------------------------------------------------------===//
// Binary and ternary, with broadcasting
//===----------------------------------------------------------------------===//

class NN_BinaryOp<string mnemonic, Type type, string kind, string meaning,
                  list<Trait> traits = []>
    : NN_Op<mnemonic, !listconcat([NN_Elementwise], traits), [{
      return ::mlcc::nn::inferBroadcast(location, adaptor.getOperands(),
          ::mlcc::nn::ElementKind::}] # kind # [{, /*elementType=*/nullptr, inferred);
    }]> {
  let summary = meaning;
  let description = [{
    Shapes are broadcast as in ONNX and numpy: aligned at the last dimension,
    an extent of one is repeated. The operands have one element type.
  }];
  let arguments = (ins type:$lhs, type:$rhs);
  let results = (outs type:$result);
}

def NN_AddOp : NN_BinaryOp<"add", NN_Tensor, "Any", "lhs + rhs", [Commutative]> {
  let hasFolder = 1;
}
def NN_SubOp : NN_BinaryOp<"sub", NN_Tensor, "Any", "lhs - rhs"> {
  let hasFolder = 1;
}
def NN_MulOp : NN_BinaryOp<"mul", NN_Tensor, "Any", "lhs * rhs", [Commutative]> {
  let hasFolder = 1;
}
def NN_DivOp : NN_BinaryOp<"div", NN_Tensor, "Any", "lhs / rhs; integers truncate towards zero, and by zero give 0"> {
  let hasFolder = 1;
}
def NN_PowOp : NN_Op<"pow", [NN_Elementwise]> {
  let summary = "lhs to the power rhs, in the element type of lhs";
  let hasFolder = 1;
  let arguments = (ins NN_Tensor:$lhs, NN_Tensor:$rhs);
  let results = (outs NN_Tensor:$result);
}
def NN_ModOp : NN_BinaryOp<"mod", NN_Tensor, "Any", "Remainder of lhs / rhs"> {
  let description = [{
    The result has the sign of `rhs` (Python's `%`), or with `fmod` the sign of
    `lhs` (C's `fmod`). Integers by zero give 0.
  }];
  let arguments = (ins NN_Tensor:$lhs, NN_Tensor:$rhs,
                       DefaultValuedAttr<BoolAttr, "false">:$fmod);
}
def NN_MaxOp : NN_BinaryOp<"max", NN_Tensor, "Any", "The larger; NaN if either is NaN", [Commutative]> {
  let hasFolder = 1;
}
def NN_MinOp : NN_BinaryOp<"min", NN_Tensor, "Any", "The smaller; NaN if either is NaN", [Commutative]> {
  let hasFolder = 1;
}
def NN_PReluOp : NN_BinaryOp<"prelu", NN_FloatTensor, "Float", "lhs where lhs >= 0, rhs * lhs elsewhere">;
def NN_AndOp : NN_BinaryOp<"and", NN_IntegerTensor, "Integer", "Bitwise (logical) and", [Commutative]> {
  let hasFolder = 1;
}
def NN_OrOp : NN_BinaryOp<"or", NN_IntegerTensor, "Integer", "Bitwise (logical) or", [Commutative]> {
  let hasFolder = 1;
}
def NN_XorOp : NN_BinaryOp<"xor", NN_IntegerTensor, "Integer", "Bitwise (logical) exclusive or", [Commutative]>;
def NN_ShiftLeftOp : NN_BinaryOp<"shift_left", NN_IntegerTensor, "Integer", "lhs shifted left by rhs bits">;
def NN_ShiftRightOp : NN_BinaryOp<"shift_right", NN_IntegerTensor, "Integer", "lhs shifted right by rhs bits, unsigned">;

class NN_CompareOp<string mnemonic, string meaning, list<Trait> traits = []>
    : NN_Op<mnemonic, !listconcat([NN_Elementwise], traits), [{
      return ::mlcc::nn::inferBroadcast(location, adaptor.getOperands(),
          ::mlcc::nn::ElementKind::Any, ::mlir::IntegerType::get(context, 1), inferred);
    }]> {
  let summary = meaning;
  let arguments = (ins NN_Tensor:$lhs, NN_Tensor:$rhs);
  let results = (outs NN_BoolTensor:$result);
}
def NN_EqualOp : NN_CompareOp<"equal", "lhs == rhs", [Commutative]>;
def NN_LessOp : NN_CompareOp<"less", "lhs < rhs">;
def NN_LessEqualOp : NN_CompareOp<"less_equal", "lhs <= rhs">;

def NN_WhereOp : NN_Op<"where", [NN_Elementwise]> {
  let summary = "on_true where the condition holds, on_false elsewhere";
  let arguments = (ins NN_BoolTensor:$condition, NN_Tensor:$on_true, NN_Tensor:$on_false);
  let results = (outs NN_Tensor:$result);
  let hasFolder = 1;
}

#endif // MLCC_DIALECTS_NN_ELEMENTWISE
