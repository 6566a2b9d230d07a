//===- create.cpp - From descriptions to oneDNN primitives ----------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "primitive_spec.h"

#include <stdexcept>

using namespace dnnl;

namespace mlcc {

static constexpr prop_kind inference = prop_kind::forward_inference;

namespace {
/// What the caller wants of a description.
struct Request {
  const dnnl::engine &engine;
  bool create; ///< the primitive, not only what is known of it
};

/// A description's arguments by name. An absent one is a zero descriptor.
class Arguments {
public:
  explicit Arguments(const PrimitiveSpec &spec) : spec(spec) {}
  bool has(int argument) const { return find(argument); }
  memory::desc operator[](int argument) const {
    const TensorSpec *tensor = find(argument);
    return tensor ? makeDesc(*tensor) : memory::desc();
  }

private:
  const TensorSpec *find(int argument) const {
    for (const TensorSpec &tensor : spec.arguments)
      if (tensor.argument == argument)
        return &tensor;
    return nullptr;
  }
  const PrimitiveSpec &spec;
};
} // namespace

static fpmath_mode toMathMode(const std::string &name) {
  if (name == "strict")
    return fpmath_mode::strict;
  if (name == "bf16")
    return fpmath_mode::bf16;
  if (name == "tf32")
    return fpmath_mode::tf32;
  if (name == "any")
    return fpmath_mode::any;
  throw std::runtime_error("unknown math mode '" + name + "'");
}

static primitive_attr makeAttributes(const PrimitiveSpec &spec) {
  primitive_attr attributes;
  attributes.set_scratchpad_mode(scratchpad_mode::user);
  attributes.set_fpmath_mode(toMathMode(spec.fpmath));
  post_ops postOps;
  for (const PostOp &postOp : spec.postOps) {
    switch (postOp.kind) {
    case PostOp::Kind::Eltwise:
      postOps.append_eltwise(postOp.algorithm, postOp.alpha, postOp.beta);
      break;
    case PostOp::Kind::Sum:
      postOps.append_sum(postOp.alpha);
      break;
    case PostOp::Kind::Binary:
      postOps.append_binary(postOp.algorithm, makeDesc(postOp.operand));
      break;
    }
  }
  attributes.set_post_ops(postOps);
  return attributes;
}

/// oneDNN counts dilations from 0.
static memory::dims toZeroBased(memory::dims dilations) {
  for (memory::dim &dilation : dilations)
    --dilation;
  return dilations;
}

/// A convolution or deconvolution.
template <typename Primitive>
static auto describeConvolution(const PrimitiveSpec &spec, algorithm direct,
                                const Arguments &md, const engine &engine,
                                const primitive_attr &attributes) {
  return typename Primitive::primitive_desc(
      engine, inference,
      spec.algorithm == algorithm::undef ? direct : spec.algorithm,
      md[DNNL_ARG_SRC], md[DNNL_ARG_WEIGHTS], md[DNNL_ARG_BIAS],
      md[DNNL_ARG_DST], spec.strides, toZeroBased(spec.dilations),
      spec.padsBegin, spec.padsEnd, attributes);
}

/// The gradient of a convolution by its weights. oneDNN wants to see the
/// convolution; nothing but its shapes matters.
static auto describeWeightGradient(const PrimitiveSpec &spec,
                                   const Arguments &md, const engine &engine,
                                   const primitive_attr &attributes) {
  auto anyLayout = [&](int argument) {
    memory::desc desc = md[argument];
    return memory::desc(desc.get_dims(), desc.get_data_type(),
                        memory::format_tag::any);
  };
  convolution_forward::primitive_desc convolution(
      engine, prop_kind::forward_training, algorithm::convolution_direct,
      anyLayout(DNNL_ARG_SRC), anyLayout(DNNL_ARG_DIFF_WEIGHTS), memory::desc(),
      anyLayout(DNNL_ARG_DIFF_DST), spec.strides, toZeroBased(spec.dilations),
      spec.padsBegin, spec.padsEnd);
  return convolution_backward_weights::primitive_desc(
      engine, algorithm::convolution_direct, md[DNNL_ARG_SRC],
      md[DNNL_ARG_DIFF_WEIGHTS], md[DNNL_ARG_DIFF_DST], spec.strides,
      toZeroBased(spec.dilations), spec.padsBegin, spec.padsEnd, convolution,
      attributes);
}

/// The inputs of a concatenation or sum.
static std::vector<memory::desc> multipleSources(const PrimitiveSpec &spec) {
  std::vector<memory::desc> sources;
  for (const TensorSpec &tensor : spec.arguments)
    if (tensor.argument >= DNNL_ARG_MULTIPLE_SRC)
      sources.push_back(makeDesc(tensor));
  return sources;
}

/// A gated cell without a cell state.
template <typename Primitive>
static auto describeGru(const PrimitiveSpec &spec, const Arguments &md,
                        const engine &engine,
                        const primitive_attr &attributes) {
  return typename Primitive::primitive_desc(
      engine, inference, static_cast<rnn_direction>(spec.direction),
      md[DNNL_ARG_SRC_LAYER], md[DNNL_ARG_SRC_ITER], md[DNNL_ARG_WEIGHTS_LAYER],
      md[DNNL_ARG_WEIGHTS_ITER], md[DNNL_ARG_BIAS], md[DNNL_ARG_DST_LAYER],
      md[DNNL_ARG_DST_ITER], attributes);
}

static auto describeLstm(const PrimitiveSpec &spec, const Arguments &md,
                         const engine &engine,
                         const primitive_attr &attributes) {
  return lstm_forward::primitive_desc(
      engine, inference, static_cast<rnn_direction>(spec.direction),
      md[DNNL_ARG_SRC_LAYER], md[DNNL_ARG_SRC_ITER], md[DNNL_ARG_SRC_ITER_C],
      md[DNNL_ARG_WEIGHTS_LAYER], md[DNNL_ARG_WEIGHTS_ITER],
      md[DNNL_ARG_WEIGHTS_PEEPHOLE], md[DNNL_ARG_BIAS], md[DNNL_ARG_DST_LAYER],
      md[DNNL_ARG_DST_ITER], md[DNNL_ARG_DST_ITER_C], attributes);
}

/// What `descriptor` tells, and its primitive if `create` asks for it.
template <typename Primitive, typename Descriptor>
static CreatedPrimitive finish(const PrimitiveSpec &spec,
                               const Request &request,
                               const Descriptor &descriptor) {
  CreatedPrimitive created;
  for (const TensorSpec &tensor : spec.arguments)
    created.arguments.emplace_back(
        tensor.argument,
        descriptor.query_md(query::exec_arg_md, tensor.argument));
  for (size_t i = 0; i < spec.postOps.size(); ++i) {
    if (spec.postOps[i].kind != PostOp::Kind::Binary)
      continue;
    int argument =
        DNNL_ARG_ATTR_MULTIPLE_POST_OP(static_cast<int>(i)) | DNNL_ARG_SRC_1;
    created.arguments.emplace_back(
        argument, descriptor.query_md(query::exec_arg_md, argument));
  }
  created.scratchpadBytes = descriptor.scratchpad_desc().get_size();
  created.implementation = descriptor.impl_info_str();
  if (request.create)
    created.primitive = Primitive(descriptor);
  return created;
}

static CreatedPrimitive makeRecurrent(const PrimitiveSpec &spec,
                                      const Request &request,
                                      const Arguments &md,
                                      const primitive_attr &attributes) {
  const engine &engine = request.engine;
  switch (spec.kind) {
  case PrimitiveKind::Lstm:
    return finish<lstm_forward>(spec, request,
                                describeLstm(spec, md, engine, attributes));
  case PrimitiveKind::Gru:
    return finish<gru_forward>(
        spec, request, describeGru<gru_forward>(spec, md, engine, attributes));
  case PrimitiveKind::LbrGru:
    return finish<lbr_gru_forward>(
        spec, request,
        describeGru<lbr_gru_forward>(spec, md, engine, attributes));
  default:
    return finish<vanilla_rnn_forward>(
        spec, request,
        vanilla_rnn_forward::primitive_desc(
            engine, inference, spec.algorithm,
            static_cast<rnn_direction>(spec.direction), md[DNNL_ARG_SRC_LAYER],
            md[DNNL_ARG_SRC_ITER], md[DNNL_ARG_WEIGHTS_LAYER],
            md[DNNL_ARG_WEIGHTS_ITER], md[DNNL_ARG_BIAS],
            md[DNNL_ARG_DST_LAYER], md[DNNL_ARG_DST_ITER], spec.alpha,
            attributes));
  }
}

static CreatedPrimitive makePrimitive(const PrimitiveSpec &spec,
                                      const Request &request) {
  const engine &engine = request.engine;
  Arguments md(spec);
  primitive_attr attributes = makeAttributes(spec);
  switch (spec.kind) {
  case PrimitiveKind::Convolution:
    return finish<convolution_forward>(
        spec, request,
        describeConvolution<convolution_forward>(
            spec, algorithm::convolution_direct, md, engine, attributes));
  case PrimitiveKind::Deconvolution:
    return finish<deconvolution_forward>(
        spec, request,
        describeConvolution<deconvolution_forward>(
            spec, algorithm::deconvolution_direct, md, engine, attributes));
  case PrimitiveKind::MatMul:
    return finish<matmul>(spec, request,
                          matmul::primitive_desc(
                              engine, md[DNNL_ARG_SRC], md[DNNL_ARG_WEIGHTS],
                              md[DNNL_ARG_BIAS], md[DNNL_ARG_DST], attributes));
  case PrimitiveKind::Pooling:
    return finish<pooling_forward>(
        spec, request,
        pooling_forward::primitive_desc(
            engine, inference, spec.algorithm, md[DNNL_ARG_SRC],
            md[DNNL_ARG_DST], spec.strides, spec.kernel,
            toZeroBased(spec.dilations), spec.padsBegin, spec.padsEnd,
            attributes));
  case PrimitiveKind::LayerNormalization:
    return finish<layer_normalization_forward>(
        spec, request,
        layer_normalization_forward::primitive_desc(
            engine, inference, md[DNNL_ARG_SRC], md[DNNL_ARG_DST], spec.epsilon,
            static_cast<normalization_flags>(spec.flags), attributes));
  case PrimitiveKind::Lrn:
    return finish<lrn_forward>(
        spec, request,
        lrn_forward::primitive_desc(
            engine, inference, algorithm::lrn_across_channels, md[DNNL_ARG_SRC],
            md[DNNL_ARG_DST], spec.localSize, spec.alpha, spec.beta, spec.k,
            attributes));
  case PrimitiveKind::Softmax:
    return finish<softmax_forward>(
        spec, request,
        softmax_forward::primitive_desc(engine, inference, spec.algorithm,
                                        md[DNNL_ARG_SRC], md[DNNL_ARG_DST],
                                        spec.axis, attributes));
  case PrimitiveKind::Eltwise:
    return finish<eltwise_forward>(
        spec, request,
        eltwise_forward::primitive_desc(engine, inference, spec.algorithm,
                                        md[DNNL_ARG_SRC], md[DNNL_ARG_DST],
                                        spec.alpha, spec.beta, attributes));
  case PrimitiveKind::Binary:
    return finish<binary>(spec, request,
                          binary::primitive_desc(engine, spec.algorithm,
                                                 md[DNNL_ARG_SRC_0],
                                                 md[DNNL_ARG_SRC_1],
                                                 md[DNNL_ARG_DST], attributes));
  case PrimitiveKind::Concat:
    return finish<concat>(
        spec, request,
        concat::primitive_desc(engine, md[DNNL_ARG_DST], spec.axis,
                               multipleSources(spec), attributes));
  case PrimitiveKind::Sum:
    return finish<sum>(spec, request,
                       sum::primitive_desc(engine, md[DNNL_ARG_DST],
                                           spec.scales, multipleSources(spec),
                                           attributes));
  case PrimitiveKind::Reduction:
    return finish<reduction>(
        spec, request,
        reduction::primitive_desc(engine, spec.algorithm, md[DNNL_ARG_SRC],
                                  md[DNNL_ARG_DST], spec.alpha, spec.beta,
                                  attributes));
  case PrimitiveKind::Reorder:
    return finish<reorder>(spec, request,
                           reorder::primitive_desc(engine, md[DNNL_ARG_SRC],
                                                   engine, md[DNNL_ARG_DST],
                                                   attributes));
  case PrimitiveKind::ConvolutionWeightGradient:
    return finish<convolution_backward_weights>(
        spec, request, describeWeightGradient(spec, md, engine, attributes));
  case PrimitiveKind::Lstm:
  case PrimitiveKind::Gru:
  case PrimitiveKind::LbrGru:
  case PrimitiveKind::VanillaRnn:
    return makeRecurrent(spec, request, md, attributes);
  }
  throw std::runtime_error("unknown kind of primitive");
}

bool PrimitiveInfo::isReference() const {
  return implementation.find("ref") != std::string::npos;
}

PrimitiveInfo describePrimitive(const PrimitiveSpec &spec,
                                const engine &engine) {
  return makePrimitive(spec, {engine, /*create=*/false});
}

CreatedPrimitive createPrimitive(const PrimitiveSpec &spec,
                                 const engine &engine) {
  return makePrimitive(spec, {engine, /*create=*/true});
}

PrimitiveSpec resolveLayouts(const PrimitiveSpec &spec, const engine &engine) {
  PrimitiveInfo info = describePrimitive(spec, engine);
  PrimitiveSpec resolved = spec;
  auto resolve = [&](size_t index, TensorSpec &tensor) {
    if (tensor.layout == "any")
      tensor.layout = layoutOf(info.arguments[index].second);
  };
  size_t index = 0;
  for (TensorSpec &tensor : resolved.arguments)
    resolve(index++, tensor);
  for (PostOp &postOp : resolved.postOps)
    if (postOp.kind == PostOp::Kind::Binary)
      resolve(index++, postOp.operand);
  return resolved;
}

} // namespace mlcc
