#include "operator/moves/refuse.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "operator/topology/testdata.h"

namespace murder::moves {
namespace {

using testing::HasSubstr;

const topology::Topology& topology() {
  static const auto all = [] {
    const auto parsed = api::parse_manifests({{"test", R"(
apiVersion: murder.cyrus.dev/v1alpha1
kind: MurderCluster
metadata: {name: mail}
spec: {}
---
apiVersion: murder.cyrus.dev/v1alpha1
kind: Backend
metadata: {name: u1}
spec: {clusterRef: {name: mail}, partitions: [{name: p1}, {name: fast}]}
---
apiVersion: murder.cyrus.dev/v1alpha1
kind: Backend
metadata: {name: u2}
spec: {clusterRef: {name: mail}, partitions: [{name: p1}, {name: fast}]}
---
apiVersion: murder.cyrus.dev/v1alpha1
kind: Backend
metadata: {name: u3}
spec: {clusterRef: {name: mail}, partitions: [{name: p1}]}
)"}});
    return testdata::topologies(std::get<api::Manifests>(parsed));
  }();
  return all.front();
}

std::string host(const std::string& name) { return topology().find(name)->host; }

// user.fred is on u1, and nothing is in the way.
Situation quiet() {
  Situation situation{&topology(), std::optional(Place{Place::State::Active, host("u1") + "!p1"}), {}, {}};
  for (const auto* name : {"u1", "u2", "u3"}) {
    situation.holds.emplace(name, std::string(name) == "u1");
    situation.backends.emplace(name, BackendFacts{.ready = true, .cyrus_version = "3.10.2-Debian-3.10.2-1"});
  }
  return situation;
}

Request to(const std::string& backend, const std::string& partition = "", const std::string& mailbox = "user.fred") {
  return {mailbox, {backend, partition}};
}

void expect(const Request& request, const Situation& situation, Reason reason, const std::string& message,
            bool temporary = false) {
  const auto refusal = refuse(request, situation);
  ASSERT_TRUE(refusal) << "not refused: " << to_string(reason);
  EXPECT_EQ(refusal->reason, reason) << refusal->message;
  EXPECT_THAT(refusal->message, HasSubstr(message));
  EXPECT_EQ(refusal->temporary, temporary);
}

TEST(Refuse, NothingWhenAllIsWell) {
  EXPECT_FALSE(refuse(to("u2"), quiet()));
  EXPECT_FALSE(refuse(to("u2", "fast"), quiet()));
}

TEST(Refuse, WhatTheRequestSaysByItself) {
  expect(to("u4"), quiet(), Reason::UnknownBackend, "did you mean u");
  expect(to("mupdate"), quiet(), Reason::UnknownBackend, "there are: u1, u2, u3");
  expect(to("u2", "slow"), quiet(), Reason::UnknownPartition, "it has: p1, fast");
  expect(to("u2", "", "user.fred.Work"), quiet(), Reason::SubMailbox, "move user.fred");
  expect(to("u2", "", "DELETED.user.fred.6B062363"), quiet(), Reason::DeletedMailbox, "rename it back");
  expect(to("u2", "", "user..x"), quiet(), Reason::InvalidRequest, "empty level");
}

TEST(Refuse, WhatTheMasterSays) {
  auto now = quiet();
  now.master = Error{"agent of mupdate: cannot be reached"};
  expect(to("u2"), now, Reason::AgentUnreachable, "cannot be reached", true);
  now.master = std::optional<Place>();
  expect(to("u2"), now, Reason::MailboxNotFound, "u1 holds it: `murder push u1`");
  now.master = std::optional(Place{Place::State::Active, "old.example.org!p1"});
  expect(to("u2"), now, Reason::ForeignLocation, "old.example.org!p1");
  now.master = std::optional(Place{Place::State::Reserved, host("u1") + "!p1"});
  expect(to("u2"), now, Reason::MailboxReserved, "`murder push u1`", true);
}

TEST(Refuse, WhereItIsAlready) {
  expect(to("u1"), quiet(), Reason::AlreadyThere, "!p1 already");
  expect(to("u1", "p1"), quiet(), Reason::AlreadyThere, "!p1 already");
  expect(to("u1", "fast"), quiet(), Reason::PartitionOnly, "a move goes to another backend");
}

TEST(Refuse, AConflict) {
  auto now = quiet();
  now.holds.at("u3") = true;
  expect(to("u2"), now, Reason::MailboxConflict, "`murder push u3`");
  now = quiet();
  now.holds.at("u1") = false;
  expect(to("u2"), now, Reason::MailboxConflict, "which does not hold it");
  now = quiet();
  now.backends.at("u2")->conflicts = {"user.other", "user.fred.Work"};
  expect(to("u2"), now, Reason::MailboxConflict, "user.fred.Work is in conflict on u2");
  now.backends.at("u2")->conflicts = {"user.other", "user.freddy"};
  EXPECT_FALSE(refuse(to("u2"), now)) << "another's conflict is no reason";
}

// CYRUS-VERSIONS.md, "shared mailbox by XFER": on 3.6 the source dies, and the name stays reserved.
TEST(Refuse, ASharedMailboxWhereItsServerWouldEnd) {
  auto now = quiet();
  EXPECT_FALSE(refuse(to("u2", "", "shared.team"), now));
  now.backends.at("u1")->cyrus_version = "3.6.1-Debian-3.6.1-4+deb12u5";
  expect(to("u2", "", "shared.team"), now, Reason::SharedMailboxUnsupported, "upgrade u1 to 3.10");
  EXPECT_FALSE(refuse(to("u2"), now)) << "a user can move";
  now = quiet();
  now.backends.at("u2")->cyrus_version = "3.6.1-Debian-3.6.1-4+deb12u5";
  EXPECT_FALSE(refuse(to("u2", "", "shared.team"), now)) << "only the source counts";
  now.backends.at("u1")->cyrus_version = "";
  expect(to("u2", "", "shared.team"), now, Reason::SharedMailboxUnsupported, "not known", true);
}

TEST(Refuse, WhatIsNotReadyIsWaitedFor) {
  auto now = quiet();
  now.backends.at("u2")->ready = false;
  now.backends.at("u2")->not_ready = "service imap: connection refused";
  expect(to("u2"), now, Reason::BackendNotReady, "connection refused", true);
  now = quiet();
  now.backends.at("u1")->not_synced = "no push has ended yet";
  expect(to("u2"), now, Reason::BackendNotSynced, "no push has ended yet", true);
  now = quiet();
  now.backends.at("u1") = Error{"agent of u1: no answer in time"};
  expect(to("u2"), now, Reason::AgentUnreachable, "agent of u1", true);
  now = quiet();
  now.backends.at("u3") = Error{"agent of u3: no answer in time"};
  now.holds.at("u3") = Error{"agent of u3: no answer in time"};
  EXPECT_FALSE(refuse(to("u2"), now)) << "a third backend is none of its business";
}

TEST(Refuse, OneMoveAtATimeForEachBackend) {
  auto now = quiet();
  now.others = {{"user.other", "u3", "u2"}};
  expect(to("u2"), now, Reason::MoveInProgress, "u2 takes part in the move of user.other", true);
  now.others = {{"user.other", "u1", "u3"}};
  expect(to("u2"), now, Reason::MoveInProgress, "u1 takes part", true);
  now.others = {{"user.fred", "u1", "u2"}};
  expect(to("u2"), now, Reason::MoveInProgress, "is being moved to u2 already", true);
  now.others = {{"user.other", "u3", "u3"}};
  EXPECT_FALSE(refuse(to("u2"), now));
}

}  // namespace
}  // namespace murder::moves
