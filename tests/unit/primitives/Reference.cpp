//===- Reference.cpp - Running primitives in tests ------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Reference.h"

#include <dnnl_threadpool.hpp>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <unordered_map>

using namespace mlcc;
using namespace mlcc::test;
using dnnl::memory;

TensorSpec test::tensor(int argument, memory::dims dims, std::string layout) {
  TensorSpec spec;
  spec.argument = argument;
  spec.layout = layout.empty() ? plainLayout(static_cast<int>(dims.size()))
                               : std::move(layout);
  spec.dims = std::move(dims);
  return spec;
}

Values test::testValues(size_t count, unsigned seed) {
  Values values(count);
  uint32_t state = seed * 2654435761u + 12345u;
  for (float &value : values) {
    state = state * 1664525u + 1013904223u;
    value = static_cast<float>(state >> 20) / 2048.0f - 1.0f;
  }
  return values;
}

int64_t test::elementsOf(const memory::dims &dims) {
  int64_t count = 1;
  for (memory::dim extent : dims)
    count *= extent;
  return count;
}

namespace {
/// What a run needs of oneDNN.
struct Machine {
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream =
      dnnl::threadpool_interop::make_stream(engine, /*threadpool=*/nullptr);

  memory::desc plain(const memory::desc &desc) const {
    TensorSpec spec;
    spec.dims = desc.get_dims();
    spec.type = desc.get_data_type();
    spec.layout = plainLayout(desc.get_ndims());
    return makeDesc(spec);
  }
  void copy(memory from, memory to) {
    dnnl::reorder(from, to).execute(stream, from, to);
    stream.wait();
  }
};
} // namespace

std::map<int, Values> test::run(const PrimitiveSpec &spec,
                                const std::map<int, Values> &inputs) {
  dnnl_threadpool_interop_set_max_concurrency(1);
  Machine machine;
  CreatedPrimitive created = createPrimitive(spec, machine.engine);
  std::unordered_map<int, memory> arguments;
  for (const auto &[argument, desc] : created.arguments) {
    memory value(desc, machine.engine);
    std::memset(value.get_data_handle(), 0, desc.get_size());
    if (auto input = inputs.find(argument); input != inputs.end()) {
      memory plain(machine.plain(desc), machine.engine,
                   const_cast<float *>(input->second.data()));
      machine.copy(plain, value);
    }
    arguments[argument] = value;
  }
  std::vector<uint8_t> scratchpad(created.scratchpadBytes + 64);
  memory::desc bytes({static_cast<memory::dim>(created.scratchpadBytes)},
                     memory::data_type::u8, memory::format_tag::a);
  arguments[DNNL_ARG_SCRATCHPAD] =
      memory(bytes, machine.engine, scratchpad.data());
  created.primitive.execute(machine.stream, arguments);
  machine.stream.wait();

  std::map<int, Values> results;
  for (const auto &[argument, desc] : created.arguments) {
    if (inputs.contains(argument) && argument != DNNL_ARG_DST)
      continue;
    memory plain(machine.plain(desc), machine.engine);
    machine.copy(arguments[argument], plain);
    auto data = static_cast<const float *>(plain.get_data_handle());
    results[argument] = Values(data, data + elementsOf(desc.get_dims()));
  }
  return results;
}

void test::expectClose(const Values &actual, const Values &expected) {
  ASSERT_EQ(actual.size(), expected.size());
  for (size_t i = 0; i < actual.size(); ++i)
    EXPECT_NEAR(actual[i], expected[i],
                1e-4 * std::max(1.0f, std::abs(expected[i])))
        << "element " << i;
}
