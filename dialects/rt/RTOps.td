//===- RTOps.td - The rt dialect: what the runtime executes ---------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_DIALECTS_RT_OPS
#define MLCC_DIALECTS_RT_OPS

include "mlir/IR/OpBase.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/BuiltinAttributes.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/RegionKindInterface.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def RT_Dialect : Dialect {
  let name = "rt";
  let cppNamespace = "::mlcc::rt";
  let summary = "The runtime's level: kernels launched over ranges, places in memory";
  let description = [{
    Attributes of the dialect on functions, their arguments and results:

    - `rt.kernel` marks a kernel function (see `rt.launch`);
    - `rt.in_place` (numbers) on a kernel lists the inputs whose memory an output
      of the same type may share: each element is read, if at all, by the iteration
      that writes the same element of the outputs, and before it does;
    - `rt.outputs` (a number) on a kernel is how many of its arguments are
      outputs, if it is not one;
    - `rt.name` (a string) is the name of an entry point's input or output in
      the user's model;
    - `rt.required_value` (elements) is the only legal value of an input that
      was bound at compile time;
    - `rt.index_range` (two numbers) says that the elements of an integer input
      must be at least the first and less than the second;
    - `rt.variable` (a symbol) on an argument says that it is the value of that
      variable when the function is called, on a result that it is the variable's
      value afterwards. Each names an `rt.variable` of its own type, and a function
      names a variable on at most one argument and at most one result. These
      arguments and results are none of the entry point's inputs and outputs.

    Planning replaces functions by `rt.program`s, whose steps name places in
    memory instead of values, and constants by `rt.weight`s.
  }];
  let useDefaultAttributePrinterParser = 1;
  let hasRegionArgAttrVerify = 1;
  let hasRegionResultAttrVerify = 1;
}

class RT_Op<string mnemonic, list<Trait> traits = []> : Op<RT_Dialect, mnemonic, traits>;

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

def RT_LaunchOp : RT_Op<"launch", [Pure, DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "Runs a kernel function over [0, work) on the thread pool";
  let description = [{
    `kernel` names a function `(%begin: index, %end: index, inputs..., outputs...)`
    marked `rt.kernel` that computes iterations [begin, end); inputs and outputs are memrefs of the shapes of
    the launch's operands and results (physical shapes for tensors with a
    layout). Iterations are independent of each other; outputs are written
    completely by [0, work) and not read before. `grain` is the least number
    of iterations worth a thread of its own.
  }];
  let arguments = (ins FlatSymbolRefAttr:$kernel, Variadic<AnyRankedTensor>:$inputs,
                       I64Attr:$work, I64Attr:$grain);
  let results = (outs Variadic<AnyRankedTensor>:$outputs);
  let assemblyFormat = [{
    $kernel `(` $inputs `)` `work` `(` $work `)` `grain` `(` $grain `)` attr-dict
    `:` functional-type($inputs, $outputs)
  }];
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

class RT_Attr<string name, string mnemonicName> : AttrDef<RT_Dialect, name> {
  let mnemonic = mnemonicName;
}

def RT_Space : I32EnumAttr<"Space", "a memory of a running program", [
    I32EnumAttrCase<"Arena", 0, "arena">,
    I32EnumAttrCase<"Weights", 1, "weights">,
    I32EnumAttrCase<"Input", 2, "input">,
    I32EnumAttrCase<"Output", 3, "output">,
    I32EnumAttrCase<"State", 4, "state">]> {
  let cppNamespace = "::mlcc::rt";
  let genSpecializedAttr = 0;
}

def RT_PlaceAttr : RT_Attr<"Place", "place"> {
  let summary = "where a value lies while a program runs";
  let description = [{
    `<arena + 4096>`, `<weights + 64>`, `<state + 128>`, `<input 0>`,
    `<output 1>`: an offset in bytes into the arena, the weights or the state
    block, or an input or output by its number.
  }];
  let parameters = (ins EnumParameter<RT_Space>:$space, "uint32_t":$index,
                        "uint64_t":$offset);
  let hasCustomAssemblyFormat = 1;
}

def RT_PlaceArrayAttr : TypedArrayAttrBase<RT_PlaceAttr, "places in memory">;

def RT_ResultAttr : RT_Attr<"Result", "result"> {
  let summary = "what a step computes, for those who look at it";
  let description = [{
    The number of the step's place that has its (last) result, the type of the
    elements, and their bytes.
  }];
  let parameters = (ins "uint32_t":$place, "::mlir::Type":$elementType,
                        "uint64_t":$bytes);
  let assemblyFormat = "`<` $place `,` $elementType `,` $bytes `>`";
}

def RT_TensorAttr : RT_Attr<"Tensor", "tensor"> {
  let summary = "an input or output of a program";
  let description = [{
    Its name in the user's model and its type; for an input that was bound at
    compile time also its only legal value; for an integer input whose elements
    are limited, the least one and the first that is too large.
  }];
  let parameters = (ins "::mlir::StringAttr":$name,
                        "::mlir::RankedTensorType":$type,
                        OptionalParameter<"::mlir::ElementsAttr">:$value,
                        OptionalParameter<"::mlir::DenseI64ArrayAttr">:$range);
  let assemblyFormat =
      "`<` $name `,` $type (`=` $value^)? (`range` $range^)? `>`";
}

def RT_TensorArrayAttr
    : TypedArrayAttrBase<RT_TensorAttr, "inputs or outputs of a program">;

//===----------------------------------------------------------------------===//
// Variables
//===----------------------------------------------------------------------===//

def RT_Role : I32EnumAttr<"Role", "what a variable is for", [
    I32EnumAttrCase<"Parameter", 0, "parameter">,
    I32EnumAttrCase<"Statistic", 1, "statistic">,
    I32EnumAttrCase<"Optimizer", 2, "optimizer">,
    I32EnumAttrCase<"Counter", 3, "counter">,
    I32EnumAttrCase<"Random", 4, "random">,
    I32EnumAttrCase<"Scalar", 5, "scalar">]> {
  let cppNamespace = "::mlcc::rt";
  let genSpecializedAttr = 0;
}
def RT_RoleAttr : EnumAttr<RT_Dialect, RT_Role, "role">;

def RT_VariableOp : RT_Op<"variable", [Symbol]> {
  let summary = "Declares a tensor that keeps its value between calls";
  let description = [{
    State crosses calls only through variables; functions name them by the attribute
    `rt.variable` of arguments and results. `role` says what a variable is for:

    - `parameter`: weights, trainable or not;
    - `statistic`: what training gathers beside them, like running means;
    - `optimizer`: what an optimizer remembers of a parameter;
    - `counter`: the number of steps made, a single `i64`;
    - `random`: the state of the random generator, two `i64` (see nn.random_bits);
    - `scalar`: a single number that users set, like the learning rate.

    Planning gives each variable its offset in the state block, in bytes (`at`).
    Before the first call all bytes of that are zero.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, TypeAttrOf<AnyRankedTensor>:$type,
                       RT_RoleAttr:$role, OptionalAttr<I64Attr>:$offset);
  let assemblyFormat = [{
    $sym_name `:` $type `role` `(` custom<Role>($role) `)` (`at` $offset^)? attr-dict
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    ::mlir::RankedTensorType getTensorType() {
      return ::mlir::cast<::mlir::RankedTensorType>(getType());
    }
  }];
}

def RT_ExportOp : RT_Op<"export"> {
  let summary = "Keeps an entry point's ONNX form for users of the artefact";
  let description = [{
    `model` holds the bytes of a serialized `onnx.ModelProto` that computes what the
    entry point does. It has no initializers for variables, whose values are known
    where it is written to a file.
  }];
  let arguments = (ins FlatSymbolRefAttr:$function, ElementsAttr:$model);
  let assemblyFormat = "$function `=` $model attr-dict";
}

//===----------------------------------------------------------------------===//
// Programs
//===----------------------------------------------------------------------===//

def RT_WeightOp : RT_Op<"weight"> {
  let summary = "Puts a constant into the weights";
  let description = [{
    The bytes of `value` (row-major) lie at `offset` of the weights, which all
    programs of the module share.
  }];
  let arguments = (ins I64Attr:$offset, ElementsAttr:$value);
  let assemblyFormat = "`at` $offset `=` $value attr-dict";
  let hasVerifier = 1;
}

def RT_ProgramOp : RT_Op<"program", [Symbol, NoTerminator, SingleBlock,
                                     NoRegionArguments]> {
  let summary = "An entry point, or the body of a loop: steps that run in order";
  let description = [{
    A private program is the body of loops (`rt.step.loop`); its inputs and outputs
    are those of one trip. `arena` is the number of bytes that the steps need as working memory. Values
    are places in memory; those that are never alive together share bytes.
    `reads` and `writes` name the variables whose old value matters and those that
    have a new one afterwards.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, RT_TensorArrayAttr:$inputs,
                       RT_TensorArrayAttr:$outputs, I64Attr:$arena,
                       OptionalAttr<FlatSymbolRefArrayAttr>:$reads,
                       OptionalAttr<FlatSymbolRefArrayAttr>:$writes);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    $sym_name `inputs` $inputs `outputs` $outputs (`reads` $reads^)?
    (`writes` $writes^)? `arena` `(` $arena `)` attr-dict-with-keyword $body
  }];
  let hasVerifier = 1;
}

class RT_StepOp<string mnemonic, list<Trait> traits = []>
    : RT_Op<"step." # mnemonic, !listconcat([HasParent<"ProgramOp">], traits)>;

def RT_StepPrimitiveOp : RT_StepOp<"primitive"> {
  let summary = "Executes a oneDNN primitive";
  let description = [{
    `name` is that of the nodes in the user's model, `description` a summary for
    readers, `spec` the serialized `PrimitiveSpec` (printed in hexadecimal).
    Place i is the memory of the specification's argument i, then those of
    binary post-ops follow. The runtime owns the scratchpad.
  }];
  let arguments = (ins StrAttr:$name, StrAttr:$description, StrAttr:$spec,
                       RT_PlaceArrayAttr:$places,
                       OptionalAttr<RT_ResultAttr>:$result);
  let assemblyFormat = [{
    $name $description $places `spec` custom<Hexadecimal>($spec) attr-dict
  }];
}

def RT_StepKernelOp
    : RT_StepOp<"kernel", [DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "Runs a kernel over [0, work) on the thread pool";
  let arguments = (ins StrAttr:$name, FlatSymbolRefAttr:$kernel,
                       RT_PlaceArrayAttr:$places, I64Attr:$work, I64Attr:$grain,
                       OptionalAttr<RT_ResultAttr>:$result);
  let assemblyFormat = [{
    $name $kernel $places `work` `(` $work `)` `grain` `(` $grain `)` attr-dict
  }];
}

def RT_StepCopyOp : RT_StepOp<"copy"> {
  let summary = "Copies bytes from one place to another";
  let arguments = (ins StrAttr:$name, RT_PlaceAttr:$source,
                       RT_PlaceAttr:$target, I64Attr:$bytes);
  let assemblyFormat = "$name $source `to` $target `bytes` `(` $bytes `)` attr-dict";
}

def RT_StepLoopOp
    : RT_StepOp<"loop", [DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "Runs a program again and again";
  let description = [{
    `body` is a private program. `inputs` and `outputs` are places for its inputs and
    outputs in the first trip; in each trip they lie `input_strides` and
    `output_strides` bytes farther; with `reverse`, the first trip has the last of these
    pieces and they go backwards. The inputs from `first_state` on are states, as many
    as there are `spares`; the last outputs are their new values. States are read from
    where the trip before has left them, and written in turn to their spare places and
    their outputs, such that the last trip leaves them in the outputs. `arena` is a
    place for the body's arena. With `while`, the first output is a boolean that says
    whether there is another trip; `trips` is their number at most.
  }];
  let arguments = (ins StrAttr:$name, FlatSymbolRefAttr:$body,
                       RT_PlaceArrayAttr:$inputs, DenseI64ArrayAttr:$input_strides,
                       RT_PlaceArrayAttr:$outputs, DenseI64ArrayAttr:$output_strides,
                       I64Attr:$first_state, RT_PlaceArrayAttr:$spares,
                       RT_PlaceAttr:$arena, I64Attr:$trips, UnitAttr:$reverse,
                       UnitAttr:$isWhile);
  let assemblyFormat = [{
    $name $body `inputs` $inputs `strides` $input_strides
    `outputs` $outputs `strides` $output_strides
    `states` `(` $first_state `)` $spares `arena` $arena
    `trips` `(` $trips `)` (`reverse` $reverse^)? (`while` $isWhile^)? attr-dict
  }];
  let hasVerifier = 1;
}

#endif // MLCC_DIALECTS_RT_OPS
