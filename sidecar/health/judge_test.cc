#include "sidecar/health/judge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace murder::health {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;

Observations healthy() {
  Observations seen;
  seen.cyrmaster_running = true;
  seen.cyrmaster_age = seconds(3600);
  seen.services = {{"imap"}, {"lmtp"}};
  seen.mupdate_master = Check{"mupdate master", CheckState::Ok};
  seen.push = Check{"push", CheckState::Ok};
  return seen;
}

TEST(Judge, AllIsWell) {
  const auto verdict = judge(healthy());
  EXPECT_TRUE(verdict.alive);
  EXPECT_TRUE(verdict.ready);
  EXPECT_EQ(verdict.checks.size(), 5U);
}

TEST(Judge, NoCyrmasterIsNotAlive) {
  auto seen = healthy();
  seen.cyrmaster_running = false;
  EXPECT_FALSE(judge(seen).alive);
  EXPECT_FALSE(judge(seen).ready);
}

TEST(Judge, WhatCannotBeLookedAtKillsNothing) {
  auto seen = healthy();
  seen.cyrmaster_running = false;
  seen.cyrmaster_error = "open /run/master.pid: Permission denied";
  EXPECT_TRUE(judge(seen).alive);
  EXPECT_FALSE(judge(seen).ready);
}

// CYRUS.md finding 2: cyrmaster stays up without a service that it has disabled.
TEST(Judge, ADisabledServiceIsNotAliveUntilItAnswersAgain) {
  auto seen = healthy();
  seen.disabled = {"imap"};
  EXPECT_TRUE(judge(seen).alive) << "it answers: it was enabled again";
  seen.services[0].error = "127.0.0.1:143: connect: Connection refused";
  seen.services[0].refused_rounds = 1;
  const auto verdict = judge(seen);
  EXPECT_FALSE(verdict.alive);
  EXPECT_THAT(verdict.checks[1].message, HasSubstr("gave it up"));
}

TEST(Judge, ARefusedServiceIsARestartOnlyWhenItStaysSo) {
  auto seen = healthy();
  seen.services[1] = {"lmtp", "connect: Connection refused", refused_rounds_to_act, 0};
  EXPECT_FALSE(judge(seen).alive);

  seen.services[1].refused_rounds = refused_rounds_to_act - 1;
  EXPECT_TRUE(judge(seen).alive);
  EXPECT_FALSE(judge(seen).ready);

  seen.services[1].refused_rounds = 100;
  seen.cyrmaster_age = service_grace;
  EXPECT_TRUE(judge(seen).alive) << "it may still be starting";
}

TEST(Judge, ASilentServiceIsNotReadyButAlive) {
  auto seen = healthy();
  seen.services[0].error = "no answer within 5 s while waiting for the greeting";
  EXPECT_TRUE(judge(seen).alive);
  EXPECT_FALSE(judge(seen).ready);
}

TEST(Judge, IsNotReadyBeforeTheFirstPushAndTheFirstList) {
  auto seen = healthy();
  seen.push->state = CheckState::Unknown;
  EXPECT_FALSE(judge(seen).ready);
  EXPECT_TRUE(judge(seen).alive);

  seen = healthy();
  seen.mailbox_list = Check{"mailbox list", CheckState::Unknown};
  EXPECT_FALSE(judge(seen).ready);
}

}  // namespace
}  // namespace murder::health
