#include "operator/plan/changes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace murder::plan {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const Json kBefore = Json::parse(R"({"metadata": {"name": "mail", "annotations": {"a.example.org/b": "1"}},
                                     "spec": {"frontend": {"replicas": 2, "services": {"imap": {"prefork": 1}}},
                                              "authentication": {"users": ["alice", "bob"]}}})");

std::vector<std::string> texts(const Json& after) {
  std::vector<std::string> found;
  for (const auto& change : changes(kBefore, after)) found.push_back(change.text());
  return found;
}

TEST(Changes, OfTheSameAreNone) { EXPECT_THAT(texts(kBefore), IsEmpty()); }

TEST(Changes, AreNamedByTheirPaths) {
  Json after = kBefore;
  after["spec"]["frontend"]["replicas"] = 4;
  after["spec"]["authentication"]["users"].push_back("carol");
  after["spec"]["imapd"]["frontend"]["imapidlepoll"] = "7";
  after["spec"]["frontend"].erase("services");
  after["metadata"]["annotations"]["a.example.org/b"] = "2";
  EXPECT_THAT(texts(after),
              ElementsAre("metadata.annotations[\"a.example.org/b\"]: 1 → 2", "spec.frontend.replicas: 2 → 4",
                          "spec.frontend.services.imap.prefork (removed)",
                          R"(spec.authentication.users: ["alice","bob"] → ["alice","bob","carol"])",
                          "spec.imapd.frontend.imapidlepoll: 7 (new)"));
}

TEST(Changes, MadeOneAfterTheOtherGiveTheOtherText) {
  Json after = kBefore;
  after["spec"]["frontend"] = {{"replicas", 4}};
  after["spec"]["imapd"]["all"] = {{"x", "1"}, {"y", "2"}};
  after["metadata"]["annotations"]["a.example.org/b"] = "2";
  Json made = kBefore;
  for (const auto& change : changes(kBefore, after)) made = with(std::move(made), change);
  EXPECT_THAT(changes(made, after), IsEmpty());
}

}  // namespace
}  // namespace murder::plan
