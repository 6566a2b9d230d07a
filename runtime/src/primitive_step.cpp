//===- primitive_step.cpp - A step that executes a oneDNN primitive -------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/src/primitive_step.h"

#include "runtime/src/errors.h"

#include <optional>

namespace mlcc {

uint64_t PrimitiveStep::repackedBytes() const {
  uint64_t bytes = 0;
  for (const Buffer &buffer : repacked)
    bytes += buffer.size();
  return bytes;
}

/// How good an implementation is for this CPU, by its name: oneDNN's plain
/// loops
/// ("ref:any") are tens of times slower than generated code, code for AVX2
/// ("brgconv_1x1:avx2") uses half of an AVX-512 CPU. oneDNN ends at such an
/// implementation where a better one does not read a layout it is given.
static int quality(const CreatedPrimitive &created) {
  auto mentions = [&](const char *word) {
    return created.implementation.find(word) != std::string::npos;
  };
  static const bool hasAvx512 =
      (dnnl_get_effective_cpu_isa() & dnnl_cpu_isa_avx512_core) ==
      dnnl_cpu_isa_avx512_core;
  if (mentions("ref"))
    return 0;
  bool narrow = mentions(":avx2") || mentions(":sse41");
  return hasAvx512 && narrow ? 1 : 2;
}
static constexpr int best = 2;

/// `spec` with the layouts of constant weights left to oneDNN. Returns false if
/// there are none.
static bool freeWeights(PrimitiveSpec &spec, const mlcc_step &step) {
  bool any = false;
  for (size_t i = 0; i < spec.arguments.size(); ++i) {
    int argument = spec.arguments[i].argument;
    bool isWeights = argument == DNNL_ARG_WEIGHTS_LAYER ||
                     argument == DNNL_ARG_WEIGHTS_ITER ||
                     argument == DNNL_ARG_WEIGHTS;
    if (isWeights && step.places[i].space == MLCC_WEIGHTS) {
      spec.arguments[i].layout = "any";
      any = true;
    }
  }
  return any;
}

/// Copies `from` to `to`, which have the same shape and type. The way leads
/// over the plain layout: oneDNN generates code for the ways from and to it,
/// but between blocks of different sizes has loops that are thirty times
/// slower.
static void repack(dnnl::memory from, dnnl::memory to,
                   const dnnl::engine &engine, dnnl::stream &stream) {
  TensorSpec spec;
  spec.dims = from.get_desc().get_dims();
  spec.type = from.get_desc().get_data_type();
  spec.layout = plainLayout(static_cast<int>(spec.dims.size()));
  dnnl::memory::desc desc = makeDesc(spec);
  Buffer buffer(desc.get_size(), "weights while they are packed again");
  dnnl::memory plain(desc, engine, buffer.data());
  dnnl::reorder(from, plain).execute(stream, from, plain);
  dnnl::reorder(plain, to).execute(stream, plain, to);
  stream.wait();
}

/// Copies the weights of `step` that `result` wants in another layout than
/// `spec` describes.
static void repackWeights(PrimitiveStep &result, const PrimitiveSpec &spec,
                          const mlcc_model &model, const mlcc_step &step,
                          const dnnl::engine &engine, dnnl::stream &stream) {
  for (size_t i = 0; i < spec.arguments.size(); ++i) {
    dnnl::memory::desc have = makeDesc(spec.arguments[i]);
    const dnnl::memory::desc &want = result.created.arguments[i].second;
    if (step.places[i].space != MLCC_WEIGHTS || have == want)
      continue;
    uint64_t offset = step.places[i].offset;
    if (offset > model.weights_bytes ||
        have.get_size() > model.weights_bytes - offset)
      throw std::runtime_error("the weights end beyond those of the model");
    result.repacked[i] = Buffer(want.get_size(), "repacked weights");
    repack({have, engine, const_cast<uint8_t *>(model.weights) + offset},
           {want, engine, result.repacked[i].data()}, engine, stream);
  }
}

/// The primitive with weights as they are packed, or, if that is not a good
/// one, with weights in the layout that oneDNN would choose. Throws dnnl::error
/// if there is neither.
static CreatedPrimitive createBest(const PrimitiveSpec &spec,
                                   const mlcc_step &step,
                                   const dnnl::engine &engine, bool &repack) {
  std::optional<dnnl::error> failure;
  auto attempt = [&](const PrimitiveSpec &variant) {
    std::optional<CreatedPrimitive> created;
    try {
      created = createPrimitive(variant, engine);
    } catch (const dnnl::error &error) {
      failure = error;
    }
    return created;
  };
  std::optional<CreatedPrimitive> asPacked = attempt(spec), asWanted;
  PrimitiveSpec wanted = spec;
  if ((!asPacked || quality(*asPacked) < best) && freeWeights(wanted, step))
    asWanted = attempt(wanted);
  if (!asPacked && !asWanted)
    throw *failure;
  repack = asWanted && (!asPacked || quality(*asWanted) > quality(*asPacked));
  return std::move(repack ? *asWanted : *asPacked);
}

/// createPrimitiveStep with the exceptions of what it calls: dnnl::error, and
/// std::runtime_error for a description that makes no sense.
static PrimitiveStep create(const mlcc_model &model, const mlcc_step &step,
                            const dnnl::engine &engine, dnnl::stream &stream) {
  PrimitiveSpec spec = PrimitiveSpec::deserialize(step.spec, step.spec_bytes);
  if (spec.arguments.size() > step.place_count)
    throw std::runtime_error("more arguments in the description than places");
  PrimitiveStep result;
  bool repack = false;
  result.created = createBest(spec, step, engine, repack);
  size_t arguments = result.created.arguments.size();
  if (arguments != step.place_count)
    throw std::runtime_error(
        "the description has " + std::to_string(arguments) +
        " arguments, the step " + std::to_string(step.place_count) + " places");
  result.repacked.resize(arguments);
  if (repack)
    repackWeights(result, spec, model, step, engine, stream);
  return result;
}

PrimitiveStep createPrimitiveStep(const mlcc_model &model,
                                  const mlcc_step &step,
                                  const dnnl::engine &engine,
                                  dnnl::stream &stream) {
  auto fail = [&](RuntimeErrorCode code, const std::string &reason) {
    return RuntimeError(code,
                        std::string("step '") + step.name + "': " + reason);
  };
  try {
    return create(model, step, engine, stream);
  } catch (const RuntimeError &) {
    throw;
  } catch (const dnnl::error &error) {
    throw fail(RuntimeErrorCode::PrimitiveFailed,
               std::string("oneDNN cannot do this on this CPU: ") +
                   error.what());
  } catch (const std::runtime_error &error) {
    throw fail(RuntimeErrorCode::CorruptModel, error.what());
  }
}

} // namespace mlcc
