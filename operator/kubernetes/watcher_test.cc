#include "operator/kubernetes/watcher.h"

#include <gtest/gtest.h>

namespace murder::kubernetes {
namespace {

using namespace std::chrono_literals;
using Clock = Watcher::Clock;
using State = Watcher::State;

const auto start = Clock::time_point(1h);

Client::Page page(const char* name, const char* version, const char* token = "") {
  return {.items = {{{"metadata", {{"name", name}}}}}, .resource_version = version, .continue_ = token};
}

Json event(const char* type, const char* version) {
  return {{"type", type}, {"object", {{"metadata", {{"name", "a"}, {"resourceVersion", version}}}}}};
}

Json status_event(int code, const char* reason) {
  return {{"type", "ERROR"}, {"object", {{"kind", "Status"}, {"code", code}, {"reason", reason}, {"message", "m"}}}};
}

ApiError error(Failure failure, std::optional<std::chrono::seconds> after = {}) {
  return {.failure = failure, .retry_after = after};
}

Client::PageRequest list_of(const Watcher::Step& step) {
  const auto* const list = std::get_if<Watcher::ListPage>(&step);
  EXPECT_NE(list, nullptr);
  return list != nullptr ? list->request : Client::PageRequest{};
}

Client::WatchRequest watch_of(const Watcher::Step& step) {
  const auto* const watch = std::get_if<Watcher::OpenWatch>(&step);
  EXPECT_NE(watch, nullptr);
  return watch != nullptr ? watch->request : Client::WatchRequest{};
}

Clock::duration pause_of(const Watcher::Step& step, Clock::time_point now) {
  const auto* const wait = std::get_if<Watcher::WaitUntil>(&step);
  return wait != nullptr ? wait->when - now : 0s;
}

// At `version`, its watch open.
Watcher watching(Clock::time_point now = start, const char* version = "5", double chance = 0) {
  Watcher watcher([chance] { return chance; });
  (void)watcher.next(now);
  (void)watcher.listed(page("a", version), now);
  (void)watcher.next(now);
  return watcher;
}

TEST(Watcher, ListsFromTheCacheAndWatchesFromThere) {
  Watcher watcher([] { return 0.5; });
  EXPECT_EQ(list_of(watcher.next(start)).resource_version, "0");
  const auto change = watcher.listed(page("a", "5"), start);
  ASSERT_TRUE(change);
  EXPECT_EQ(std::get<Replaced>(*change).objects.size(), 1U);
  const auto watch = watch_of(watcher.next(start));
  EXPECT_EQ(watch.resource_version, "5");
  EXPECT_EQ(watch.timeout, 450s);
  EXPECT_EQ(watch.grace, 30s);
}

TEST(Watcher, TellsOfAListOnlyWhenItIsComplete) {
  Watcher watcher([] { return 0.0; });
  (void)watcher.next(start);
  EXPECT_FALSE(watcher.listed(page("a", "5", "token"), start));
  EXPECT_EQ(list_of(watcher.next(start)).continue_, "token");
  const auto change = watcher.listed(page("b", "5"), start);
  ASSERT_TRUE(change);
  EXPECT_EQ(std::get<Replaced>(*change).objects.size(), 2U);
}

// Section 3.1: the token lives about five minutes.
TEST(Watcher, BeginsAnExpiredListAnewWithoutItsPages) {
  Watcher watcher([] { return 0.0; });
  (void)watcher.next(start);
  (void)watcher.listed(page("a", "5", "token"), start);
  watcher.listing_failed(error(Failure::Expired), start);
  const auto request = list_of(watcher.next(start));
  EXPECT_EQ(request.continue_, "");
  EXPECT_EQ(request.resource_version, "");  // most recent
  EXPECT_EQ(std::get<Replaced>(*watcher.listed(page("b", "7"), start)).objects.size(), 1U);
}

TEST(Watcher, ListsTheMostRecentStateWhenTheCacheLagsBehind) {
  Watcher watcher([] { return 0.0; });
  (void)watcher.next(start);
  watcher.listing_failed(error(Failure::VersionTooLarge), start);
  EXPECT_EQ(list_of(watcher.next(start)).resource_version, "");
  // But does not run in circles when that does not help.
  watcher.listing_failed(error(Failure::VersionTooLarge), start);
  EXPECT_EQ(pause_of(watcher.next(start), start), 800ms);
}

TEST(Watcher, StillAsksForTheCacheWhenTheServerWasNotThere) {
  Watcher watcher([] { return 0.0; });
  (void)watcher.next(start);
  watcher.listing_failed(error(Failure::Unreachable), start);
  EXPECT_EQ(list_of(watcher.next(start + 1s)).resource_version, "0");
}

TEST(Watcher, FollowsEachEventsVersion) {
  auto watcher = watching();
  EXPECT_TRUE(std::holds_alternative<Applied>(*watcher.received(event("ADDED", "6"), start).change));
  EXPECT_TRUE(std::holds_alternative<Applied>(*watcher.received(event("MODIFIED", "7"), start).change));
  EXPECT_TRUE(std::holds_alternative<Deleted>(*watcher.received(event("DELETED", "8"), start).change));
  EXPECT_FALSE(watcher.received(event("BOOKMARK", "9"), start).change);
  watcher.ended({}, start + 300s);
  EXPECT_EQ(watch_of(watcher.next(start + 300s)).resource_version, "9");
}

// Section 3.2: refused or busy is no reason to list again.
TEST(Watcher, WatchesOnFromWhereItWasAfterALostConnection) {
  for (const auto failure : {Failure::Unreachable, Failure::ConnectionLost, Failure::TooManyRequests,
                             Failure::ServerError, Failure::Unauthorized}) {
    auto watcher = watching();
    (void)watcher.received(event("ADDED", "6"), start);
    watcher.ended(error(failure), start);
    EXPECT_EQ(pause_of(watcher.next(start), start), 800ms);
    EXPECT_EQ(watch_of(watcher.next(start + 800ms)).resource_version, "6");
  }
}

TEST(Watcher, ListsAgainWhenTheServerHasForgottenItsVersion) {
  for (const auto& gone : {status_event(410, "Expired"), status_event(410, "Gone"), status_event(410, "")}) {
    auto watcher = watching();
    const auto received = watcher.received(gone, start);
    EXPECT_TRUE(received.ended);
    EXPECT_EQ(received.problem, "");
    EXPECT_EQ(list_of(watcher.next(start)).resource_version, "");
  }
  auto watcher = watching();
  watcher.ended(error(Failure::Expired), start);  // as the answer to the request itself
  EXPECT_EQ(watcher.state(), State::Relisting);
}

TEST(Watcher, WaitsAfterAnyOtherErrorEvent) {
  auto watcher = watching();
  const auto received = watcher.received(status_event(500, "InternalError"), start);
  EXPECT_TRUE(received.ended);
  EXPECT_EQ(received.problem, "500 InternalError: m");
  EXPECT_EQ(pause_of(watcher.next(start), start), 800ms);
  EXPECT_EQ(watch_of(watcher.next(start + 1s)).resource_version, "5");
}

TEST(Watcher, DoesNotTrustWhatItDoesNotKnow) {
  for (const Json& odd : {Json(), Json(3), Json::object(), Json{{"type", "ADDED"}}, event("ADDED", "")}) {
    auto watcher = watching();
    EXPECT_TRUE(watcher.received(odd, start).ended) << odd;
    EXPECT_EQ(watcher.version(), "5");
  }
  auto watcher = watching();
  EXPECT_TRUE(watcher.received(event("SOMETHING", "6"), start).ended);
  EXPECT_EQ(watcher.state(), State::Relisting);
}

TEST(Watcher, TakesAWatchThatEndsAtOnceAsAFailure) {
  auto watcher = watching();
  watcher.ended({}, start + 500ms);
  EXPECT_GT(pause_of(watcher.next(start + 500ms), start + 500ms), 0s);
  auto spoken = watching();
  (void)spoken.received(event("ADDED", "6"), start);
  spoken.ended({}, start + 500ms);
  EXPECT_EQ(pause_of(spoken.next(start + 500ms), start + 500ms), 0s);
}

TEST(Watcher, PausesLongerEachTimeUpToHalfAMinuteAndForgetsWhenHealthy) {
  auto now = start;
  auto watcher = watching(now);
  std::vector<Clock::duration> pauses;
  for (int i = 0; i < 8; ++i) {
    watcher.ended(error(Failure::Unreachable), now);
    pauses.push_back(pause_of(watcher.next(now), now));
    now += pauses.back();
    (void)watcher.next(now);
  }
  EXPECT_EQ(pauses, (std::vector<Clock::duration>{800ms, 1600ms, 3200ms, 6400ms, 12800ms, 25600ms, 30s, 30s}));
  now += 3min;
  watcher.ended(error(Failure::Unreachable), now);
  EXPECT_EQ(pause_of(watcher.next(now), now), 800ms);
}

TEST(Watcher, SpreadsItsPausesAndHonoursTheServersWish) {
  auto watcher = watching(start, "5", 0.5);
  watcher.ended(error(Failure::Unreachable), start);
  EXPECT_EQ(pause_of(watcher.next(start), start), 1200ms);
  auto told = watching();
  told.ended(error(Failure::TooManyRequests, 17s), start);
  EXPECT_EQ(pause_of(told.next(start), start), 17s);
}

// Whatever comes, in any order: it never waits for ever, never lists in a tight loop, and never watches from nowhere.
TEST(Watcher, SurvivesAnySequence) {
  std::uint32_t random = 1;
  const auto next = [&](std::uint32_t below) {
    random = random * 1664525 + 1013904223;
    return (random >> 8) % below;
  };
  const std::array failures = {Failure::Unreachable, Failure::Expired, Failure::VersionTooLarge, Failure::ServerError};
  Watcher watcher([] { return 0.0; });
  auto now = start;
  int immediate = 0;
  for (int i = 0; i < 100'000; ++i) {
    const auto step = watcher.next(now);
    if (const auto* const wait = std::get_if<Watcher::WaitUntil>(&step)) {
      ASSERT_GT(wait->when, now);
      ASSERT_LE(wait->when - now, 60s);
      now = wait->when;
      immediate = 0;
    } else if (std::holds_alternative<Watcher::ListPage>(step)) {
      ASSERT_LT(++immediate, 30);
      if (next(3) == 0) {
        watcher.listing_failed(error(failures.at(next(4))), now);
      } else {
        (void)watcher.listed(page("a", "5", next(2) == 0 ? "token" : ""), now);
      }
    } else {
      ASSERT_FALSE(std::get<Watcher::OpenWatch>(step).request.resource_version.empty());
      immediate = 0;
      now += std::chrono::milliseconds(next(3000));
      switch (next(4)) {
        case 0:
          watcher.ended(error(failures.at(next(4))), now);
          break;
        case 1:
          watcher.ended({}, now);
          break;
        case 2:
          (void)watcher.received(status_event(410, "Expired"), now);
          break;
        default:
          (void)watcher.received(Json(), now);
      }
    }
  }
}

}  // namespace
}  // namespace murder::kubernetes
