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

static std::optional<CreatedPrimitive> tryCreate(const PrimitiveSpec &spec,
                                                 const dnnl::engine &engine,
                                                 std::string &reason) {
  try {
    return createPrimitive(spec, engine);
  } catch (const dnnl::error &error) {
    reason = error.what();
    return std::nullopt;
  }
}

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
    result.repacked[i] = Buffer(want.get_size(), "repacked weights");
    dnnl::memory from(have, engine,
                      const_cast<uint8_t *>(model.weights) +
                          step.places[i].offset);
    dnnl::memory to(want, engine, result.repacked[i].data());
    dnnl::reorder(from, to).execute(stream, from, to);
    stream.wait();
  }
}

PrimitiveStep createPrimitiveStep(const mlcc_model &model,
                                  const mlcc_step &step,
                                  const dnnl::engine &engine,
                                  dnnl::stream &stream) {
  auto fail = [&](RuntimeErrorCode code, const std::string &reason) {
    return RuntimeError(code,
                        std::string("step '") + step.name + "': " + reason);
  };
  PrimitiveSpec spec;
  try {
    spec = PrimitiveSpec::deserialize(step.spec, step.spec_bytes);
  } catch (const std::runtime_error &error) {
    throw fail(RuntimeErrorCode::CorruptModel, error.what());
  }
  if (spec.arguments.size() > step.place_count)
    throw fail(RuntimeErrorCode::CorruptModel,
               "more arguments in the description than places");

  PrimitiveStep result;
  std::string reason;
  std::optional<CreatedPrimitive> asPacked, asWanted;
  PrimitiveSpec wanted = spec;
  try {
    asPacked = tryCreate(spec, engine, reason);
    if ((!asPacked || quality(*asPacked) < best) && freeWeights(wanted, step))
      asWanted = tryCreate(wanted, engine, reason);
  } catch (const std::runtime_error &error) {
    throw fail(RuntimeErrorCode::CorruptModel, error.what());
  }
  if (!asPacked && !asWanted)
    throw fail(RuntimeErrorCode::PrimitiveFailed,
               "oneDNN has no implementation on this CPU: " + reason);
  bool repack =
      asWanted && (!asPacked || quality(*asWanted) > quality(*asPacked));
  result.created = std::move(repack ? *asWanted : *asPacked);
  result.repacked.resize(result.created.arguments.size());
  if (result.created.arguments.size() != step.place_count)
    throw fail(RuntimeErrorCode::CorruptModel,
               "the description has " +
                   std::to_string(result.created.arguments.size()) +
                   " arguments, the step " + std::to_string(step.place_count) +
                   " places");
  if (repack)
    repackWeights(result, spec, model, step, engine, stream);
  return result;
}

} // namespace mlcc
