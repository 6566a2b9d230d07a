//===- thread_pool.h - The threads of a session ------------------*- C++
//-*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One pool serves oneDNN's primitives and the generated kernels. Work is
// partitioned statically (item i belongs to thread i modulo the thread count),
// so that successive steps find their data in the cache of the same core. A
// thread that waits spins for a bounded time and then parks in the kernel; a
// caller that finishes early takes over what a sleeping worker has not begun,
// so a worker without a processor never holds up a region.
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_RUNTIME_THREAD_POOL_H
#define MLCC_RUNTIME_THREAD_POOL_H

#include <dnnl_threadpool_iface.hpp>

#include <atomic>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <thread>
#include <type_traits>

namespace mlcc {

/// The processors this process may use: its affinity mask, limited by the
/// quota of its control group. At least 1.
int availableProcessors();

/// A fork/join pool. Only one thread at a time may submit work to it; work
/// submitted from inside a region runs inline on the submitting thread.
class ThreadPool final : public dnnl::threadpool_interop::threadpool_iface {
public:
  /// `threads` counts the caller, so `threads - 1` workers are started. Throws
  /// std::system_error if the system refuses.
  explicit ThreadPool(int threads);
  ~ThreadPool() override;
  ThreadPool(const ThreadPool &) = delete;
  ThreadPool &operator=(const ThreadPool &) = delete;

  int threads() const { return threadCount; }

  /// Calls `body(item, items)` for every item of [0, items) and returns when
  /// all calls have. The first exception that a call threw is thrown again
  /// here.
  template <typename Body> void run(int items, Body &&body) {
    using Callable = std::remove_reference_t<Body>;
    run(
        items,
        [](void *context, int item, int count) {
          (*static_cast<Callable *>(context))(item, count);
        },
        const_cast<void *>(static_cast<const void *>(&body)));
  }

  /// While the pool is active, more work is expected at any moment and waiting
  /// workers spin for longer before they park.
  void setActive(bool value) { active.store(value, std::memory_order_relaxed); }

  // What oneDNN calls.
  int get_num_threads() const override { return threadCount; }
  bool get_in_parallel() const override;
  void parallel_for(int items,
                    const std::function<void(int, int)> &body) override {
    run(items, body);
  }
  uint64_t get_flags() const override { return 0; }

private:
  using Invoke = void (*)(void *context, int item, int items);
  struct Worker;

  void run(int items, Invoke invoke, void *context);
  void runItems(int first, std::exception_ptr &error) noexcept;
  void workerMain(int index);
  void stop(int started);
  bool awaitWork(Worker &worker);
  void join(Worker &worker, int index, std::exception_ptr &error);

  const int threadCount;
  std::unique_ptr<Worker[]> workers; ///< of threads 1, 2, ...
  std::atomic<bool> active = false;

  // The region that runs now. Written before a worker is told to start, stable
  // until all have finished.
  Invoke regionInvoke = nullptr;
  void *regionContext = nullptr;
  int regionItems = 0;
};

} // namespace mlcc

#endif // MLCC_RUNTIME_THREAD_POOL_H
