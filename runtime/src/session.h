//===- session.h - A loaded model -------------------------------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Loading turns the steps of a model into arrays that running only walks
// through: created primitives with bound memory, kernels with resolved
// arguments, and a list of the few places that depend on the caller's inputs
// and outputs.
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_RUNTIME_SESSION_H
#define MLCC_RUNTIME_SESSION_H

#include "mlcc/abi.h"
#include "runtime/src/buffer.h"
#include "runtime/src/primitive_step.h"
#include "runtime/src/thread_pool.h"

#include <dnnl.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace mlcc {

class Session {
public:
  /// Loads `model` for `threads` threads, the caller included. Throws
  /// RuntimeError, and std::system_error if threads cannot be started.
  Session(const mlcc_model &model, int threads);
  Session(const Session &) = delete;
  Session &operator=(const Session &) = delete;

  /// See mlcc_run. Throws RuntimeError.
  void run(uint32_t function, const void *const *inputs, void *const *outputs);

  /// See mlcc_run_checked; -1 stands for "none".
  int64_t runChecked(uint32_t function, const void *const *inputs,
                     void *const *outputs);

  void setProfiling(bool enabled) { profiling = enabled; }
  /// Seconds of each step of the last run with profiling on.
  std::span<const double> stepSeconds() const {
    return {seconds.data(), profiled ? profiled->steps.size() : 0};
  }
  /// oneDNN's name of what executes a step; "" if it is not a primitive, null
  /// if there is no such step.
  const char *stepImplementation(uint32_t function, uint64_t step) const;

  /// Where a variable lies. Throws RuntimeError InvalidArgument.
  uint8_t *variable(uint32_t index) const;
  /// Copies all of a variable's bytes from or to the session while it does not
  /// run. Throw RuntimeError InvalidArgument, SessionBusy.
  void getVariable(uint32_t index, void *to, uint64_t bytes);
  void setVariable(uint32_t index, const void *from, uint64_t bytes);

private:
  struct Loop;

  /// A step, ready to be executed. Which fields matter depends on `kind`.
  struct Step {
    mlcc_step_kind kind;
    int32_t threads; ///< of kernels: the most that are worth it
    mlcc_kernel kernel;
    int64_t work;          ///< iterations, or bytes to copy
    void *const *pointers; ///< of all but primitives: the resolved places
    dnnl_primitive_t primitive;
    int32_t argumentCount;
    const dnnl_exec_arg_t *arguments;
    Loop *loop;
  };

  /// A place that follows an input or output of the caller: either a pointer of
  /// a kernel or the memory of a primitive.
  struct Binding {
    uint32_t index;
    uint64_t offset;
    void **pointer;
    dnnl_memory_t memory;

    void update(const void *tensor) const {
      void *address =
          static_cast<uint8_t *>(const_cast<void *>(tensor)) + offset;
      if (pointer)
        *pointer = address;
      else
        dnnl_memory_set_data_handle(memory, address);
    }
  };

  struct Function {
    const mlcc_function *source = nullptr;
    /// Where its arena begins in the session's, in bytes.
    uint64_t arenaOffset = 0;
    std::vector<Step> steps;
    std::vector<Binding> inputs, outputs;
    std::vector<const void *> boundInputs;
    std::vector<void *> boundOutputs;
    bool everBound = false;
    std::vector<uint32_t> requiredInputs; ///< those with a required value
    // What the steps point to. The first two never grow beyond their capacity.
    std::vector<void *> pointers;
    std::vector<dnnl_exec_arg_t> arguments;
    std::vector<dnnl::memory> memories;
    std::vector<PrimitiveStep> primitives; ///< one per step, some of them empty
    std::vector<std::unique_ptr<Loop>>
        loops; ///< one per step, some of them null
  };

  /// A loop step with a body of its own: what the body's steps point to is
  /// known when loading but for inputs and outputs.
  struct Loop {
    const mlcc_loop *source;
    Function body;
    /// Where the body's inputs and outputs are in this trip.
    std::vector<void *> inputs, outputs;
    /// Which of the body's bindings differ from trip to trip.
    std::vector<Binding> movingInputs, movingOutputs;
  };

  void createLoops(Function &function);
  void createPrimitives();
  void loadFunction(Function &function);
  void loadLoop(const Function &function, const mlcc_step &step, Loop &loop);
  void checkPieces(const Function &function, const mlcc_step &step,
                   mlcc_place place, int64_t stride, int64_t trips,
                   uint64_t bytes) const;
  Step loadPrimitive(Function &function, const mlcc_step &source,
                     const PrimitiveStep &primitive);
  Step loadPointers(Function &function, const mlcc_step &source) const;
  void *resolve(const Function &function, const mlcc_step &step,
                const mlcc_place &place, uint64_t bytes) const;

  class Reservation;
  void requireBytes(uint32_t variable, const void *memory,
                    uint64_t bytes) const;
  void bind(Function &function, const void *const *inputs,
            void *const *outputs);
  void execute(const Function &function, const Step &step);
  void runLoop(const Step &step);
  Function &requireFunction(uint32_t index);
  bool isLoopFinite(const Step &step) const;
  bool isResultFinite(const Function &function, const mlcc_step &step) const;

  const mlcc_model &model;
  ThreadPool pool;
  dnnl::engine engine;
  dnnl::stream stream;
  Buffer arena;
  Buffer state;
  Buffer scratchpad;
  dnnl::memory scratchpadMemory;
  std::vector<Function> functions;
  std::vector<double> seconds; ///< room for the longest function
  const Function *profiled = nullptr;
  std::atomic<bool> busy = false;
  bool profiling = false;
};

} // namespace mlcc

#endif // MLCC_RUNTIME_SESSION_H
