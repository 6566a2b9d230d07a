//===- ort_bench.cpp - Times a model under ONNX Runtime -------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The peer of an artefact's `bench --json`: same inputs (floats from 0 to 1,
// integers 0), same output. ONNX Runtime is loaded when this runs, through its
// C API; compare.py builds and calls it.
//
//   ORT_LIB=libonnxruntime.so.1 ort_bench MODEL THREADS SECONDS [NAME=SIZE...]
//
//===----------------------------------------------------------------------===//

#include "onnxruntime_c_api.h"

#include <dlfcn.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <random>
#include <string>
#include <vector>

static const OrtApi *api;

static void check(OrtStatus *status) {
  if (!status)
    return;
  std::fprintf(stderr, "ONNX Runtime: %s\n", api->GetErrorMessage(status));
  std::exit(1);
}

static double now() {
  return std::chrono::duration<double>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

static size_t bytesOf(ONNXTensorElementDataType type) {
  switch (type) {
  case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64:
  case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT64:
  case ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE:
    return 8;
  case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT:
  case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32:
  case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT32:
    return 4;
  case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16:
  case ONNX_TENSOR_ELEMENT_DATA_TYPE_BFLOAT16:
  case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT16:
  case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT16:
    return 2;
  default:
    return 1;
  }
}

static void loadLibrary() {
  const char *path = std::getenv("ORT_LIB");
  void *library = dlopen(path ? path : "libonnxruntime.so.1", RTLD_NOW);
  if (!library) {
    std::fprintf(stderr, "%s\n", dlerror());
    std::exit(1);
  }
  auto getBase = reinterpret_cast<const OrtApiBase *(*)()>(
      dlsym(library, "OrtGetApiBase"));
  api = getBase ? getBase()->GetApi(ORT_API_VERSION) : nullptr;
  if (!api) {
    std::fprintf(stderr, "the library has no API of version %d\n",
                 ORT_API_VERSION);
    std::exit(1);
  }
}

namespace {

/// A session with its inputs.
class Session {
public:
  Session(const char *model, int threads,
          const std::map<std::string, int64_t> &dimensions) {
    OrtEnv *environment;
    OrtSessionOptions *options;
    check(api->CreateEnv(ORT_LOGGING_LEVEL_ERROR, "bench", &environment));
    check(api->CreateSessionOptions(&options));
    check(api->SetIntraOpNumThreads(options, threads));
    check(api->SetInterOpNumThreads(options, 1));
    check(api->SetSessionGraphOptimizationLevel(options, ORT_ENABLE_ALL));
    check(api->CreateSession(environment, model, options, &session));
    check(api->GetAllocatorWithDefaultOptions(&allocator));
    check(api->CreateCpuMemoryInfo(OrtArenaAllocator, OrtMemTypeDefault,
                                   &memory));
    size_t count;
    check(api->SessionGetInputCount(session, &count));
    for (size_t i = 0; i < count; ++i)
      addInput(i, dimensions);
    check(api->SessionGetOutputCount(session, &count));
    outputNames.resize(count);
    for (size_t i = 0; i < count; ++i) {
      char *name;
      check(api->SessionGetOutputName(session, i, allocator, &name));
      outputNames[i] = name;
    }
    outputs.resize(count);
  }

  /// Runs once; returns the seconds.
  double run() {
    for (OrtValue *&output : outputs) {
      if (output)
        api->ReleaseValue(output);
      output = nullptr;
    }
    double start = now();
    check(api->Run(session, nullptr, inputNames.data(), inputs.data(),
                   inputs.size(), outputNames.data(), outputNames.size(),
                   outputs.data()));
    return now() - start;
  }

private:
  void addInput(size_t index,
                const std::map<std::string, int64_t> &dimensions) {
    char *name;
    check(api->SessionGetInputName(session, index, allocator, &name));
    inputNames.push_back(name);
    OrtTypeInfo *info;
    check(api->SessionGetInputTypeInfo(session, index, &info));
    const OrtTensorTypeAndShapeInfo *tensor;
    check(api->CastTypeInfoToTensorInfo(info, &tensor));
    ONNXTensorElementDataType type;
    check(api->GetTensorElementType(tensor, &type));
    size_t rank;
    check(api->GetDimensionsCount(tensor, &rank));
    std::vector<int64_t> shape(rank);
    std::vector<const char *> symbols(rank);
    check(api->GetDimensions(tensor, shape.data(), rank));
    check(api->GetSymbolicDimensions(tensor, symbols.data(), rank));
    size_t elements = 1;
    for (size_t i = 0; i < rank; ++i) {
      if (shape[i] < 0) {
        auto bound = dimensions.find(symbols[i]);
        shape[i] = bound == dimensions.end() ? 1 : bound->second;
      }
      elements *= shape[i];
    }
    std::vector<char> &data =
        buffers.emplace_back(std::max<size_t>(1, elements * bytesOf(type)));
    if (type == ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT) {
      std::uniform_real_distribution<float> uniform(0, 1);
      for (size_t i = 0; i < elements; ++i) {
        float value = uniform(generator);
        std::memcpy(&data[i * sizeof(float)], &value, sizeof(float));
      }
    }
    // --bind of mlcc: an input is fixed to a value, here by its name.
    if (auto bound = dimensions.find(std::string("@") + name);
        bound != dimensions.end() && bytesOf(type) == sizeof(int64_t))
      std::memcpy(data.data(), &bound->second, sizeof(int64_t));
    OrtValue *value;
    check(api->CreateTensorWithDataAsOrtValue(
        memory, data.data(), elements * bytesOf(type), shape.data(), rank, type,
        &value));
    inputs.push_back(value);
  }

  OrtSession *session;
  OrtAllocator *allocator;
  OrtMemoryInfo *memory;
  std::mt19937 generator;
  std::vector<const char *> inputNames, outputNames;
  std::vector<std::vector<char>> buffers;
  std::vector<OrtValue *> inputs, outputs;
};

} // namespace

int main(int argc, char **argv) {
  if (argc < 4) {
    std::fprintf(stderr,
                 "usage: ort_bench MODEL THREADS SECONDS [NAME=SIZE...]\n");
    return 2;
  }
  std::map<std::string, int64_t> dimensions;
  for (int i = 4; i < argc; ++i)
    if (char *equals = std::strchr(argv[i], '='))
      dimensions[std::string(argv[i], equals)] = std::atoll(equals + 1);

  loadLibrary();
  int threads = std::atoi(argv[2]);
  double seconds = std::atof(argv[3]), start = now();
  Session session(argv[1], threads, dimensions);
  double load = now() - start, first = session.run();
  for (start = now(); now() - start < 0.2 * seconds;)
    session.run();
  std::vector<double> times;
  for (start = now(); times.size() < 3 || now() - start < seconds;)
    times.push_back(session.run());
  std::sort(times.begin(), times.end());
  std::printf("{\"threads\": %d, \"runs\": %zu, \"median_seconds\": %.9g, "
              "\"min_seconds\": %.9g, \"first_seconds\": %.9g, "
              "\"load_seconds\": %.9g}\n",
              threads, times.size(), times[times.size() / 2], times[0], first,
              load);
}
