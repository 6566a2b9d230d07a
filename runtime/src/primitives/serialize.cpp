//===- serialize.cpp - Descriptions of primitives as bytes ----------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Little-endian; lists are preceded by their length. One function, `transfer`,
// says what a description consists of, for writing and reading alike.
//
//===----------------------------------------------------------------------===//

#include "primitive_spec.h"

#include <cstring>
#include <stdexcept>
#include <type_traits>

namespace mlcc {

/// First byte of a serialized description; rises with every change.
static constexpr uint8_t formatVersion = 1;

// Limits that no valid description exceeds.
static constexpr uint32_t maxLength = 1 << 16;
static constexpr uint32_t maxRank = DNNL_MAX_NDIMS;

namespace {
class Writer {
public:
  template <typename T> void scalar(T &value) {
    static_assert(std::is_trivially_copyable_v<T>);
    auto bytes = reinterpret_cast<const uint8_t *>(&value);
    out.insert(out.end(), bytes, bytes + sizeof(T));
  }
  template <typename List> void length(List &list, uint32_t) {
    auto size = static_cast<uint32_t>(list.size());
    scalar(size);
  }
  std::vector<uint8_t> out;
};

class Reader {
public:
  Reader(const uint8_t *data, size_t size) : data(data), left(size) {}
  template <typename T> void scalar(T &value) {
    static_assert(std::is_trivially_copyable_v<T>);
    if (left < sizeof(T))
      throw std::runtime_error("truncated description of a primitive");
    std::memcpy(&value, data, sizeof(T));
    data += sizeof(T);
    left -= sizeof(T);
  }
  template <typename List> void length(List &list, uint32_t limit) {
    uint32_t size = 0;
    scalar(size);
    if (size > limit || size > left)
      throw std::runtime_error("malformed description of a primitive");
    list.resize(size);
  }
  bool atEnd() const { return left == 0; }

private:
  const uint8_t *data;
  size_t left;
};
} // namespace

/// An enumeration as 32 bits, checked against [0, end) when read. `end` of 0:
/// any value (oneDNN checks it).
template <typename Stream, typename Enum>
static void transferEnum(Stream &stream, Enum &value, int32_t end) {
  auto number = static_cast<int32_t>(value);
  stream.scalar(number);
  if (number < 0 || (end && number >= end))
    throw std::runtime_error("malformed description of a primitive");
  value = static_cast<Enum>(number);
}

template <typename Stream, typename List>
static void transferList(Stream &stream, List &list, uint32_t limit) {
  stream.length(list, limit);
  for (auto &element : list)
    stream.scalar(element);
}

template <typename Stream>
static void transfer(Stream &stream, TensorSpec &tensor) {
  stream.scalar(tensor.argument);
  transferList(stream, tensor.dims, maxRank);
  transferEnum(stream, tensor.type, dnnl_data_type_max);
  transferList(stream, tensor.layout, maxLength);
}

template <typename Stream>
static void transfer(Stream &stream, PostOp &postOp) {
  transferEnum(stream, postOp.kind,
               static_cast<int32_t>(PostOp::Kind::Binary) + 1);
  transferEnum(stream, postOp.algorithm, 0);
  stream.scalar(postOp.alpha);
  stream.scalar(postOp.beta);
  if (postOp.kind == PostOp::Kind::Binary)
    transfer(stream, postOp.operand);
}

template <typename Stream>
static void transfer(Stream &stream, PrimitiveSpec &spec) {
  transferEnum(stream, spec.kind,
               static_cast<int32_t>(PrimitiveKind::ConvolutionWeightGradient) + 1);
  transferEnum(stream, spec.algorithm, 0);
  stream.length(spec.arguments, maxLength);
  for (TensorSpec &tensor : spec.arguments)
    transfer(stream, tensor);
  stream.length(spec.postOps, maxLength);
  for (PostOp &postOp : spec.postOps)
    transfer(stream, postOp);
  for (dnnl::memory::dims *dims :
       {&spec.strides, &spec.dilations, &spec.padsBegin, &spec.padsEnd,
        &spec.kernel})
    transferList(stream, *dims, maxRank);
  transferList(stream, spec.scales, maxLength);
  stream.scalar(spec.axis);
  stream.scalar(spec.alpha);
  stream.scalar(spec.beta);
  stream.scalar(spec.k);
  stream.scalar(spec.localSize);
  stream.scalar(spec.epsilon);
  stream.scalar(spec.flags);
  stream.scalar(spec.direction);
  transferList(stream, spec.fpmath, maxLength);
}

std::vector<uint8_t> PrimitiveSpec::serialize() const {
  Writer writer;
  uint8_t version = formatVersion;
  writer.scalar(version);
  // Writing does not change what it writes.
  transfer(writer, const_cast<PrimitiveSpec &>(*this));
  return std::move(writer.out);
}

PrimitiveSpec PrimitiveSpec::deserialize(const uint8_t *data, size_t size) {
  Reader reader(data, size);
  uint8_t version = 0;
  reader.scalar(version);
  if (version != formatVersion)
    throw std::runtime_error("unknown version of a primitive's description");
  PrimitiveSpec spec;
  transfer(reader, spec);
  if (!reader.atEnd())
    throw std::runtime_error("malformed description of a primitive");
  return spec;
}

} // namespace mlcc
