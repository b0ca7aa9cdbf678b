#include "operator/plan/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace murder::plan {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const Files kBackend = {{"/n/etc/imapd.conf", "# be1\nservername: be1\nadmins: cyrus\n"},
                        {"/n/etc/agent.json", "{\n  \"node\": \"be1\"\n}\n"},
                        {"/n/etc/hosts", "127.0.0.1 localhost\n"},
                        {"/n/secrets/imapd-secrets.conf", "mupdate_password: old\n"}};

Observed running(Files files) { return {std::move(files), true}; }

TEST(Plan, LeavesAloneWhatIsAsItShouldBe) {
  EXPECT_THAT(plan({{"be1", kBackend}}, {{"be1", running(kBackend)}}), IsEmpty());
}

TEST(Plan, StartsWhatIsNewOrDown) {
  EXPECT_THAT(plan({{"be1", kBackend}, {"be2", kBackend}}, {{"be1", {kBackend, false}}}),
              ElementsAre(Step{"be1", Verb::Start, "not running"}, Step{"be2", Verb::Start, "new"}));
}

TEST(Plan, StopsWhatIsInNoManifest) {
  const auto steps = plan({}, {{"be1", running(kBackend)}, {"be2", {kBackend, false}}});
  EXPECT_THAT(steps, ElementsAre(Step{"be1", Verb::Stop, "in no manifest any more; its files and mail stay"}));
}

TEST(Plan, NamesTheLineThatIsReadAgain) {
  auto files = kBackend;
  files["/n/etc/imapd.conf"] = "# be1\nservername: be1\nadmins: cyrus root\n";
  EXPECT_THAT(plan({{"be1", files}}, {{"be1", running(kBackend)}}),
              ElementsAre(Step{"be1", Verb::Reload, "imapd.conf: admins: cyrus → cyrus root"}));
  EXPECT_THAT(plan({{"be1", files, /*restarts_cyrus=*/true}}, {{"be1", running(kBackend)}}),
              ElementsAre(Step{"be1", Verb::RestartCyrus, "imapd.conf: admins: cyrus → cyrus root"}));
}

TEST(Plan, RestartsWhatHasAnotherProgram) {
  EXPECT_THAT(plan({{"be1", kBackend, false, /*restarts_agent=*/true}}, {{"be1", running(kBackend)}}),
              ElementsAre(Step{"be1", Verb::RestartAgent, "another program, or certificate"}));
}

TEST(Plan, TellsOfANodeOnceByWhatDisturbsItMost) {
  auto files = kBackend;
  files["/n/etc/agent.json"] = "{\n  \"node\": \"be9\"\n}\n";
  files["/n/etc/hosts"] = "127.0.0.1 localhost\n127.0.0.9 be9\n";
  files["/n/secrets/imapd-secrets.conf"] = "mupdate_password: new\n";
  const auto steps = plan({{"be1", files}}, {{"be1", running(kBackend)}});
  ASSERT_EQ(steps.size(), 1u);
  EXPECT_EQ(steps[0].verb, Verb::Reload);
}

TEST(Plan, NeverShowsAPassword) {
  auto files = kBackend;
  files["/n/secrets/imapd-secrets.conf"] = "mupdate_password: new\n";
  const auto steps = plan({{"be1", files}}, {{"be1", running(kBackend)}});
  ASSERT_EQ(steps.size(), 1u);
  EXPECT_EQ(steps[0].reason, "imapd-secrets.conf: passwords");
}

TEST(Difference, TellsNewRemovedAndHowManyMore) {
  EXPECT_EQ(difference("x", "a: 1\nb: 2\n", "a: 1\nc: 3\n"), "x: c: 3 (new), b (removed)");
  EXPECT_EQ(difference("x", "", "a: 1\nb: 2\nc: 3\nd: 4\n"), "x: a: 1 (new), b: 2 (new), c: 3 (new) and 1 more");
  EXPECT_EQ(difference("x", "# then\na: 1\n", "# now\na: 1\n"), "x: ");
}

}  // namespace
}  // namespace murder::plan
