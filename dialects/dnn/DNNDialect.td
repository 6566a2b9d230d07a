//===- DNNDialect.td - The dnn dialect: oneDNN primitives -----------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_DIALECTS_DNN_DIALECT
#define MLCC_DIALECTS_DNN_DIALECT

include "mlir/IR/OpBase.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/TensorEncoding.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "dialects/dnn/DNNInterfaces.td"

def DNN_Dialect : Dialect {
  let name = "dnn";
  let cppNamespace = "::mlcc::dnn";
  let summary = "oneDNN primitives on tensors with layouts";
  let description = [{
    One op per oneDNN primitive, with value semantics. A tensor's layout is the
    encoding of its type, `#dnn.layout<"aBcd16b">`; no encoding means dense
    row-major. The dimensions of a type are always the logical ones.
  }];
  let useDefaultAttributePrinterParser = 1;
}

class DNN_Attr<string name, string attrMnemonic, list<Trait> traits = []>
    : AttrDef<DNN_Dialect, name, traits> {
  let mnemonic = attrMnemonic;
}

def DNN_LayoutAttr : DNN_Attr<"Layout", "layout",
    [DeclareAttrInterfaceMethods<VerifiableTensorEncoding>]> {
  let summary = "How a tensor lies in memory";
  let description = [{
    A oneDNN format tag: one letter per dimension from the outermost in memory to
    the innermost, upper-case where the dimension is also blocked, and the inner
    blocks; `abcd` is row-major, `acdb` has the channels innermost, `aBcd16b` blocks
    of 16 channels. The extent of a blocked dimension is padded with zeros to
    a multiple of the block. `opaque:<hex>` is a oneDNN layout without a tag,
    possible for packed constants only.
  }];
  let parameters = (ins StringRefParameter<"format tag">:$tag);
  let assemblyFormat = "`<` $tag `>`";
}

//===----------------------------------------------------------------------===//
// Post-ops
//===----------------------------------------------------------------------===//

class DNN_Enum<string name, string summary, list<string> cases>
    : I32EnumAttr<name, summary, !foreach(i, !range(!size(cases)),
                                          I32EnumAttrCase<cases[i], i>)> {
  let cppNamespace = "::mlcc::dnn";
  let genSpecializedAttr = 0;
}

// oneDNN's names; its documentation of eltwise gives the formulas of alpha and beta.
def DNN_EltwiseKind : DNN_Enum<"EltwiseKind", "An element-wise function of oneDNN", [
    "relu", "tanh", "elu", "square", "abs", "sqrt", "linear", "soft_relu",
    "hardsigmoid", "logistic", "exp", "gelu_tanh", "swish", "log", "clip",
    "clip_v2", "pow", "gelu_erf", "round", "mish", "hardswish"]>;

def DNN_BinaryKind : DNN_Enum<"BinaryKind", "A binary function of oneDNN",
    ["add", "sub", "mul", "div", "max", "min"]>;
def DNN_BinaryKindAttr : EnumAttr<DNN_Dialect, DNN_BinaryKind, "binary_kind">;

def DNN_EltwiseAttr : DNN_Attr<"Eltwise", "eltwise"> {
  let summary = "Post-op: an element-wise function";
  let description = [{
    `#dnn.eltwise<relu>`, `#dnn.eltwise<clip, 0.0, 6.0>`: the function and its
    alpha and beta, 0 where left out. `relu` is `x > 0 ? x : alpha * x`; `linear` is
    `alpha * x + beta`; `clip` limits to [alpha, beta]; `hardsigmoid` is
    `max(0, min(1, alpha * x + beta))`; `hardswish` is `x * hardsigmoid(x)`; `swish` is
    `x / (1 + e^(-alpha x))`; `elu` is `x > 0 ? x : alpha * (e^x - 1)`; `soft_relu` is
    `log(1 + e^(alpha x)) / alpha`; `pow` is `alpha * x^beta`.
  }];
  let parameters = (ins EnumParameter<DNN_EltwiseKind>:$kind,
                        APFloatParameter<"f32">:$alpha, APFloatParameter<"f32">:$beta);
  let hasCustomAssemblyFormat = 1;
  let builders = [AttrBuilder<(ins "::mlcc::dnn::EltwiseKind":$kind,
      CArg<"float", "0">:$alpha, CArg<"float", "0">:$beta), [{
    return $_get($_ctxt, kind, ::llvm::APFloat(alpha), ::llvm::APFloat(beta));
  }]>];
}

def DNN_SumAttr : DNN_Attr<"Sum", "sum"> {
  let summary = "Post-op: `result + scale * accumulate`, in the memory of `accumulate`";
  let description = [{`#dnn.sum`, `#dnn.sum<0.5>`: the scale, 1 where left out.}];
  let parameters = (ins APFloatParameter<"f32">:$scale);
  let hasCustomAssemblyFormat = 1;
  let builders = [AttrBuilder<(ins CArg<"float", "1">:$scale), [{
    return $_get($_ctxt, ::llvm::APFloat(scale));
  }]>];
}

def DNN_BinaryAttr : DNN_Attr<"Binary", "binary"> {
  let summary = "Post-op: a binary function of the result and a post-operand";
  let parameters = (ins EnumParameter<DNN_BinaryKind>:$kind);
  let assemblyFormat = "`<` $kind `>`";
}

def DNN_PostOpsAttr : TypedArrayAttrBase<
    AnyAttrOf<[DNN_EltwiseAttr, DNN_SumAttr, DNN_BinaryAttr]>, "array of post-ops">;

#endif // MLCC_DIALECTS_DNN_DIALECT
