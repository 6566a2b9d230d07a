//===- primitive_spec.h - Descriptions of oneDNN primitives -----*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The one place where mlcc talks to oneDNN about primitives. The compiler makes
// a description, asks oneDNN for the best layouts (`any` ones resolved), packs
// weights with it and serializes it into the model; the runtime reads it back
// and creates the same primitive.
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_RUNTIME_PRIMITIVE_SPEC_H
#define MLCC_RUNTIME_PRIMITIVE_SPEC_H

#include "mlcc/abi.h"

#include <dnnl.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace mlcc {

/// Shape, type and layout of one memory argument.
struct TensorSpec {
  int argument = 0; ///< DNNL_ARG_...
  dnnl::memory::dims dims;
  dnnl::memory::data_type type = dnnl::memory::data_type::f32;
  /// A oneDNN format tag ("nchw" style names are spelled "abcd"), any other
  /// permutation of the letters, "any" to let oneDNN choose, or "opaque:<hex>"
  /// for a layout without a tag (the bytes of the serialized descriptor).
  std::string layout = "any";
};

enum class PrimitiveKind : uint8_t {
  Convolution,
  Deconvolution,
  MatMul,
  Pooling,
  LayerNormalization,
  Lrn,
  Softmax,
  Eltwise,
  Binary,
  Concat,
  Sum,
  Reduction,
  Reorder,
  Lstm,
  Gru,
  LbrGru,
  VanillaRnn,
  ConvolutionWeightGradient, ///< src, diff_dst, diff_weights
};

struct PostOp {
  enum class Kind : uint8_t { Eltwise, Sum, Binary } kind = Kind::Eltwise;
  dnnl::algorithm algorithm = dnnl::algorithm::undef;
  float alpha = 0, beta = 0; ///< of Eltwise; alpha is the scale of Sum
  TensorSpec operand;        ///< of Binary
};

/// Everything that defines a primitive. Fields that a kind does not use keep
/// their defaults.
struct PrimitiveSpec {
  PrimitiveKind kind = PrimitiveKind::Reorder;
  dnnl::algorithm algorithm = dnnl::algorithm::undef;
  /// In the order of the step's places. Post-op operands are not listed here:
  /// they follow, in post-op order.
  std::vector<TensorSpec> arguments;
  std::vector<PostOp> postOps;
  dnnl::memory::dims strides, dilations, padsBegin, padsEnd, kernel;
  std::vector<float> scales; ///< sum: one per argument but the last
  int axis = 0;              ///< concat, softmax
  float alpha = 0, beta = 0,
        k = 0;            ///< eltwise; lrn alpha, beta, k; reduction p, eps
  int64_t localSize = 0;  ///< lrn
  float epsilon = 0;      ///< normalization
  uint32_t flags = 0;     ///< dnnl::normalization_flags
  uint32_t direction = 0; ///< dnnl::rnn_direction
  /// "strict" f32, or "bf16", "tf32", "any" math allowed inside.
  std::string fpmath = "strict";

  std::vector<uint8_t> serialize() const;
  /// Throws std::runtime_error on malformed bytes.
  static PrimitiveSpec deserialize(const uint8_t *data, size_t size);
};

/// A layout as text: the format tag's name if one describes it, else "opaque:".
std::string layoutOf(const dnnl::memory::desc &desc);
/// Throws std::runtime_error for a layout that does not exist or does not fit
/// the dimensions.
dnnl::memory::desc makeDesc(const TensorSpec &spec);
/// Whether `layout` only says in which order the `rank` dimensions lie.
bool isPermutation(const std::string &layout, int rank);
/// Whether `layout` is a permutation or the name of a format tag of tensors of
/// `rank` dimensions, or (the syntax of) an opaque one.
bool isLayout(const std::string &layout, int rank);
/// The tag of dense row-major order: "abcd" for four dimensions.
std::string plainLayout(int rank);

/// What oneDNN tells of a primitive before it exists.
struct PrimitiveInfo {
  /// For each of `arguments`, then each binary post-op's operand: DNNL_ARG_ and
  /// desc, layouts "any" resolved.
  std::vector<std::pair<int, dnnl::memory::desc>> arguments;
  size_t scratchpadBytes = 0;
  std::string implementation; ///< "brgconv:avx512_core"

  /// Whether the implementation is one of plain loops, about a hundred times
  /// slower than generated code.
  bool isReference() const;
};

/// A primitive with what is needed to execute it.
struct CreatedPrimitive : PrimitiveInfo {
  dnnl::primitive primitive;
};

// oneDNN chooses implementations, layouts and scratchpads for the number of
// threads that dnnl_threadpool_interop_set_max_concurrency told it last, in the
// calling thread.

/// Asks for the primitive, on CPU, scratchpad given by the user, without
/// generating its code. Throws dnnl::error if oneDNN has no implementation.
PrimitiveInfo describePrimitive(const PrimitiveSpec &spec,
                                const dnnl::engine &engine);

/// Creates the primitive that describePrimitive describes.
CreatedPrimitive createPrimitive(const PrimitiveSpec &spec,
                                 const dnnl::engine &engine);

/// `spec` with every "any" layout replaced by the one that oneDNN chose.
PrimitiveSpec resolveLayouts(const PrimitiveSpec &spec,
                             const dnnl::engine &engine);

} // namespace mlcc

#endif // MLCC_RUNTIME_PRIMITIVE_SPEC_H
