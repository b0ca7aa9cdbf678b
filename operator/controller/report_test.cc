#include "operator/controller/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "operator/controller/testdata.h"

namespace murder::controller {
namespace {

using testdata::World;
using testing::HasSubstr;

std::string condition(const Json& status, const std::string& type) {
  for (const auto& each : status.at("conditions")) {
    if (each.at("type") == type)
      return each.at("status").get<std::string>() + " " + each.at("reason").get<std::string>();
  }
  return "absent";
}

TEST(Report, IsReadyWhenAllWasSeenToServe) {
  World world;
  world.settle();
  const auto report = world.report();
  EXPECT_EQ(condition(report.cluster, "Ready"), "True Ready");
  EXPECT_EQ(condition(report.cluster, "MasterAvailable"), "True Ready");
  EXPECT_EQ(condition(report.cluster, "BackendsSynced"), "True Synced");
  EXPECT_EQ(condition(report.cluster, "Progressing"), "False Settled");
  EXPECT_EQ(condition(report.cluster, "Reconciling"), "absent");
  EXPECT_EQ(condition(report.cluster, "Stalled"), "absent");
  EXPECT_EQ(report.cluster.at("readyFrontends"), "2/2");
  EXPECT_EQ(report.cluster.at("readyBackends"), "2/2");
  EXPECT_EQ(report.cluster.at("observedGeneration"), 3);
  EXPECT_EQ(condition(report.backends.at("be1"), "Synced"), "True Synced");
  EXPECT_TRUE(report.settled);
}

TEST(Report, IsNotReadyBecauseObjectsWereApplied) {
  const auto report = World().report();
  EXPECT_EQ(condition(report.cluster, "Ready"), "False MasterDown");
  EXPECT_THAT(condition(report.cluster, "Reconciling"), HasSubstr("True"));
  EXPECT_FALSE(report.settled);
}

TEST(Report, NamesWhatIsMissing) {
  World world;
  world.settle();
  world.pod("mail-be2-0").ready = false;
  world.facts("mail-be2-0").failed_checks = {"service imap: connection refused"};
  const auto report = world.report();
  EXPECT_EQ(condition(report.cluster, "Ready"), "False BackendsNotReady");
  EXPECT_EQ(condition(report.backends.at("be2"), "Ready"), "False Starting");
  EXPECT_THAT(report.backends.at("be2").dump(), HasSubstr("service imap: connection refused"));
}

TEST(Report, SaysWhyAPodDoesNotStart) {
  World world;
  world.settle();
  world.pod("mail-be2-0").ready = false;
  world.pod("mail-be2-0").trouble = "cyrus: ImagePullBackOff: no such image";
  const auto report = world.report();
  EXPECT_EQ(condition(report.cluster, "Degraded"), "True PodFailed");
  EXPECT_EQ(condition(report.backends.at("be2"), "Degraded"), "True PodFailed");
}

TEST(Report, ShowsBothHoldersOfAConflict) {
  World world;
  world.settle();
  auto& facts = world.facts("mail-be1-0");
  facts.in_sync = false;
  facts.hold_reason = "MailboxConflict";
  facts.push_error = "user.dup is here and at be2";
  facts.conflicts = {{"user.dup", "mail-be1!p1", "mail-be2!p1"}};
  const auto report = world.report();
  EXPECT_EQ(condition(report.backends.at("be1"), "MailboxConflict"), "True MailboxConflict");
  EXPECT_EQ(condition(report.backends.at("be1"), "Synced"), "False MailboxConflict");
  EXPECT_EQ(report.backends.at("be1").at("conflicts").at(0).at("master"), "mail-be2!p1");
  EXPECT_EQ(condition(report.cluster, "Ready"), "False NotPushed");
}

TEST(Report, StallsOnAnInvalidSpec) {
  World world;
  Json cluster = testdata::cluster_json();
  cluster["spec"]["mupdate"]["engine"] = "native";
  world.set_cluster(cluster);
  const auto report = world.report();
  EXPECT_EQ(condition(report.cluster, "Stalled"), "True InvalidSpec");
  EXPECT_EQ(condition(report.cluster, "Ready"), "Unknown InvalidSpec");
  EXPECT_EQ(report.cluster.at("observedGeneration"), 3);
}

TEST(Report, KeepsTheTimeOfAConditionThatStays) {
  World world;
  world.settle();
  Json cluster = testdata::cluster_json();
  cluster["status"] = world.report().cluster;
  for (auto& each : cluster["status"]["conditions"]) each["lastTransitionTime"] = "2001-01-01T00:00:00Z";
  world.set_cluster(cluster);
  EXPECT_EQ(world.report().cluster, cluster["status"]);
}

TEST(Report, SaysWhyABackendIsNotDeleted) {
  World world;
  world.settle();
  world.facts("mail-be2-0").mailboxes = 1;
  testdata::mark_deleted(world.backend("be2").object);
  EXPECT_EQ(condition(world.report().backends.at("be2"), "Stalled"), "True NotEmpty");
}

// Until the master has forgotten it, in a later pass.
TEST(Report, KeepsTheServerNameOfABackendThatIsLetGo) {
  World world;
  world.settle();
  auto& backend = world.backend("be2").object;
  Json changed = *backend;
  changed["metadata"]["annotations"] = {{kForceDeleteAnnotation, "true"}};
  changed["status"] = {{"serverName", "mail-be2.post.svc.cluster.local"}, {"lastPush", "2026-01-01T00:00:00Z"}};
  backend = std::make_shared<const Json>(std::move(changed));
  testdata::mark_deleted(backend);
  ASSERT_TRUE(world.want().released.contains("be2"));
  EXPECT_EQ(world.report().backends.at("be2").at("serverName"), "mail-be2.post.svc.cluster.local");
  world.snapshot.agents.erase("mail-be2-0");
  EXPECT_EQ(world.report().backends.at("be2").at("lastPush"), "2026-01-01T00:00:00Z");
}

TEST(Report, IsNotSettledWhileFilesAreNotTakenUp) {
  World world;
  world.settle();
  world.facts("mail-fe-1").files_digest = "earlier";
  const auto report = world.report();
  EXPECT_EQ(condition(report.cluster, "Progressing"), "True Reloading");
  EXPECT_EQ(condition(report.cluster, "Ready"), "True Ready");
  EXPECT_EQ(report.cluster.at("updatedReplicas"), 1);
}

}  // namespace
}  // namespace murder::controller
