//===- Reference.h - Running primitives in tests ----------------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_TESTS_UNIT_PRIMITIVES_REFERENCE_H
#define MLCC_TESTS_UNIT_PRIMITIVES_REFERENCE_H

#include "runtime/src/primitive_spec.h"

#include <map>
#include <vector>

namespace mlcc::test {

using Values = std::vector<float>;

/// An f32 argument in plain layout, or in the given one.
TensorSpec tensor(int argument, dnnl::memory::dims dims,
                  std::string layout = "");

/// Small numbers of both signs, the same in each run.
Values testValues(size_t count, unsigned seed);

int64_t elementsOf(const dnnl::memory::dims &dims);

/// Creates the primitive and runs it on one thread. `inputs` gives the plain
/// values of arguments; they are brought into the layouts that the primitive
/// wants. The memory of the result starts with the values of `inputs[DST]`, if
/// there are any. Returns the plain values of all other arguments.
std::map<int, Values> run(const PrimitiveSpec &spec,
                          const std::map<int, Values> &inputs);

/// Fails the test unless all values agree to 1e-4, relative to their size or 1.
void expectClose(const Values &actual, const Values &expected);

} // namespace mlcc::test

#endif // MLCC_TESTS_UNIT_PRIMITIVES_REFERENCE_H
