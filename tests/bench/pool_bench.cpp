//===- pool_bench.cpp - What a parallel region costs ----------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A network of a hundred layers enters a hundred regions, so their cost is the
// lower bound of its time. It must stay low where other processes want the
// processors too: arguments are the threads of the pool and the number of
// threads that keep a processor busy beside it.
//
//===----------------------------------------------------------------------===//

#include "runtime/src/thread_pool.h"

#include <benchmark/benchmark.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

namespace {

/// Threads that do nothing but take processor time.
class BusyThreads {
public:
  explicit BusyThreads(int64_t count) {
    for (int64_t i = 0; i < count; ++i)
      threads.emplace_back([this] {
        while (!stop.load(std::memory_order_relaxed)) {
        }
      });
  }
  ~BusyThreads() {
    stop = true;
    for (std::thread &thread : threads)
      thread.join();
  }

private:
  std::atomic<bool> stop = false;
  std::vector<std::thread> threads;
};

/// Work of about `microseconds` on an idle processor.
void work(double microseconds) {
  auto end = std::chrono::steady_clock::now() +
             std::chrono::duration<double, std::micro>(microseconds);
  while (std::chrono::steady_clock::now() < end) {
  }
}

/// Regions with nothing in them: the cost of fork and join.
void emptyRegions(benchmark::State &state) {
  mlcc::ThreadPool pool(static_cast<int>(state.range(0)));
  BusyThreads busy(state.range(1));
  pool.setActive(true);
  for (auto _ : state)
    pool.run(pool.threads(), [](int, int) {});
}

/// A hundred regions of 50 us of work a thread, as a network has; the time of
/// one such run on an idle machine is 5 ms.
void networkOfRegions(benchmark::State &state) {
  mlcc::ThreadPool pool(static_cast<int>(state.range(0)));
  BusyThreads busy(state.range(1));
  for (auto _ : state) {
    pool.setActive(true);
    for (int layer = 0; layer < 100; ++layer)
      pool.run(pool.threads(), [](int, int) { work(50); });
    pool.setActive(false);
  }
}

} // namespace

BENCHMARK(emptyRegions)
    ->ArgNames({"threads", "busy"})
    ->Args({1, 0})
    ->Args({2, 0})
    ->Args({2, 1})
    ->UseRealTime()
    ->Unit(benchmark::kMicrosecond);
BENCHMARK(networkOfRegions)
    ->ArgNames({"threads", "busy"})
    ->Args({1, 0})
    ->Args({2, 0})
    ->Args({2, 1})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
