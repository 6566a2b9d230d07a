//===- ThreadPoolTest.cpp - Tests of the thread pool ----------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/src/thread_pool.h"

#include <gtest/gtest.h>
#include <time.h>

#include <atomic>
#include <chrono>
#include <numeric>
#include <stdexcept>
#include <thread>
#include <vector>

using mlcc::ThreadPool;

namespace {

/// Processor time that this process has used, in seconds.
double processSeconds() {
  timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) +
         1e-9 * static_cast<double>(time.tv_nsec);
}

TEST(ThreadPool, RunsEveryItemOnce) {
  for (int threads : {1, 2, 3, 8})
    for (int items : {0, 1, 2, 3, 7, 8, 9, 100}) {
      ThreadPool pool(threads);
      std::vector<std::atomic<int>> runs(items);
      pool.run(items, [&](int item, int count) {
        EXPECT_EQ(count, items);
        ++runs[item];
      });
      for (auto &count : runs)
        EXPECT_EQ(count, 1) << threads << " threads, " << items << " items";
    }
}

TEST(ThreadPool, KeepsItemsOnTheirThreads) {
  ThreadPool pool(3);
  // A worker may be late once, and its item be taken over; then it is awake.
  for (int attempt = 0; attempt < 1000; ++attempt) {
    std::vector<std::thread::id> first(6), second(6);
    auto record = [](std::vector<std::thread::id> &ids) {
      return [&ids](int item, int) {
        ids[item] = std::this_thread::get_id();
        auto end =
            std::chrono::steady_clock::now() + std::chrono::microseconds(100);
        while (std::chrono::steady_clock::now() < end) {
        }
      };
    };
    pool.run(6, record(first));
    pool.run(6, record(second));
    ASSERT_EQ(first[0], first[3]);
    ASSERT_EQ(first[1], first[4]);
    ASSERT_EQ(first[2], first[5]);
    if (first == second && first[0] != first[1] && first[1] != first[2])
      return;
  }
  FAIL() << "items never stayed on three threads";
}

TEST(ThreadPool, SurvivesManyRegionsWithMoreThreadsThanProcessors) {
  ThreadPool pool(std::max(8u, 2 * std::thread::hardware_concurrency()));
  pool.setActive(true);
  std::vector<int64_t> sums(pool.threads());
  constexpr int regions = 3000;
  for (int region = 0; region < regions; ++region)
    pool.run(pool.threads(), [&](int item, int) { sums[item] += region; });
  for (int64_t sum : sums)
    EXPECT_EQ(sum, int64_t(regions) * (regions - 1) / 2);
}

TEST(ThreadPool, WakesParkedWorkersAgainAndAgain) {
  ThreadPool pool(4);
  std::atomic<int> total = 0;
  for (int region = 0; region < 50; ++region) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    pool.run(4, [&](int, int) { ++total; });
  }
  EXPECT_EQ(total, 200);
}

TEST(ThreadPool, BurnsNoProcessorTimeWhileIdle) {
  for (bool active : {false, true}) {
    ThreadPool pool(4);
    pool.setActive(active);
    pool.run(4, [](int, int) {});
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    double before = processSeconds();
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    EXPECT_LT(processSeconds() - before, 0.02);
  }
}

TEST(ThreadPool, TakesOverTheWorkOfWorkersThatDoNotGetAProcessor) {
  // All workers share the caller's processor, so none runs while the caller
  // does; still its short regions end at once.
  cpu_set_t all, one;
  ASSERT_EQ(sched_getaffinity(0, sizeof(all), &all), 0);
  CPU_ZERO(&one);
  int processor = 0;
  while (!CPU_ISSET(processor, &all))
    ++processor;
  CPU_SET(processor, &one);
  ASSERT_EQ(sched_setaffinity(0, sizeof(one), &one), 0);
  {
    ThreadPool pool(4);
    std::atomic<int> total = 0;
    auto start = std::chrono::steady_clock::now();
    for (int region = 0; region < 500; ++region)
      pool.run(4, [&](int, int) { ++total; });
    std::chrono::duration<double> time =
        std::chrono::steady_clock::now() - start;
    EXPECT_EQ(total, 2000);
    EXPECT_LT(time.count(), 2.0);
  }
  sched_setaffinity(0, sizeof(all), &all);
}

TEST(ThreadPool, RunsNestedWorkInline) {
  ThreadPool pool(3), other(2);
  std::atomic<int> total = 0;
  EXPECT_FALSE(pool.get_in_parallel());
  pool.run(3, [&](int, int) {
    EXPECT_TRUE(pool.get_in_parallel());
    std::thread::id outer = std::this_thread::get_id();
    for (ThreadPool *nested : {&pool, &other})
      nested->run(5, [&](int, int) {
        EXPECT_EQ(std::this_thread::get_id(), outer);
        ++total;
      });
  });
  EXPECT_FALSE(pool.get_in_parallel());
  EXPECT_EQ(total, 30);
}

TEST(ThreadPool, ThrowsOnTheCallerWhatAnItemThrew) {
  for (int threads : {1, 2, 4})
    for (int bad = 0; bad < 4; ++bad) {
      ThreadPool pool(threads);
      auto region = [&](int item, int) {
        if (item == bad)
          throw std::runtime_error("item " + std::to_string(item));
      };
      try {
        pool.run(4, region);
        FAIL() << "no exception";
      } catch (const std::runtime_error &error) {
        EXPECT_EQ(error.what(), "item " + std::to_string(bad));
      }
      // The pool still works, and has forgotten the exception.
      std::atomic<int> total = 0;
      pool.run(4, [&](int, int) { ++total; });
      EXPECT_EQ(total, 4);
    }
}

TEST(ThreadPool, OneThreadRunsOnTheCaller) {
  ThreadPool pool(1);
  std::thread::id caller = std::this_thread::get_id();
  std::vector<int> order;
  pool.run(3, [&](int item, int) {
    EXPECT_EQ(std::this_thread::get_id(), caller);
    order.push_back(item);
  });
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2}));
  EXPECT_EQ(pool.get_num_threads(), 1);
}

TEST(ThreadPool, CanBeUsedFromDifferentThreadsInTurn) {
  ThreadPool pool(2);
  std::atomic<int> total = 0;
  for (int i = 0; i < 20; ++i)
    std::thread([&] { pool.run(2, [&](int, int) { ++total; }); }).join();
  EXPECT_EQ(total, 40);
}

TEST(AvailableProcessors, FollowsTheAffinityMask) {
  cpu_set_t all, one;
  ASSERT_EQ(sched_getaffinity(0, sizeof(all), &all), 0);
  EXPECT_GE(mlcc::availableProcessors(), 1);
  EXPECT_LE(mlcc::availableProcessors(), CPU_COUNT(&all));
  CPU_ZERO(&one);
  int processor = 0;
  while (!CPU_ISSET(processor, &all))
    ++processor;
  CPU_SET(processor, &one);
  ASSERT_EQ(sched_setaffinity(0, sizeof(one), &one), 0);
  EXPECT_EQ(mlcc::availableProcessors(), 1);
  sched_setaffinity(0, sizeof(all), &all);
}

} // namespace
