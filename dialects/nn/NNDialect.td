//===- NNDialect.td - The nn dialect: graph-level tensor operations -------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_DIALECTS_NN_DIALECT
#define MLCC_DIALECTS_NN_DIALECT

include "mlir/IR/OpBase.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "dialects/nn/NNInterfaces.td"

def NN_Dialect : Dialect {
  let name = "nn";
  let cppNamespace = "::mlcc::nn";
  let summary = "Neural-network graphs: tensors with value semantics, no layouts";
  let description = [{
    The dialect that frontends produce. All shapes are static, every op is
    pure, shapes follow from operands and attributes (`inferReturnTypes`), and
    each op can be evaluated by the slow, obvious reference interpreter
    (`nn::ReferenceOpInterface`), which constant folding uses.

    Element types are those of ONNX: signless integers stand for signed ones,
    `ui8`... for unsigned ones, `i1` for booleans.
  }];
  let hasConstantMaterializer = 1;
  let hasCanonicalizer = 1;
  let useDefaultAttributePrinterParser = 1;
}

// A tensor of static shape; rank 0 is a scalar. Verified in inference.
def NN_Tensor : RankedTensorOf<[AnyFloat, AnyInteger]>;
def NN_FloatTensor : RankedTensorOf<[AnyFloat]>;
def NN_IntegerTensor : RankedTensorOf<[AnyInteger]>;
def NN_BoolTensor : RankedTensorOf<[I1]>;

/// Base of all nn ops. `inference` is the body of `inferReturnTypes`, with
/// `context`, `location`, `adaptor` and `inferred` in scope; without it the op
/// defines the method itself.
class NN_Op<string mnemonic, list<Trait> traits = [], code inference = "">
    : Op<NN_Dialect, mnemonic, !listconcat([
        Pure, InferTypeOpAdaptorWithIsCompatible,
        DeclareOpInterfaceMethods<NN_ReferenceOpInterface>], traits)> {
  let assemblyFormat =
      "operands attr-dict `:` functional-type(operands, results)";
  // Layout assignment adds encodings to tensor types: they do not change what
  // an op means, so they do not take part in type inference.
  code compatibility = [{
    bool $cppClass::isCompatibleReturnTypes(::mlir::TypeRange inferred,
                                            ::mlir::TypeRange actual) {
      return ::mlcc::nn::equalIgnoringLayout(inferred, actual);
    }
  }];
  let extraClassDefinition = !if(!empty(inference), compatibility, compatibility # [{
    ::llvm::LogicalResult $cppClass::inferReturnTypes(
        ::mlir::MLIRContext *context,
        ::std::optional<::mlir::Location> location, Adaptor adaptor,
        ::llvm::SmallVectorImpl<::mlir::Type> &inferred) {
  }] # inference # [{
    }
  }]);
}

#endif // MLCC_DIALECTS_NN_DIALECT
