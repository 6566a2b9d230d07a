//===- NNRecurrent.td - Recurrent layers of nn ----------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_DIALECTS_NN_RECURRENT
#define MLCC_DIALECTS_NN_RECURRENT

include "dialects/nn/NNDialect.td"

def NN_RnnDirection : I32EnumAttr<"RnnDirection", "Order in which time is walked", [
    I32EnumAttrCase<"forward", 0>, I32EnumAttrCase<"reverse", 1>,
    I32EnumAttrCase<"bidirectional", 2>]> {
  let cppNamespace = "::mlcc::nn";
  let genSpecializedAttr = 0;
}
def NN_RnnDirectionAttr : EnumAttr<NN_Dialect, NN_RnnDirection, "rnn_direction">;

// T steps, N batch, I input features, H hidden units, D 2 if bidirectional else 1.
defvar NN_RecurrentShapes = [{
    `input` [T, N, I]; `weights` [D, G*H, I], `recurrent_weights` [D, G*H, H],
    `bias` [D, 2*G*H] (input biases, then recurrent ones), `initial_hidden` [D, N, H];
    results: all hidden states [T, D, N, H] and the last ones [D, N, H].
    G is the number of gates. `activations` names one function per gate kind
    and direction in ONNX's order, lower-case: `sigmoid`, `tanh`, `relu`.
    `clip` limits the activations' inputs to [-clip, clip]; absent, no limit.
}];

def NN_LstmOp : NN_Op<"lstm", [AttrSizedOperandSegments]> {
  let summary = "Long short-term memory, gates in the order i, o, f, c (ONNX)";
  let description = NN_RecurrentShapes # [{
    `initial_cell` [D, N, H]; `peepholes` [D, 3*H] in the order i, o, f. The third result is
    the last cell state [D, N, H].
  }];
  let arguments = (ins NN_FloatTensor:$input, NN_FloatTensor:$weights,
    NN_FloatTensor:$recurrent_weights, Optional<NN_FloatTensor>:$bias,
    Optional<NN_FloatTensor>:$initial_hidden, Optional<NN_FloatTensor>:$initial_cell,
    Optional<NN_FloatTensor>:$peepholes, NN_RnnDirectionAttr:$direction,
    StrArrayAttr:$activations, OptionalAttr<F64Attr>:$clip,
    DefaultValuedAttr<BoolAttr, "false">:$input_forget);
  let results = (outs NN_FloatTensor:$hidden_states, NN_FloatTensor:$last_hidden,
                      NN_FloatTensor:$last_cell);
  let extraClassDeclaration = "double evaluationWork();";
}

def NN_GruOp : NN_Op<"gru", [AttrSizedOperandSegments]> {
  let summary = "Gated recurrent unit, gates in the order z, r, h (ONNX)";
  let description = NN_RecurrentShapes # [{
    With `linear_before_reset` the reset gate multiplies the recurrent product
    and its bias (cuDNN's form) instead of the hidden state.
  }];
  let arguments = (ins NN_FloatTensor:$input, NN_FloatTensor:$weights,
    NN_FloatTensor:$recurrent_weights, Optional<NN_FloatTensor>:$bias,
    Optional<NN_FloatTensor>:$initial_hidden, NN_RnnDirectionAttr:$direction,
    StrArrayAttr:$activations, OptionalAttr<F64Attr>:$clip,
    DefaultValuedAttr<BoolAttr, "false">:$linear_before_reset);
  let results = (outs NN_FloatTensor:$hidden_states, NN_FloatTensor:$last_hidden);
  let extraClassDeclaration = "double evaluationWork();";
}

def NN_RnnOp : NN_Op<"rnn", [AttrSizedOperandSegments]> {
  let summary = "Elman network: h = f(W x + R h + b)";
  let description = NN_RecurrentShapes;
  let arguments = (ins NN_FloatTensor:$input, NN_FloatTensor:$weights,
    NN_FloatTensor:$recurrent_weights, Optional<NN_FloatTensor>:$bias,
    Optional<NN_FloatTensor>:$initial_hidden, NN_RnnDirectionAttr:$direction,
    StrArrayAttr:$activations, OptionalAttr<F64Attr>:$clip);
  let results = (outs NN_FloatTensor:$hidden_states, NN_FloatTensor:$last_hidden);
  let extraClassDeclaration = "double evaluationWork();";
}

#endif // MLCC_DIALECTS_NN_RECURRENT
