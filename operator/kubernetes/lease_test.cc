#include "operator/kubernetes/lease.h"

#include <gtest/gtest.h>

namespace murder::kubernetes {
namespace {

using namespace std::chrono_literals;

const LeaseState::Clock::time_point start{1h};
const std::chrono::system_clock::time_point wall{std::chrono::microseconds(1'700'000'000'000'042)};

LeaseOptions options() {
  return {.lease = {"n", "l"}, .identity = "me", .duration = 15s, .renew_deadline = 10s, .retry = 2s};
}

Json lease(const char* holder, const char* renewed, int transitions = 4, int duration = 15) {
  return {{"metadata", {{"name", "l"}, {"resourceVersion", "7"}, {"labels", {{"kept", "yes"}}}}},
          {"spec",
           {{"holderIdentity", holder},
            {"renewTime", renewed},
            {"leaseDurationSeconds", duration},
            {"leaseTransitions", transitions}}}};
}

TEST(MicroTime, IsAsKubernetesWritesIt) { EXPECT_EQ(micro_time(wall), "2023-11-14T22:13:20.000042Z"); }

// Section 3.7: times in the record are never compared.
TEST(LeaseState, JudgesExpiryByItsOwnClockAndTheRecordsDuration) {
  LeaseState state(options());
  state.observed(lease("other", "1970-01-01T00:00:00.000000Z"), start);
  EXPECT_FALSE(state.may_take(start + 14s));
  EXPECT_TRUE(state.may_take(start + 15s));
  state.observed(lease("other", "1970-01-01T00:00:00.000000Z"), start + 14s);  // unchanged: the clock runs on
  EXPECT_TRUE(state.may_take(start + 15s));
  state.observed(lease("other", "1970-01-01T00:00:01.000000Z"), start + 14s);  // renewed
  EXPECT_FALSE(state.may_take(start + 28s));
  state.observed(lease("other", "1970-01-01T00:00:02.000000Z", 4, 60), start);
  EXPECT_FALSE(state.may_take(start + 59s));
}

TEST(LeaseState, TakesWhatIsFree) {
  LeaseState state(options());
  EXPECT_TRUE(state.may_take(start));
  EXPECT_FALSE(state.desired(wall)["metadata"].contains("resourceVersion"));
  EXPECT_EQ(state.desired(wall)["spec"]["leaseTransitions"], 1);
  state.observed(lease("", "x"), start);
  EXPECT_TRUE(state.may_take(start));
}

TEST(LeaseState, CountsATermForEachHolderAndKeepsWhatOthersWrote) {
  LeaseState state(options());
  state.observed(lease("other", "x"), start);
  auto taken = state.desired(wall);
  EXPECT_EQ(taken["spec"]["leaseTransitions"], 5);
  EXPECT_EQ(taken["spec"]["holderIdentity"], "me");
  EXPECT_EQ(taken["metadata"]["resourceVersion"], "7");
  EXPECT_EQ(taken["metadata"]["labels"]["kept"], "yes");
  state.observed(taken, start);
  EXPECT_TRUE(state.holds());
  EXPECT_EQ(state.desired(wall + 1s)["spec"]["leaseTransitions"], 5);  // a renewal
  EXPECT_EQ(state.desired(wall + 1s)["spec"]["acquireTime"], taken["spec"]["acquireTime"]);
  const auto released = state.released(wall);
  EXPECT_EQ(released["spec"]["holderIdentity"], "");
  EXPECT_EQ(released["spec"]["leaseTransitions"], 5);
}

TEST(LeaseOptions, MustLeaveTimeToNotice) {
  EXPECT_TRUE(check_lease_options(options()));
  auto wrong = options();
  wrong.renew_deadline = 15s;
  EXPECT_FALSE(check_lease_options(wrong));
  wrong = options();
  wrong.retry = 9s;
  EXPECT_FALSE(check_lease_options(wrong));
  wrong = options();
  wrong.identity = "";
  EXPECT_FALSE(check_lease_options(wrong));
}

}  // namespace
}  // namespace murder::kubernetes
