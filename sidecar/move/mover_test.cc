#include "sidecar/move/mover.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <semaphore>

namespace murder::move {
namespace {

// A Cyrus that moves when it is let.
class FakeCyrus {
 public:
  Mover mover{[this](const MoveRequest& request, std::stop_token stop) { return rename(request, std::move(stop)); },
              [this]() -> Result<bool> { return under_way.load(); }};
  std::atomic<int> renames = 0;
  std::atomic<bool> under_way = false;
  std::binary_semaphore go{0};

 private:
  Answer rename(const MoveRequest&, std::stop_token stop) {
    ++renames;
    while (!go.try_acquire_for(std::chrono::milliseconds(1))) {
      if (stop.stop_requested()) return {{}, {}, "stopped"};
    }
    return {{"* OK USER x"}, "OK Completed"};
  }
};

const MoveRequest first{"a#1", "user.x", "be2", ""};
const MoveRequest second{"b#1", "user.y", "be2", ""};

Progress progress(FakeCyrus& cyrus, const MoveRequest& request, bool start = false) {
  const auto report = cyrus.mover.move(request, start);
  EXPECT_TRUE(report) << report.error().message;
  return report->progress;
}

void wait_for_end(FakeCyrus& cyrus, const MoveRequest& request) {
  while (progress(cyrus, request) == Progress::Running) std::this_thread::yield();
}

TEST(Mover, BeginsNothingUnlessToldSo) {
  FakeCyrus cyrus;
  EXPECT_EQ(progress(cyrus, first), Progress::Unknown);
  EXPECT_EQ(cyrus.renames, 0);
}

TEST(Mover, NeverBeginsTheSameTwice) {
  FakeCyrus cyrus;
  EXPECT_EQ(progress(cyrus, first, true), Progress::Running);
  EXPECT_EQ(progress(cyrus, first, true), Progress::Running);
  cyrus.go.release();
  wait_for_end(cyrus, first);
  const auto report = cyrus.mover.move(first, true);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->progress, Progress::Ended);
  EXPECT_EQ(report->answer.tagged, "OK Completed");
  EXPECT_EQ(cyrus.renames, 1);
}

TEST(Mover, MovesOneAtATime) {
  FakeCyrus cyrus;
  EXPECT_EQ(progress(cyrus, first, true), Progress::Running);
  const auto busy = cyrus.mover.move(second, true);
  ASSERT_TRUE(busy);
  EXPECT_EQ(busy->progress, Progress::Busy);
  EXPECT_EQ(busy->mailbox, "user.x");
  cyrus.go.release();
  wait_for_end(cyrus, first);
  EXPECT_EQ(progress(cyrus, second, true), Progress::Running);
  cyrus.go.release();
  wait_for_end(cyrus, second);
  EXPECT_EQ(cyrus.renames, 2);
}

// An imapd goes on with its XFER when the agent that asked for it has been restarted.
TEST(Mover, WaitsForWhatAnEarlierAgentBegan) {
  FakeCyrus cyrus;
  cyrus.under_way = true;
  EXPECT_EQ(progress(cyrus, first), Progress::Busy);
  EXPECT_EQ(progress(cyrus, first, true), Progress::Busy);
  EXPECT_EQ(cyrus.renames, 0);
  cyrus.under_way = false;
  EXPECT_EQ(progress(cyrus, first), Progress::Unknown);
}

TEST(Mover, StopsWithoutWaitingForCyrus) {
  FakeCyrus cyrus;
  EXPECT_EQ(progress(cyrus, first, true), Progress::Running);
  cyrus.mover.stop();
  const auto report = cyrus.mover.move(first, false);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->answer.error, "stopped");
  EXPECT_FALSE(cyrus.mover.move(second, true)) << "nothing begins any more";
}

}  // namespace
}  // namespace murder::move
