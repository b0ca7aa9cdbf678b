// Election and events against a real API server.
#include <gmock/gmock.h>

#include "e2e/faults/tcp_proxy.h"
#include "operator/kubernetes/events.h"
#include "operator/kubernetes/lease.h"
#include "operator/kubernetes/test_environment.h"

namespace murder::kubernetes {
namespace {

using namespace std::chrono_literals;

class LeaseE2e : public ApiServerTest {
 protected:
  LeaseOptions options(const std::string& identity) const {
    return {.lease = key("lease"), .identity = identity, .duration = 3s, .renew_deadline = 2s, .retry = 200ms};
  }
  LeaseCallbacks callbacks(Signal& won, Signal& lost) {
    return {.won = [&won](std::int64_t) { won.set(); }, .lost = [&lost](const std::string&) { lost.set(); }};
  }
};

TEST_F(LeaseE2e, IsHandedOverOnRelease) {
  Signal won_a, lost_a, won_b, lost_b;
  LeaderElector a(*client(), options("a"), callbacks(won_a, lost_a));
  a.start();
  ASSERT_TRUE(won_a.wait());
  EXPECT_TRUE(a.is_leader());
  EXPECT_EQ(a.term(), 1);
  LeaderElector b(*client(), options("b"), callbacks(won_b, lost_b));
  b.start();
  EXPECT_FALSE(won_b.wait(1500ms));
  a.stop();
  EXPECT_EQ(lost_a.count(), 1);
  EXPECT_FALSE(a.is_leader());
  ASSERT_TRUE(won_b.wait());
  EXPECT_EQ(b.term(), 2);
  b.stop();
  const auto lease = client()->get(lease_resource, key("lease"));
  ASSERT_TRUE(lease);
  EXPECT_EQ(lease_record(*lease).holder, "");
}

TEST_F(LeaseE2e, PassesToAnotherWhenItsHolderIsCutOffAndNeverHasTwo) {
  auto proxy = faults::TcpProxy::start(server().port());
  ASSERT_TRUE(proxy);
  auto config = server().config();
  config.port = (*proxy)->port();
  auto through = std::make_unique<CountingClient>(config);
  std::atomic<int> leaders = 0;
  std::atomic<bool> two = false;
  Signal won_a, lost_a, won_b, lost_b;
  const auto counted = [&](Signal& won, Signal& lost) -> LeaseCallbacks {
    return {.won =
                [&](std::int64_t) {
                  if (++leaders > 1) two = true;
                  won.set();
                },
            .lost =
                [&](const std::string&) {
                  --leaders;
                  lost.set();
                }};
  };
  LeaderElector a(**through, options("a"), counted(won_a, lost_a));
  a.start();
  ASSERT_TRUE(won_a.wait());
  LeaderElector b(*client(), options("b"), counted(won_b, lost_b));
  b.start();
  (*proxy).reset();  // from here on, a has no way to the server
  ASSERT_TRUE(lost_a.wait());
  ASSERT_TRUE(won_b.wait());
  EXPECT_FALSE(two);
  EXPECT_EQ(b.term(), 2);
  b.stop();
  a.stop();
}

TEST_F(LeaseE2e, IsLostWhenAnotherTakesIt) {
  Signal won, lost;
  LeaderElector a(*client(), options("a"), callbacks(won, lost));
  a.start();
  ASSERT_TRUE(won.wait());
  ASSERT_TRUE(client()->merge_patch(lease_resource, key("lease"), {{"spec", {{"holderIdentity", "robber"}}}}));
  EXPECT_TRUE(lost.wait());
  EXPECT_TRUE(won.wait(60s, 2));  // again, after the robber's lease has expired
  EXPECT_EQ(a.term(), 2);
}

class EventsE2e : public ApiServerTest {};

TEST_F(EventsE2e, BecomeASeriesAndAreFlushedAtTheEnd) {
  const auto object = create(config_maps, config_map("a"));
  std::string problems;
  EventRecorder recorder(*client(), {.controller = "example.org/test",
                                     .instance = "test-1",
                                     .on_problem = [&](const std::string& text) { problems += text + "\n"; }});
  for (int i = 0; i < 5; ++i) {
    recorder.record({.regarding = reference_to(object), .reason = "Tried", .action = "Try", .note = "once more"});
  }
  recorder.record({.regarding = reference_to(object),
                   .type = Event::Type::Warning,
                   .reason = "Failed",
                   .action = "Try",
                   .note = "no"});
  recorder.stop(30s);
  EXPECT_EQ(problems, "");
  EXPECT_EQ(recorder.dropped(), 0U);
  const auto list = client()->list(event_resource, {.namespace_ = namespace_});
  ASSERT_TRUE(list) << list.error().text();
  std::map<std::string, int> counts;
  for (const auto& event : list->items) {
    const auto* const count = find(event, {"series", "count"});
    counts[text_at(event, {"reason"})] = count != nullptr ? count->get<int>() : 1;
    EXPECT_EQ(text_at(event, {"regarding", "uid"}), uid_of(object));
  }
  EXPECT_EQ(counts, (std::map<std::string, int>{{"Failed", 1}, {"Tried", 5}}));
}

TEST_F(EventsE2e, NeverHoldUpWhoRecordsThem) {
  auto config = server().config();
  config.port = 1;  // nobody there
  CountingClient nobody(config);
  EventRecorder recorder(*nobody, {.controller = "example.org/test", .instance = "test-1"});
  const auto object = config_map("a");
  for (int i = 0; i < 3000; ++i) {
    recorder.record({.regarding = reference_to(object), .reason = "R" + std::to_string(i), .action = "A", .note = "n"});
  }
  EXPECT_GE(recorder.dropped(), 1000U);
  recorder.stop(10ms);
}

}  // namespace
}  // namespace murder::kubernetes
