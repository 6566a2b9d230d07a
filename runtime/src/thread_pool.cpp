//===- thread_pool.cpp - The threads of a session -------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// All that caller and worker say to each other goes through one word per
// worker:
//
//   Idle ----caller: work----> Ready ----worker: claim----> Running
//    | ^                       |   ^                         |   |
//    | +--caller: take over----+   |                         |   +--caller
//    |                             |      Idle <--worker: done    parks--+
//    +--worker parks--> Parked ----+      Idle <--worker: done-- Awaited <+
//
// The side that leaves Parked or Awaited wakes the side that sleeps on it.
//
//===----------------------------------------------------------------------===//

#include "runtime/src/thread_pool.h"

#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

namespace mlcc {

namespace {

enum State : uint32_t { Idle, Ready, Running, Parked, Awaited, Stopped };

/// How long a thread that waits keeps its processor. Regions of one run follow
/// each other within microseconds, and waking a parked thread costs about ten,
/// so a short spin hides most waits. A longer one only wins on an idle machine:
/// beside other busy processes, 200 us made a run of a hundred regions up to
/// twice as long as 50 us did (tests/bench/pool_bench.cpp).
constexpr std::chrono::nanoseconds spinWhileActive =
    std::chrono::microseconds(50);
constexpr std::chrono::nanoseconds spinWhileInactive =
    std::chrono::microseconds(20);
constexpr std::chrono::nanoseconds spinForJoin = std::chrono::microseconds(50);

inline void relaxProcessor() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("isb");
#endif
}

/// Counts the time spent spinning, looking at the clock only now and then.
class Spin {
public:
  /// Waits a moment; returns false once `limit` has passed.
  bool wait(std::chrono::nanoseconds limit) {
    relaxProcessor();
    if (++rounds % 32 != 0)
      return true;
    auto now = std::chrono::steady_clock::now();
    if (rounds == 32)
      start = now;
    return now - start < limit;
  }

private:
  uint32_t rounds = 0;
  std::chrono::steady_clock::time_point start;
};

void futexWait(std::atomic<uint32_t> &word, uint32_t expected) {
  syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, expected, nullptr, nullptr, 0);
}

void futexWake(std::atomic<uint32_t> &word) {
  syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
}

/// Whether this thread is inside a region of any pool: always for workers.
thread_local bool insideRegion = false;

/// Processors granted by the quota of the control group, rounded up; 0 if there
/// is no quota.
int controlGroupProcessors() {
  long long quota = 0, period = 0;
  if (FILE *file = std::fopen("/sys/fs/cgroup/cpu.max", "re")) {
    if (std::fscanf(file, "%lld %lld", &quota, &period) != 2)
      quota = 0; // "max 100000": unlimited
    std::fclose(file);
  }
  if (quota <= 0 || period <= 0)
    return 0;
  return static_cast<int>(std::min((quota + period - 1) / period, 4096LL));
}

} // namespace

int availableProcessors() {
  int count = static_cast<int>(std::thread::hardware_concurrency());
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof(set), &set) == 0)
    count = CPU_COUNT(&set);
  if (int quota = controlGroupProcessors())
    count = std::min(count, quota);
  return std::max(count, 1);
}

/// Two cache lines, since processors prefetch lines in pairs.
struct alignas(128) ThreadPool::Worker {
  std::atomic<uint32_t> state = Idle;
  std::exception_ptr error;
  std::thread thread;
};

ThreadPool::ThreadPool(int threads)
    : threadCount(std::max(threads, 1)),
      workers(std::make_unique<Worker[]>(threadCount - 1)) {
  // Signals are the application's: its handlers must not run on our threads.
  sigset_t all, previous;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &previous);
  int started = 1;
  try {
    for (; started < threadCount; ++started)
      workers[started - 1].thread =
          std::thread([this, started] { workerMain(started); });
  } catch (...) {
    pthread_sigmask(SIG_SETMASK, &previous, nullptr);
    stop(started);
    throw;
  }
  pthread_sigmask(SIG_SETMASK, &previous, nullptr);
}

ThreadPool::~ThreadPool() { stop(threadCount); }

void ThreadPool::stop(int started) {
  for (int index = 1; index < started; ++index) {
    Worker &worker = workers[index - 1];
    if (worker.state.exchange(Stopped) == Parked)
      futexWake(worker.state);
    worker.thread.join();
  }
}

bool ThreadPool::get_in_parallel() const { return insideRegion; }

void ThreadPool::run(int items, Invoke invoke, void *context) {
  if (items <= 1 || threadCount == 1 || insideRegion) {
    for (int item = 0; item < items; ++item)
      invoke(context, item, items);
    return;
  }
  regionInvoke = invoke;
  regionContext = context;
  regionItems = items;
  int participants = std::min(items, threadCount);
  for (int index = 1; index < participants; ++index) {
    std::atomic<uint32_t> &state = workers[index - 1].state;
    if (state.exchange(Ready, std::memory_order_acq_rel) == Parked)
      futexWake(state);
  }
  std::exception_ptr error;
  insideRegion = true;
  runItems(0, error);
  // The last to be woken is the likeliest to be asleep still.
  for (int index = participants - 1; index > 0; --index)
    join(workers[index - 1], index, error);
  insideRegion = false;
  if (error)
    std::rethrow_exception(error);
}

/// Runs the items of thread `first`. A failed item does not stop the others:
/// their results may be what the handler of the exception looks at.
void ThreadPool::runItems(int first, std::exception_ptr &error) noexcept {
  for (int item = first; item < regionItems; item += threadCount) {
    try {
      regionInvoke(regionContext, item, regionItems);
    } catch (...) {
      if (!error)
        error = std::current_exception();
    }
  }
}

/// Waits until the items of thread `index` are done, doing them here if the
/// worker has not begun.
void ThreadPool::join(Worker &worker, int index, std::exception_ptr &error) {
  uint32_t state = Ready;
  if (worker.state.compare_exchange_strong(state, Idle,
                                           std::memory_order_acq_rel)) {
    runItems(index, error);
    return;
  }
  Spin spin;
  while ((state = worker.state.load(std::memory_order_acquire)) == Running ||
         state == Awaited) {
    if (spin.wait(spinForJoin))
      continue;
    if (state == Awaited || worker.state.compare_exchange_strong(
                                state, Awaited, std::memory_order_acq_rel))
      futexWait(worker.state, Awaited);
  }
  if (worker.error) {
    if (!error)
      error = worker.error;
    worker.error = nullptr;
  }
}

void ThreadPool::workerMain(int index) {
  pthread_setname_np(pthread_self(), "mlcc-worker");
  insideRegion = true;
  Worker &worker = workers[index - 1];
  while (awaitWork(worker)) {
    runItems(index, worker.error);
    if (worker.state.exchange(Idle, std::memory_order_acq_rel) == Awaited)
      futexWake(worker.state);
  }
}

/// Returns true when work was claimed, false when the pool is going away.
bool ThreadPool::awaitWork(Worker &worker) {
  Spin spin;
  for (;;) {
    uint32_t state = worker.state.load(std::memory_order_acquire);
    if (state == Stopped)
      return false;
    if (state == Ready) {
      if (worker.state.compare_exchange_strong(state, Running,
                                               std::memory_order_acq_rel))
        return true;
      continue;
    }
    if (spin.wait(active.load(std::memory_order_relaxed) ? spinWhileActive
                                                         : spinWhileInactive))
      continue;
    if (state == Parked || worker.state.compare_exchange_strong(
                               state, Parked, std::memory_order_acq_rel)) {
      futexWait(worker.state, Parked);
      // Even if the work is gone by now, more is likely to follow.
      spin = Spin();
    }
  }
}

} // namespace mlcc
