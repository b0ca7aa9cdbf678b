#include "sidecar/push/worker.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

namespace murder::push {
namespace {

Report report_of(Outcome outcome) {
  Report report;
  report.outcome = outcome;
  return report;
}

constexpr AgentConfig::Push at_once{10, 0, 0};

TEST(Worker, PushesAgainUntilItHasWorked) {
  std::atomic<int> pushes = 0;
  std::promise<void> worked;
  Worker worker(
      at_once,
      [&](const Choice&, bool, std::stop_token) { return report_of(++pushes < 4 ? Outcome::Failed : Outcome::Pushed); },
      [&](const Report& report) {
        if (report.outcome == Outcome::Pushed) worked.set_value();
      });
  worker.start();
  worker.push_soon();
  worked.get_future().wait();
  worker.stop();
  EXPECT_EQ(pushes, 4);
}

TEST(Worker, DoesNotRepeatAHeldPush) {
  std::atomic<int> pushes = 0;
  Worker worker(
      at_once,
      [&](const Choice&, bool, std::stop_token) {
        ++pushes;
        return report_of(Outcome::Held);
      },
      [](const Report&) {});
  worker.start();
  EXPECT_EQ(worker.push_now({}, false).outcome, Outcome::Held);
  EXPECT_EQ(worker.push_now({}, true).outcome, Outcome::Held);
  worker.stop();
  EXPECT_EQ(pushes, 2);
}

TEST(Worker, NeverPushesTwiceAtATime) {
  std::atomic<int> running = 0;
  std::atomic<bool> overlapped = false;
  Worker worker(
      at_once,
      [&](const Choice&, bool, std::stop_token) {
        if (++running > 1) overlapped = true;
        std::this_thread::yield();
        --running;
        return report_of(Outcome::InSync);
      },
      [](const Report&) {});
  worker.start();
  std::vector<std::jthread> askers;
  for (int i = 0; i < 4; ++i) {
    askers.emplace_back([&] {
      for (int n = 0; n < 50; ++n) {
        EXPECT_EQ(worker.push_now({}, n % 2 == 0).outcome, Outcome::InSync);
        worker.push_soon();
      }
    });
  }
  askers.clear();
  worker.stop();
  EXPECT_FALSE(overlapped);
}

TEST(Worker, TellsThoseWhoWaitThatItStops) {
  std::promise<void> begun;
  Worker worker(
      at_once,
      [&](const Choice&, bool, std::stop_token stop) {
        begun.set_value();
        std::promise<void> stopped;
        const std::stop_callback callback(stop, [&] { stopped.set_value(); });
        stopped.get_future().wait();
        return report_of(Outcome::Failed);
      },
      [](const Report&) {});
  worker.start();
  auto first = std::async(std::launch::async, [&] { return worker.push_now({}, false); });
  begun.get_future().wait();
  auto second = std::async(std::launch::async, [&] { return worker.push_now({}, false); });
  worker.stop();
  EXPECT_EQ(first.get().outcome, Outcome::Failed);
  EXPECT_EQ(second.get().outcome, Outcome::Failed);
  EXPECT_EQ(worker.push_now({}, false).outcome, Outcome::Failed);
}

TEST(Worker, WhatAPersonWasRefusedIsNotTheStateOfTheNode) {
  std::atomic<int> reported = 0;
  Worker worker(
      at_once,
      [&](const Choice& choice, bool, std::stop_token) {
        return report_of(choice.mailboxes.empty() ? Outcome::Held : Outcome::Failed);
      },
      [&](const Report&) { ++reported; });
  worker.start();
  worker.push_now({}, false);
  worker.push_now({Resolve::Local, {"user.unknown"}, false}, false);
  worker.stop();
  EXPECT_EQ(reported, 1);
}

}  // namespace
}  // namespace murder::push
