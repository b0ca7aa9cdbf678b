#include "operator/kubernetes/work_queue.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "operator/kubernetes/controller.h"

namespace murder::kubernetes {
namespace {

using namespace std::chrono_literals;

const QueueState::Clock::time_point start{1h};
const ObjectKey a{"n", "a"};
const ObjectKey b{"n", "b"};

TEST(QueueState, WorksOnceOnAKeyThatWasAddedTwice) {
  QueueState queue;
  queue.add(a, start);
  queue.add(a, start);
  EXPECT_EQ(queue.depth(), 1U);
  EXPECT_EQ(queue.take(start), a);
  EXPECT_EQ(queue.take(start), std::nullopt);
  queue.done(a, start);
  EXPECT_EQ(queue.take(start), std::nullopt);
  EXPECT_TRUE(queue.idle());
}

TEST(QueueState, NeverHandsAKeyToTwoWorkersButForgetsNoChange) {
  QueueState queue;
  queue.add(a, start);
  EXPECT_EQ(queue.take(start), a);
  queue.add(a, start);  // changed while worked on
  EXPECT_EQ(queue.take(start), std::nullopt);
  queue.done(a, start);
  EXPECT_EQ(queue.take(start), a);
}

TEST(QueueState, PutsAUsersChangeBeforeTheInitialList) {
  QueueState queue;
  queue.add(a, start, Priority::Background);
  queue.add(b, start, Priority::Normal);
  EXPECT_EQ(queue.take(start), b);
  const ObjectKey c{"n", "c"};
  queue.add(c, start, Priority::Background);
  queue.add(c, start, Priority::Normal);  // raised
  EXPECT_EQ(queue.take(start), c);
  EXPECT_EQ(queue.take(start), a);
  EXPECT_EQ(queue.take(start), std::nullopt);
}

TEST(QueueState, PausesTwiceAsLongAfterEachFailureUpToTheLongest) {
  QueueState queue;
  auto now = start;
  std::vector<std::chrono::nanoseconds> pauses;
  for (int i = 0; i < 70; ++i) {
    queue.add_after_failure(a, now);
    pauses.push_back(*queue.next_due() - now);
    now = *queue.next_due();
    EXPECT_EQ(queue.take(now), a);
    queue.done(a, now);
  }
  EXPECT_EQ(pauses[0], 5ms);
  EXPECT_EQ(pauses[1], 10ms);
  EXPECT_EQ(pauses[10], 5120ms);
  EXPECT_EQ(pauses[18], 1000s);
  EXPECT_EQ(pauses[69], 1000s);
  EXPECT_EQ(queue.failures(a), 70U);
  queue.forget_failures(a);
  queue.add_after_failure(a, now);
  EXPECT_EQ(*queue.next_due() - now, 5ms);
}

TEST(QueueState, LimitsTheRetriesOfAllKeysTogether) {
  QueueState queue;
  for (int i = 0; i < 110; ++i) queue.add_after_failure({"n", std::to_string(i)}, start);
  int soon = 0;
  while (queue.take(start + 5ms)) ++soon;
  EXPECT_EQ(soon, 100);
  while (queue.take(start + 1s)) ++soon;
  EXPECT_EQ(soon, 110);
}

TEST(QueueState, KeepsTheEarlierOfTwoDelays) {
  QueueState queue;
  queue.add_at(a, start + 10s);
  queue.add_at(a, start + 5s);
  queue.add_at(a, start + 20s);
  EXPECT_EQ(queue.take(start + 4s), std::nullopt);
  EXPECT_EQ(queue.take(start + 5s), a);
  queue.done(a, start + 5s);
  EXPECT_EQ(queue.take(start + 30s), std::nullopt);
}

TEST(WorkQueue, WakesWhoWaitsForADelayThatAnotherMakesShorter) {
  WorkQueue queue;
  queue.add_after(a, 1h);
  std::jthread worker([&] {
    EXPECT_EQ(queue.take(), b);
    queue.done(b);
  });
  queue.add(b);
  worker.join();
}

TEST(WorkQueue, DrainsWhatIsQueuedAndTakesNoMore) {
  WorkQueue queue;
  for (int i = 0; i < 100; ++i) queue.add({"n", std::to_string(i)});
  queue.add_after(a, 1h);
  std::atomic<int> worked = 0;
  std::vector<std::jthread> workers;
  for (int i = 0; i < 3; ++i) {
    workers.emplace_back([&] {
      while (const auto key = queue.take()) {
        ++worked;
        queue.done(*key);
      }
    });
  }
  EXPECT_TRUE(queue.drain(1min));
  workers.clear();
  EXPECT_EQ(worked, 100);
  queue.add(b);
  EXPECT_EQ(queue.take(), std::nullopt);
}

TEST(Controller, NeverReconcilesAKeyTwiceAtATimeAndRetriesUntilItSucceeds) {
  std::array<std::atomic<int>, 8> inside{};
  std::array<std::atomic<int>, 8> calls{};
  std::atomic<bool> together = false;
  std::mutex mutex;
  std::condition_variable changed;
  std::atomic<int> succeeded = 0;
  prometheus::Registry registry;
  Metrics metrics(registry);
  Controller controller({.name = "test", .workers = 4, .metrics = &metrics},
                        [&](const ObjectKey& key) -> Result<ReconcileOutcome> {
                          const auto i = static_cast<std::size_t>(key.name[0] - '0');
                          if (++inside.at(i) > 1) together = true;
                          std::this_thread::yield();
                          --inside.at(i);
                          const int call = ++calls.at(i);
                          if (call == 1) return Error{"first"};
                          if (call == 2) throw std::runtime_error("second");
                          {
                            const std::lock_guard lock(mutex);
                            ++succeeded;
                          }
                          changed.notify_all();
                          return ReconcileOutcome{};
                        });
  controller.start();
  for (int round = 0; round < 50; ++round) {
    for (char c = '0'; c < '8'; ++c) controller.queue().add({"n", std::string(1, c)});
  }
  std::unique_lock lock(mutex);
  EXPECT_TRUE(changed.wait_for(
      lock, 1min, [&] { return std::ranges::all_of(calls, [](const auto& count) { return count >= 3; }); }));
  lock.unlock();
  controller.stop();
  EXPECT_FALSE(together);
  EXPECT_TRUE(controller.is_live());
  // A new term: it works again.
  const int before = succeeded;
  controller.start();
  controller.queue().add({"n", "0"});
  controller.drain(1min);
  EXPECT_EQ(succeeded, before + 1);
}

TEST(Controller, LooksAgainAfterTheTimeItWasAskedFor) {
  std::mutex mutex;
  std::condition_variable changed;
  int calls = 0;
  Controller controller({.name = "test"}, [&](const ObjectKey&) -> Result<ReconcileOutcome> {
    const std::lock_guard lock(mutex);
    ++calls;
    changed.notify_all();
    return ReconcileOutcome{.requeue_after = 1ms};
  });
  controller.start();
  controller.queue().add(a);
  std::unique_lock lock(mutex);
  EXPECT_TRUE(changed.wait_for(lock, 1min, [&] { return calls >= 3; }));
  lock.unlock();
  controller.stop();
}

}  // namespace
}  // namespace murder::kubernetes
