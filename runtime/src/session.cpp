//===- session.cpp - A loaded model ---------------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/src/session.h"

#include "runtime/src/cpu_features.h"
#include "runtime/src/errors.h"
#include "runtime/src/model_check.h"

#include <dnnl_threadpool.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>

namespace mlcc {

//===----------------------------------------------------------------------===//
// Loading
//===----------------------------------------------------------------------===//

Session::Session(const mlcc_model &model, int threads)
    : model((checkModel(model), model)), pool(threads),
      engine(dnnl::engine::kind::cpu, 0),
      stream(dnnl::threadpool_interop::make_stream(engine, &pool)),
      arena(model.arena_bytes, "arena"), state(model.state_bytes, "state") {
  if (state.size() > 0)
    std::memset(state.data(), 0, state.size());
  functions.resize(model.function_count);
  for (uint32_t i = 0; i < model.function_count; ++i)
    functions[i].source = &model.functions[i];
  for (Function &function : functions)
    createLoops(function);
  createPrimitives();
  size_t most = 0;
  for (Function &function : functions) {
    loadFunction(function);
    most = std::max(most, function.steps.size());
  }
  seconds.resize(most);
}

/// Gives each loop step a body of its own.
void Session::createLoops(Function &function) {
  const mlcc_function &source = *function.source;
  function.loops.resize(source.step_count);
  for (uint64_t i = 0; i < source.step_count; ++i) {
    if (source.steps[i].kind != MLCC_STEP_LOOP)
      continue;
    function.loops[i] = std::make_unique<Loop>();
    function.loops[i]->source = source.steps[i].loop;
    function.loops[i]->body.source = &model.bodies[source.steps[i].loop->body];
    createLoops(function.loops[i]->body);
  }
}

/// Creates the primitives of all steps, on all threads since most of the time
/// goes into generating code, and the scratchpad that they share.
void Session::createPrimitives() {
  std::vector<std::pair<const mlcc_step *, PrimitiveStep *>> jobs;
  auto collect = [&](auto &self, Function &function) -> void {
    function.primitives.resize(function.source->step_count);
    for (uint64_t i = 0; i < function.source->step_count; ++i) {
      if (function.source->steps[i].kind == MLCC_STEP_PRIMITIVE)
        jobs.emplace_back(&function.source->steps[i], &function.primitives[i]);
      if (function.loops[i])
        self(self, function.loops[i]->body);
    }
  };
  for (Function &function : functions)
    collect(collect, function);
  std::atomic<size_t> next = 0;
  pool.run(pool.threads(), [&](int, int) {
    // oneDNN partitions work when a primitive is created, for as many threads
    // as the creating thread assumes.
    int previous = 0;
    dnnl_threadpool_interop_get_max_concurrency(&previous);
    dnnl_threadpool_interop_set_max_concurrency(pool.threads());
    for (size_t i; (i = next.fetch_add(1)) < jobs.size();)
      *jobs[i].second =
          createPrimitiveStep(model, *jobs[i].first, engine, stream);
    dnnl_threadpool_interop_set_max_concurrency(previous);
  });

  size_t scratchpadBytes = 0, repackedBytes = 0;
  for (auto &[step, primitive] : jobs) {
    scratchpadBytes =
        std::max(scratchpadBytes, primitive->created.scratchpadBytes);
    repackedBytes += primitive->repackedBytes();
  }
  scratchpad = Buffer(scratchpadBytes, "scratchpad");
  using Memory = dnnl::memory;
  scratchpadMemory = Memory({{static_cast<Memory::dim>(scratchpadBytes)},
                             Memory::data_type::u8,
                             Memory::format_tag::a},
                            engine, scratchpad.data());
  // Some layouts depend on the number of threads too: worth no note.
  if (repackedBytes > model.weights_bytes / 4)
    std::fprintf(
        stderr,
        "mlcc: note: model '%s' was packed for another CPU; %.1f MB of "
        "weights were packed again\n",
        model.name, static_cast<double>(repackedBytes) * 1e-6);
}

void Session::loadFunction(Function &function) {
  const mlcc_function &source = *function.source;
  std::span<const mlcc_step> steps(source.steps, source.step_count);
  size_t places = 0;
  for (const mlcc_step &step : steps)
    places += step.place_count + 1; // and the scratchpad
  function.pointers.reserve(places);
  function.arguments.reserve(places);
  function.steps.reserve(steps.size());
  for (size_t i = 0; i < steps.size(); ++i) {
    function.steps.push_back(
        steps[i].kind == MLCC_STEP_PRIMITIVE
            ? loadPrimitive(function, steps[i], function.primitives[i])
            : loadPointers(function, steps[i]));
    if (steps[i].kind == MLCC_STEP_LOOP)
      loadLoop(function, steps[i], *function.loops[i]);
  }
  function.boundInputs.resize(source.input_count);
  function.boundOutputs.resize(source.output_count);
  for (uint32_t i = 0; i < source.input_count; ++i)
    if (source.inputs[i].required_value)
      function.requiredInputs.push_back(i);
}

Session::Step Session::loadPrimitive(Function &function,
                                     const mlcc_step &source,
                                     const PrimitiveStep &primitive) {
  Step step = {};
  step.kind = MLCC_STEP_PRIMITIVE;
  step.primitive = primitive.created.primitive.get();
  step.arguments = function.arguments.data() + function.arguments.size();
  for (uint32_t i = 0; i < source.place_count; ++i) {
    const mlcc_place &place = source.places[i];
    const auto &[argument, desc] = primitive.created.arguments[i];
    void *handle = primitive.repacked[i].size()
                       ? primitive.repacked[i].data()
                       : resolve(function, source, place, desc.get_size());
    function.memories.emplace_back(desc, engine,
                                   handle ? handle : DNNL_MEMORY_NONE);
    dnnl_memory_t memory = function.memories.back().get();
    function.arguments.push_back({argument, memory});
    if (place.space == MLCC_INPUT || place.space == MLCC_OUTPUT)
      (place.space == MLCC_INPUT ? function.inputs : function.outputs)
          .push_back({place.index, place.offset, nullptr, memory});
  }
  if (primitive.created.scratchpadBytes > 0)
    function.arguments.push_back({DNNL_ARG_SCRATCHPAD, scratchpadMemory.get()});
  step.argumentCount = static_cast<int32_t>(
      function.arguments.data() + function.arguments.size() - step.arguments);
  return step;
}

Session::Step Session::loadPointers(Function &function,
                                    const mlcc_step &source) const {
  Step step = {};
  step.kind = static_cast<mlcc_step_kind>(source.kind);
  step.work = source.work;
  step.kernel = source.kernel;
  if (source.kind == MLCC_STEP_LOOP)
    step.loop = function.loops[&source - function.source->steps].get();
  int64_t worthwhile = source.work / std::max<int64_t>(source.grain, 1);
  step.threads =
      static_cast<int32_t>(std::clamp<int64_t>(worthwhile, 1, pool.threads()));
  step.pointers = function.pointers.data() + function.pointers.size();
  uint64_t bytes = source.kind == MLCC_STEP_COPY ? source.work : 0;
  for (uint32_t i = 0; i < source.place_count; ++i) {
    const mlcc_place &place = source.places[i];
    function.pointers.push_back(resolve(function, source, place, bytes));
    if (place.space == MLCC_INPUT || place.space == MLCC_OUTPUT)
      (place.space == MLCC_INPUT ? function.inputs : function.outputs)
          .push_back(
              {place.index, place.offset, &function.pointers.back(), nullptr});
  }
  return step;
}

/// Prepares the body of a loop step whose pointers are loaded.
void Session::loadLoop(const Function &function, const mlcc_step &step,
                       Loop &loop) {
  const mlcc_loop &source = *loop.source;
  Function &body = loop.body;
  const mlcc_place &arenaPlace = step.places[step.place_count - 1];
  body.arenaOffset = function.arenaOffset + arenaPlace.offset;
  loadFunction(body);
  uint32_t inputs = body.source->input_count;
  uint32_t outputs = body.source->output_count;
  loop.inputs.resize(inputs);
  loop.outputs.resize(outputs);
  for (uint32_t i = 0; i < inputs + outputs; ++i) {
    uint64_t bytes = i < inputs ? body.source->inputs[i].bytes
                                : body.source->outputs[i - inputs].bytes;
    checkPieces(function, step, step.places[i], source.strides[i], source.trips,
                bytes);
  }
  for (uint32_t i = 0; i < source.state_count; ++i)
    resolve(function, step, step.places[inputs + outputs + i],
            body.source->outputs[outputs - source.state_count + i].bytes);
  auto isState = [](uint32_t index, uint32_t first, uint32_t count) {
    return index >= first && index - first < count;
  };
  for (const Binding &binding : body.inputs)
    if (source.strides[binding.index] != 0 ||
        isState(binding.index, source.first_state, source.state_count))
      loop.movingInputs.push_back(binding);
  for (const Binding &binding : body.outputs)
    if (source.strides[inputs + binding.index] != 0 ||
        isState(binding.index, outputs - source.state_count,
                source.state_count))
      loop.movingOutputs.push_back(binding);
}

/// That `trips` pieces of `bytes` bytes, `stride` bytes apart, are there.
void Session::checkPieces(const Function &function, const mlcc_step &step,
                          mlcc_place place, int64_t stride, int64_t trips,
                          uint64_t bytes) const {
  int64_t distance = 0;
  bool overflows = __builtin_mul_overflow(stride, trips - 1, &distance);
  auto far = static_cast<uint64_t>(distance);
  if (distance < 0) {
    far = 0 - far;
    overflows |= far > place.offset;
    place.offset -= far;
  }
  overflows |= __builtin_add_overflow(bytes, far, &bytes);
  if (overflows)
    throw RuntimeError(RuntimeErrorCode::CorruptModel,
                       std::string("step '") + step.name +
                           "' moves beyond its places");
  resolve(function, step, place, bytes);
}

/// The address of a place that holds at least `bytes` bytes, null for inputs
/// and outputs.
void *Session::resolve(const Function &function, const mlcc_step &step,
                       const mlcc_place &place, uint64_t bytes) const {
  uint64_t size = placeBytes(model, *function.source, place);
  if (place.space == MLCC_ARENA)
    size -= std::min(size, function.arenaOffset);
  if (place.offset > size || bytes > size - place.offset)
    throw RuntimeError(RuntimeErrorCode::CorruptModel,
                       std::string("step '") + step.name + "' touches " +
                           std::to_string(bytes) + " bytes at offset " +
                           std::to_string(place.offset) + " of " +
                           std::to_string(size));
  if (place.space == MLCC_ARENA)
    return arena.data() + function.arenaOffset + place.offset;
  if (place.space == MLCC_STATE)
    return state.data() + place.offset;
  if (place.space == MLCC_WEIGHTS)
    return const_cast<uint8_t *>(model.weights) + place.offset;
  return nullptr;
}

const char *Session::stepImplementation(uint32_t function,
                                        uint64_t step) const {
  if (function >= functions.size() ||
      step >= functions[function].primitives.size())
    return nullptr;
  return functions[function].primitives[step].created.implementation.c_str();
}

uint8_t *Session::variable(uint32_t index) const {
  if (index >= model.variable_count)
    throw RuntimeError(RuntimeErrorCode::InvalidArgument,
                       "the model has " + std::to_string(model.variable_count) +
                           " variables, not number " + std::to_string(index));
  return state.data() + model.variables[index].offset;
}

//===----------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------===//

/// Reserves the session for one run.
class Session::Reservation {
public:
  explicit Reservation(Session &session) : session(session) {
    if (session.busy.exchange(true, std::memory_order_acquire))
      throw RuntimeError(RuntimeErrorCode::SessionBusy,
                         "the session is running on another thread");
    session.pool.setActive(true);
  }
  ~Reservation() {
    session.pool.setActive(false);
    session.busy.store(false, std::memory_order_release);
  }

private:
  Session &session;
};

void Session::requireBytes(uint32_t variable, const void *memory,
                           uint64_t bytes) const {
  const mlcc_tensor_info &tensor = model.variables[variable].tensor;
  if (bytes != tensor.bytes || (bytes > 0 && !memory))
    throw RuntimeError(RuntimeErrorCode::InvalidArgument,
                       std::string("variable '") + tensor.name + "' has " +
                           std::to_string(tensor.bytes) + " bytes, not " +
                           (memory ? std::to_string(bytes) : "null"));
}

void Session::getVariable(uint32_t index, void *to, uint64_t bytes) {
  const uint8_t *from = variable(index);
  requireBytes(index, to, bytes);
  Reservation reservation(*this);
  if (bytes > 0)
    std::memcpy(to, from, bytes);
}

void Session::setVariable(uint32_t index, const void *from, uint64_t bytes) {
  uint8_t *to = variable(index);
  requireBytes(index, from, bytes);
  Reservation reservation(*this);
  if (bytes > 0)
    std::memcpy(to, from, bytes);
}

Session::Function &Session::requireFunction(uint32_t index) {
  if (index >= functions.size())
    throw RuntimeError(RuntimeErrorCode::InvalidArgument,
                       "the model has " + std::to_string(functions.size()) +
                           " functions, not number " + std::to_string(index));
  return functions[index];
}

template <typename T>
static bool allFinite(const uint8_t *data, uint64_t bytes) {
  return std::ranges::all_of(
      std::span(reinterpret_cast<const T *>(data), bytes / sizeof(T)),
      [](T value) { return std::isfinite(value); });
}

/// Only f32 and f64 are looked at.
static bool allFinite(int32_t type, const uint8_t *data, uint64_t bytes) {
  if (type == MLCC_F32)
    return allFinite<float>(data, bytes);
  return type != MLCC_F64 || allFinite<double>(data, bytes);
}

/// Whether all that a loop has computed are numbers.
bool Session::isLoopFinite(const Step &step) const {
  const mlcc_function &body = *step.loop->body.source;
  const mlcc_loop &loop = *step.loop->source;
  for (uint32_t i = 0; i < body.output_count; ++i) {
    const mlcc_tensor_info &output = body.outputs[i];
    int64_t stride = loop.strides[body.input_count + i];
    auto *data =
        static_cast<const uint8_t *>(step.pointers[body.input_count + i]);
    for (int64_t trip = 0; trip < (stride != 0 ? loop.trips : 1); ++trip)
      if (!allFinite(output.type, data + trip * stride, output.bytes))
        return false;
  }
  return true;
}

/// Whether what the step has computed are numbers.
bool Session::isResultFinite(const Function &function,
                             const mlcc_step &step) const {
  if (step.kind == MLCC_STEP_LOOP)
    return isLoopFinite(function.steps[&step - function.source->steps]);
  if (step.result_bytes == 0)
    return true;
  const mlcc_place &place = step.places[step.result_place];
  auto *data = static_cast<const uint8_t *>(
      resolve(function, step, place, step.result_bytes));
  if (place.space == MLCC_INPUT)
    return true;
  if (place.space == MLCC_OUTPUT)
    data = static_cast<const uint8_t *>(function.boundOutputs[place.index]) +
           place.offset;
  return allFinite(step.result_type, data, step.result_bytes);
}

int64_t Session::runChecked(uint32_t index, const void *const *inputs,
                            void *const *outputs) {
  Function &function = requireFunction(index);
  Reservation reservation(*this);
  bind(function, inputs, outputs);
  int64_t found = -1;
  for (size_t i = 0; i < function.steps.size(); ++i) {
    execute(function, function.steps[i]);
    if (found < 0 && !isResultFinite(function, function.source->steps[i]))
      found = static_cast<int64_t>(i);
  }
  return found;
}

void Session::run(uint32_t index, const void *const *inputs,
                  void *const *outputs) {
  Function &function = requireFunction(index);
  Reservation reservation(*this);
  bind(function, inputs, outputs);
  if (!profiling) {
    for (const Step &step : function.steps)
      execute(function, step);
    return;
  }
  profiled = &function;
  auto before = std::chrono::steady_clock::now();
  for (size_t i = 0; i < function.steps.size(); ++i) {
    execute(function, function.steps[i]);
    auto after = std::chrono::steady_clock::now();
    seconds[i] = std::chrono::duration<double>(after - before).count();
    before = after;
  }
}

/// Points the steps that touch inputs or outputs to those of this run, if they
/// lie elsewhere than in the last one.
void Session::bind(Function &function, const void *const *inputs,
                   void *const *outputs) {
  const mlcc_function &source = *function.source;
  auto unchanged = [](auto &bound, auto *tensors) {
    return tensors && std::equal(bound.begin(), bound.end(), tensors);
  };
  bool same = unchanged(function.boundInputs, inputs) &&
              unchanged(function.boundOutputs, outputs);
  if (!same || !function.everBound) {
    checkTensors(source, inputs, outputs);
    for (const Binding &binding : function.inputs)
      binding.update(inputs[binding.index]);
    for (const Binding &binding : function.outputs)
      binding.update(outputs[binding.index]);
    std::copy_n(inputs, source.input_count, function.boundInputs.begin());
    std::copy_n(outputs, source.output_count, function.boundOutputs.begin());
    function.everBound = true;
  }
  for (uint32_t i : function.requiredInputs)
    checkRequiredValue(source.inputs[i], inputs[i]);
}

inline void Session::execute(const Function &function, const Step &step) {
  switch (step.kind) {
  case MLCC_STEP_PRIMITIVE:
    if (dnnl_primitive_execute(step.primitive, stream.get(), step.argumentCount,
                               step.arguments) != dnnl_success)
      throw RuntimeError(
          RuntimeErrorCode::PrimitiveFailed,
          std::string("step '") +
              function.source->steps[&step - function.steps.data()].name +
              "' could not be executed");
    return;
  case MLCC_STEP_KERNEL:
    if (step.threads == 1)
      return step.kernel(0, step.work, step.pointers);
    return pool.run(step.threads, [&step](int thread, int threads) {
      step.kernel(step.work * thread / threads,
                  step.work * (thread + 1) / threads, step.pointers);
    });
  case MLCC_STEP_COPY:
    std::memcpy(step.pointers[1], step.pointers[0], step.work);
    return;
  case MLCC_STEP_LOOP:
    return runLoop(step);
  }
}

void Session::runLoop(const Step &step) {
  Loop &loop = *step.loop;
  const mlcc_loop &source = *loop.source;
  const Function &body = loop.body;
  const uint32_t inputs = body.source->input_count;
  const uint32_t outputs = body.source->output_count;
  const uint32_t stacks = outputs - source.state_count;
  void *const *results = step.pointers + inputs;
  void *const *spares = results + outputs;
  std::copy_n(step.pointers, inputs, loop.inputs.begin());
  std::copy_n(results, outputs, loop.outputs.begin());
  int64_t trip = 0;
  for (bool goesOn = true; goesOn && trip < source.trips; ++trip) {
    if (trip > 0) {
      for (uint32_t i = 0; i < inputs; ++i)
        loop.inputs[i] =
            static_cast<uint8_t *>(loop.inputs[i]) + source.strides[i];
      for (uint32_t i = 0; i < stacks; ++i)
        loop.outputs[i] = static_cast<uint8_t *>(loop.outputs[i]) +
                          source.strides[inputs + i];
      std::copy_n(loop.outputs.begin() + stacks, source.state_count,
                  loop.inputs.begin() + source.first_state);
    }
    // The last of all trips leaves the states in the results.
    bool toSpares = (source.trips - trip) % 2 == 0;
    std::copy_n(toSpares ? spares : results + stacks, source.state_count,
                loop.outputs.begin() + stacks);
    for (const Binding &binding : trip ? loop.movingInputs : body.inputs)
      binding.update(loop.inputs[binding.index]);
    for (const Binding &binding : trip ? loop.movingOutputs : body.outputs)
      binding.update(loop.outputs[binding.index]);
    for (const Step &inner : body.steps)
      execute(body, inner);
    goesOn = !source.is_while || *static_cast<const uint8_t *>(loop.outputs[0]);
  }
  if ((source.trips - trip) % 2 != 0) // It ended early, in the spare places.
    for (uint32_t i = 0; i < source.state_count; ++i)
      std::memcpy(results[stacks + i], spares[i],
                  body.source->outputs[stacks + i].bytes);
}

} // namespace mlcc
