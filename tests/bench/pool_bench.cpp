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
// threads that keep a processor busy beside it. OpenMP, where the compiler has
// it, does the same work for comparison.
//
//===----------------------------------------------------------------------===//

#include "runtime/src/thread_pool.h"

#include <benchmark/benchmark.h>

#include <algorithm>
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

/// Additions that depend on each other, so that a processor takes the same time
/// for them whatever else it could do; unlike waiting for a moment, they stop
/// while the thread has no processor.
void add(int64_t count) {
  double sum = 1;
  for (int64_t i = 0; i < count; ++i) {
    sum += 1;
    benchmark::DoNotOptimize(sum);
  }
}

/// Additions in a microsecond on an idle processor: the most seen in any of
/// several short attempts.
int64_t additionsPerMicrosecond() {
  static const int64_t result = [] {
    constexpr int64_t count = 100000;
    double least = 1e9;
    for (int attempt = 0; attempt < 50; ++attempt) {
      auto start = std::chrono::steady_clock::now();
      add(count);
      std::chrono::duration<double, std::micro> time =
          std::chrono::steady_clock::now() - start;
      least = std::min(least, time.count());
    }
    return std::max<int64_t>(static_cast<int64_t>(count / least), 1);
  }();
  return result;
}

/// Regions in which every thread makes so many additions.
class PoolRegions {
public:
  explicit PoolRegions(int64_t threads) : pool(static_cast<int>(threads)) {}
  void operator()(int regions, int64_t additions) {
    pool.setActive(true);
    for (int region = 0; region < regions; ++region)
      pool.run(pool.threads(), [additions](int, int) { add(additions); });
    pool.setActive(false);
  }

private:
  mlcc::ThreadPool pool;
};

#ifdef _OPENMP
class OpenMPRegions {
public:
  explicit OpenMPRegions(int64_t threads)
      : threads(static_cast<int>(threads)) {}
  void operator()(int regions, int64_t additions) {
    for (int region = 0; region < regions; ++region) {
#pragma omp parallel num_threads(threads)
      add(additions);
    }
  }

private:
  int threads;
};
#endif

/// A region with almost nothing in it: fork and join.
template <typename Regions> void forkAndJoin(benchmark::State &state) {
  Regions regions(state.range(0));
  BusyThreads busy(state.range(1));
  int64_t additions = 2 * additionsPerMicrosecond();
  for (auto _ : state)
    regions(1, additions);
}

/// A hundred regions of 50 us of work a thread, as a network has; on an idle
/// machine one such run takes 5 ms.
template <typename Regions> void networkOfRegions(benchmark::State &state) {
  Regions regions(state.range(0));
  BusyThreads busy(state.range(1));
  int64_t additions = 50 * additionsPerMicrosecond();
  for (auto _ : state)
    regions(100, additions);
}

void arguments(benchmark::internal::Benchmark *benchmark) {
  benchmark->ArgNames({"threads", "busy"})
      ->Args({1, 0})
      ->Args({2, 0})
      ->Args({2, 1})
      ->UseRealTime()
      ->Unit(benchmark::kMicrosecond);
}

} // namespace

BENCHMARK(forkAndJoin<PoolRegions>)->Apply(arguments);
BENCHMARK(networkOfRegions<PoolRegions>)->Apply(arguments);
#ifdef _OPENMP
BENCHMARK(forkAndJoin<OpenMPRegions>)->Apply(arguments);
BENCHMARK(networkOfRegions<OpenMPRegions>)->Apply(arguments);
#endif
