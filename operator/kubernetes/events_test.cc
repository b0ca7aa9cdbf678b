#include "operator/kubernetes/events.h"

#include <gtest/gtest.h>

namespace murder::kubernetes {
namespace {

using namespace std::chrono_literals;
using Create = EventSeries::Create;
using Update = EventSeries::Update;

const EventSeries::Clock::time_point start{std::chrono::seconds(1'700'000'000)};

Event event(const char* reason = "Moved", std::string note = "moved user.x") {
  return {
      .regarding = {"v1", "Pod", {"n", "p"}, "u", "5"}, .reason = reason, .action = "Move", .note = std::move(note)};
}

TEST(EventSeries, MakesOneEventOfWhatHappensAgain) {
  EventSeries series("c", "i");
  const auto created = std::get<Create>(series.record(event(), start)).event;
  EXPECT_EQ(created["metadata"]["namespace"], "n");
  EXPECT_EQ(created["metadata"]["name"], "p.17979cfe362a0000");
  EXPECT_EQ(created["regarding"]["uid"], "u");
  const auto second = std::get<Update>(series.record(event(), start + 1s));
  EXPECT_EQ(second.event.name, "p.17979cfe362a0000");
  EXPECT_EQ(second.patch["series"]["count"], 2);
  EXPECT_TRUE(std::holds_alternative<std::monostate>(series.record(event("Moved", "another note"), start + 2s)));
  EXPECT_TRUE(std::holds_alternative<Create>(series.record(event("Other"), start + 2s)));
}

TEST(EventSeries, TellsTheFinalCountAfterSixMinutesOfQuiet) {
  EventSeries series("c", "i");
  for (int i = 0; i < 5; ++i) (void)series.record(event(), start);
  EXPECT_TRUE(series.sweep(start + 5min).empty());
  const auto last = series.sweep(start + 6min);
  ASSERT_EQ(last.size(), 1U);
  EXPECT_EQ(last[0].patch["series"]["count"], 5);
  EXPECT_EQ(series.size(), 0U);
  EXPECT_TRUE(std::holds_alternative<Create>(series.record(event(), start + 7min)));
}

TEST(EventSeries, RefreshesALongSeriesEachHalfHour) {
  EventSeries series("c", "i");
  std::size_t told = 0;
  for (auto now = start; now < start + 61min; now += 1min) {
    (void)series.record(event(), now);
    told += series.sweep(now).size();
  }
  EXPECT_EQ(told, 1U);  // 30 minutes after the second; the next is due at 61
}

TEST(EventSeries, TellsAllBeforeTheEnd) {
  EventSeries series("c", "i");
  for (int i = 0; i < 3; ++i) (void)series.record(event(), start);
  (void)series.record(event("Once"), start);
  EXPECT_EQ(series.finish().size(), 1U);
}

TEST(EventSeries, KeepsToTheLimitsOfTheApi) {
  EventSeries series("c", std::string(200, 'i'));
  auto large = event("Moved", std::string(1023, 'x') + "ü");
  large.regarding.key = {"", std::string(253, 'n')};
  const auto created = std::get<Create>(series.record(large, start)).event;
  EXPECT_EQ(created["note"].get<std::string>().size(), 1023U);  // not half a character
  EXPECT_EQ(created["reportingInstance"].get<std::string>().size(), 128U);
  EXPECT_EQ(created["metadata"]["name"].get<std::string>().size(), 253U);
  EXPECT_EQ(created["metadata"]["namespace"], "default");
}

}  // namespace
}  // namespace murder::kubernetes
