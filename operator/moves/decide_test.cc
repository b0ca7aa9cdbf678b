#include "operator/moves/decide.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace murder::moves {
namespace {

using Phase = api::MovePhase;
using testing::HasSubstr;

const Route route{"move-1", "user.x", "u1", "u1.test", "u2", "u2.test"};

Held held(const std::string& digest) {
  return {Holding::Held, "p1",
          Contents{.uid_validity = 7, .uid_next = 4, .highest_mod_seq = 9, .messages = 3, .digest = digest}};
}
Held kept(const std::string& digest) {
  auto result = held("later");
  result.contents->kept = Kept{3, digest, "", 0};
  return result;
}
Held without_contents(Holding holding) { return {holding, "p1", {}}; }

Place active(const std::string& host) { return {Place::State::Active, host + "!p1"}; }
Place reserved(const std::string& host) { return {Place::State::Reserved, host + "!p1"}; }

// A user with two mailboxes, at home on u1.
Observed at_home() {
  const Places home = {{"user.x", active("u1.test")}, {"user.x.Sub", active("u1.test")}};
  return {"2026-01-02T03:04:05Z",
          3,
          AgentSays{},
          Listing{{"user.x", held("inbox")}, {"user.x.Sub", held("sub")}},
          Listing{},
          home,
          {{"fe1", home}, {"fe2", home}}};
}

Observed arrived() {
  const Places there = {{"user.x", active("u2.test")}, {"user.x.Sub", active("u2.test")}};
  auto now = at_home();
  now.agent = AgentSays{.state = AgentSays::State::Ended, .answer = {"* OK USER x", "OK Completed"}};
  now.source = Listing{{"user.x", without_contents(Holding::Gone)}, {"user.x.Sub", without_contents(Holding::Gone)}};
  now.destination = Listing{{"user.x", kept("inbox")}, {"user.x.Sub", kept("sub")}};
  now.master = there;
  now.frontends = {{"fe1", there}, {"fe2", there}};
  now.returned = ok();
  return now;
}

api::MailboxMoveStatus begun() { return decide_move(route, {}, at_home()).status; }

api::ConditionStatus condition(const api::MailboxMoveStatus& status, const std::string& type) {
  for (const auto& each : status.conditions) {
    if (each.type == type) return each.status;
  }
  return api::ConditionStatus::Unknown;
}

void expect(const Decision& decision, Step step, Phase phase, Reason reason, const std::string& message = "") {
  EXPECT_EQ(to_string(decision.step), to_string(step)) << decision.status.message;
  EXPECT_EQ(api::name_of(decision.status.phase), api::name_of(phase)) << decision.status.message;
  EXPECT_EQ(decision.status.reason, to_string(reason)) << decision.status.message;
  EXPECT_THAT(decision.status.message, HasSubstr(message));
}

TEST(Begin, TakesTheInventoryFirst) {
  auto now = at_home();
  now.source->at("user.x").contents.reset();
  const auto decision = decide_move(route, {}, now);
  expect(decision, Step::TakeInventory, Phase::Pending, Reason::TakingInventory);
  EXPECT_FALSE(has_begun(decision.status));
}

TEST(Begin, RemembersEverythingBeforeItStarts) {
  const auto decision = decide_move(route, {}, at_home());
  expect(decision, Step::Start, Phase::Copying, Reason::Copying, "2 mailboxes with 6 messages from u1 to u2");
  const auto& status = decision.status;
  EXPECT_TRUE(has_begun(status));
  EXPECT_EQ(status.source, "u1.test!p1");
  EXPECT_EQ(status.mailboxes, 2);
  EXPECT_EQ(status.messages, 6);
  EXPECT_EQ(status.started_at, "2026-01-02T03:04:05Z");
  EXPECT_EQ(status.observed_generation, 3);
  ASSERT_EQ(status.before.size(), 2u);
  EXPECT_EQ(status.before[0].digest, "inbox");
  EXPECT_EQ(move_id(route, status), "move-1#1");
  EXPECT_EQ(condition(status, "Complete"), api::ConditionStatus::False);
}

TEST(Begin, ARefusalThatCanPassIsWaitedFor) {
  auto now = at_home();
  now.refusal = Refusal{Reason::BackendNotReady, "u2 is not ready", true};
  expect(decide_move(route, {}, now), Step::Wait, Phase::Pending, Reason::BackendNotReady, "u2 is not ready");
  now.refusal->temporary = false;
  now.refusal->reason = Reason::SubMailbox;
  const auto refused = decide_move(route, {}, now);
  expect(refused, Step::End, Phase::Failed, Reason::SubMailbox);
  EXPECT_EQ(condition(refused.status, "Failed"), api::ConditionStatus::True);
  EXPECT_FALSE(refused.status.finished_at.empty());
}

TEST(Begin, NotBeforeWhatUsersHaveReadHasGoneAhead) {
  auto now = at_home();
  now.seen = Status(Error{"sync_client: exit 75"});
  expect(decide_move(route, {}, now), Step::Wait, Phase::Pending, Reason::SeenNotCarried, "exit 75");
  now.seen = ok();
  now.held = Status(Error{"agent of fe2: no answer in time"});
  expect(decide_move(route, {}, now), Step::Wait, Phase::Pending, Reason::AgentUnreachable, "agent of fe2");
  now.held = ok();
  expect(decide_move(route, {}, now), Step::Start, Phase::Copying, Reason::Copying);
}

TEST(Begin, NeitherBlindNorBesideAnother) {
  for (const auto hide :
       {+[](Observed& now) { now.agent = Error{"silent"}; }, +[](Observed& now) { now.source = Error{"silent"}; },
        +[](Observed& now) { now.master = Error{"silent"}; }}) {
    auto now = at_home();
    hide(now);
    expect(decide_move(route, {}, now), Step::Wait, Phase::Pending, Reason::AgentUnreachable, "silent");
  }
  auto now = at_home();
  now.agent->state = AgentSays::State::Busy;
  now.agent->busy_with = "user.y";
  expect(decide_move(route, {}, now), Step::Wait, Phase::Pending, Reason::MoveInProgress, "user.y");
}

TEST(Begin, MoreMailboxesThanCanBeVerifiedAreRefused) {
  auto now = at_home();
  for (std::size_t i = 0; i < kMostMailboxes; ++i) now.source->emplace("user.x.f" + std::to_string(i), held("a"));
  const auto refused = decide_move(route, {}, now);
  expect(refused, Step::End, Phase::Failed, Reason::TooManyMailboxes);
  EXPECT_FALSE(has_begun(refused.status));
}

TEST(UnderWay, IsWaitedForWhateverElseIsSeen) {
  auto now = at_home();
  now.agent->state = AgentSays::State::Running;
  expect(decide_move(route, begun(), now), Step::Wait, Phase::Copying, Reason::Copying);
  now.master->at("user.x") = reserved("u2.test");
  expect(decide_move(route, begun(), now), Step::Wait, Phase::Switching, Reason::Switching, "0 of 2");
  now.master->at("user.x") = active("u2.test");
  const auto half = decide_move(route, begun(), now);
  expect(half, Step::Wait, Phase::Switching, Reason::Switching, "1 of 2");
  EXPECT_EQ(half.status.mailboxes_done, 1);
  // One that an earlier agent began.
  now.agent->state = AgentSays::State::Busy;
  expect(decide_move(route, begun(), now), Step::Wait, Phase::Switching, Reason::Switching);
}

TEST(UnderWay, WithoutTheSourcesAgentNothingIsDecided) {
  auto now = arrived();
  now.agent = Error{"agent of u1: cannot be reached"};
  expect(decide_move(route, begun(), now), Step::Wait, Phase::Copying, Reason::AgentUnreachable, "cannot be reached");
}

TEST(Arrived, IsBelievedWhenAllAgreeAndNothingIsMissing) {
  const auto decision = decide_move(route, begun(), arrived());
  expect(decision, Step::End, Phase::Completed, Reason::Moved, "2 mailboxes, 6 messages");
  EXPECT_EQ(decision.status.mailboxes_done, 2);
  EXPECT_EQ(condition(decision.status, "Complete"), api::ConditionStatus::True);
  EXPECT_EQ(condition(decision.status, "Failed"), api::ConditionStatus::False);
  EXPECT_EQ(decide_move(route, decision.status, at_home()).step, Step::End) << "what has ended stays so";
}

TEST(Arrived, WhetherTheAgentRemembersItOrNot) {
  auto now = arrived();
  now.agent = AgentSays{};
  expect(decide_move(route, begun(), now), Step::End, Phase::Completed, Reason::Moved);
  now.agent = AgentSays{.state = AgentSays::State::Ended, .error = "the connection ended"};
  expect(decide_move(route, begun(), now), Step::End, Phase::Completed, Reason::Moved);
}

// Cyrus 3.12 has removed it there.
TEST(Arrived, TheSourceIsToldOnceWhatTheUserHasReadThere) {
  auto now = arrived();
  now.returned.reset();
  // Before anything is waited for.
  now.frontends.at("fe1") = Error{"agent of fe1: no answer in time"};
  const auto first = decide_move(route, begun(), now);
  expect(first, Step::ReturnSeen, Phase::Switching, Reason::ReturningSeen, "u1");
  now.returned = Status(Error{"agent of u1: cannot be reached"});
  const auto failed = decide_move(route, first.status, now);
  expect(failed, Step::Wait, Phase::Switching, Reason::SeenNotReturned, "cannot be reached");
  now.returned.reset();
  expect(decide_move(route, failed.status, now), Step::ReturnSeen, Phase::Switching, Reason::ReturningSeen);
  now.returned = ok();
  const auto done = decide_move(route, failed.status, now);
  expect(done, Step::Wait, Phase::Verifying, Reason::AgentUnreachable, "fe1");
  now.returned.reset();
  expect(decide_move(route, done.status, now), Step::Wait, Phase::Verifying, Reason::AgentUnreachable);
}

TEST(Arrived, NothingHasToComeBackWithASharedMailbox) {
  const Route shared{"move-1", "board", "u1", "u1.test", "u2", "u2.test"};
  const Places there = {{"board", active("u2.test")}};
  auto now = arrived();
  now.source = Listing{{"board", without_contents(Holding::Gone)}};
  now.destination = Listing{{"board", kept("posts")}};
  now.master = there;
  now.frontends = {{"fe1", there}};
  now.returned.reset();
  auto status = begun();
  status.before = {{.name = "board", .uid_validity = 7, .uid_next = 4, .messages = 3, .digest = "posts"}};
  expect(decide_move(shared, status, now), Step::End, Phase::Completed, Reason::Moved);
}

TEST(Arrived, EveryFrontendHasToHaveHeard) {
  auto now = arrived();
  now.frontends.at("fe2")->at("user.x.Sub") = active("u1.test");
  expect(decide_move(route, begun(), now), Step::Wait, Phase::Verifying, Reason::FrontendsBehind, "fe2");
  now = arrived();
  now.frontends.at("fe2")->at("user.x") = reserved("u2.test");
  expect(decide_move(route, begun(), now), Step::Wait, Phase::Verifying, Reason::FrontendsBehind, "fe2");
  now = arrived();
  now.frontends.at("fe1")->erase("user.x");
  expect(decide_move(route, begun(), now), Step::Wait, Phase::Verifying, Reason::FrontendsBehind, "fe1");
  now = arrived();
  now.frontends.at("fe1") = Error{"agent of fe1: no answer in time"};
  expect(decide_move(route, begun(), now), Step::Wait, Phase::Verifying, Reason::AgentUnreachable, "fe1");
}

TEST(Arrived, IsLookedInto) {
  auto now = arrived();
  now.destination->at("user.x").contents.reset();
  expect(decide_move(route, begun(), now), Step::Verify, Phase::Verifying, Reason::Verifying);
  now = arrived();
  now.destination->at("user.x").contents->kept->digest = "less";
  const auto failed = decide_move(route, begun(), now);
  expect(failed, Step::End, Phase::Failed, Reason::VerificationFailed, "user.x: the messages are not the same");
  EXPECT_EQ(condition(failed.status, "Complete"), api::ConditionStatus::False);
}

TEST(Home, WithCyrussAnswerIsRolledBack) {
  auto now = at_home();
  now.agent = AgentSays{.state = AgentSays::State::Ended,
                        .refused = true,
                        .answer = {"* NO USER x (The remote Server(s) denied the operation)", "OK Completed"}};
  const auto decision = decide_move(route, begun(), now);
  expect(decision, Step::End, Phase::RolledBack, Reason::CyrusRefused, "denied the operation");
  EXPECT_THAT(decision.status.message, HasSubstr("user.x is on u1 as before"));
  // A tagged OK alone is no proof either.
  now.agent = AgentSays{.state = AgentSays::State::Ended, .answer = {"OK Completed"}};
  expect(decide_move(route, begun(), now), Step::End, Phase::RolledBack, Reason::CyrusRefused);
  now.agent = AgentSays{.state = AgentSays::State::Ended, .error = "closed"};
  now.destination = Listing{{"user.x", held("part")}};
  expect(decide_move(route, begun(), now), Step::End, Phase::RolledBack, Reason::Interrupted,
         "`murder push u2 --master-is-right user.x`");
}

TEST(Home, WithoutAnAnswerIsAskedForAgainAFewTimes) {
  auto status = begun();
  for (int attempt = 2; attempt <= kMostAttempts; ++attempt) {
    const auto again = decide_move(route, status, at_home());
    expect(again, Step::Start, Phase::Copying, Reason::Copying);
    EXPECT_EQ(again.status.attempts, attempt) << "each attempt has an id of its own";
    status = again.status;
  }
  expect(decide_move(route, status, at_home()), Step::End, Phase::RolledBack, Reason::Interrupted);
}

TEST(InTheMiddle, TheMasterIsToldWhatIsTrue) {
  auto now = at_home();
  now.agent = AgentSays{.state = AgentSays::State::Ended, .error = "closed"};
  now.destination = Listing{{"user.x", held("inbox")}};
  now.master->at("user.x") = reserved("u2.test");
  expect(decide_move(route, begun(), now), Step::PushSource, Phase::Switching, Reason::RepairingMaster);

  now.source->at("user.x") = without_contents(Holding::Moving);
  expect(decide_move(route, begun(), now), Step::PushSource, Phase::Switching, Reason::RepairingMaster);

  now.source->at("user.x") = without_contents(Holding::Gone);
  expect(decide_move(route, begun(), now), Step::PushDestination, Phase::Switching, Reason::RepairingMaster);

  now.master->at("user.x") = active("u1.test");
  expect(decide_move(route, begun(), now), Step::PushSource, Phase::Switching, Reason::RepairingMaster);

  now.master->erase("user.x");
  expect(decide_move(route, begun(), now), Step::PushDestination, Phase::Switching, Reason::RepairingMaster);
}

TEST(InTheMiddle, TheRestIsMovedWhenItsInboxIsStillThere) {
  auto now = at_home();
  now.agent = AgentSays{.state = AgentSays::State::Ended, .error = "closed"};
  now.source->at("user.x.Sub") = without_contents(Holding::Gone);
  now.destination = Listing{{"user.x.Sub", held("sub")}};
  now.master->at("user.x.Sub") = active("u2.test");
  const auto again = decide_move(route, begun(), now);
  expect(again, Step::Start, Phase::Copying, Reason::Copying, "attempt 2");
  EXPECT_EQ(again.status.before, begun().before) << "what was before stays what it was";

  std::swap(now.source->at("user.x"), now.source->at("user.x.Sub"));
  now.destination = Listing{{"user.x", held("inbox")}};
  now.master = Places{{"user.x", active("u2.test")}, {"user.x.Sub", active("u1.test")}};
  expect(decide_move(route, begun(), now), Step::End, Phase::Failed, Reason::SplitUser, "1 of its mailboxes on u1");
}

TEST(InTheMiddle, TwoCopiesAreAPersonsToJudge) {
  auto now = arrived();
  now.source = at_home().source;
  now.destination->at("user.x").contents.reset();
  expect(decide_move(route, begun(), now), Step::Verify, Phase::Switching, Reason::TwoCopies);
  now = arrived();
  now.source->at("user.x") = held("inbox");
  expect(decide_move(route, begun(), now), Step::End, Phase::Failed, Reason::TwoCopies,
         "`murder push u1 --master-is-right user.x`");
  now.destination->at("user.x") = kept("less");
  expect(decide_move(route, begun(), now), Step::End, Phase::Failed, Reason::TwoCopies,
         "`murder push u1 --local-is-right user.x`");
}

TEST(InTheMiddle, WhatNobodyHoldsIsSaid) {
  auto now = arrived();
  now.destination->erase("user.x.Sub");
  now.master->erase("user.x.Sub");
  expect(decide_move(route, begun(), now), Step::End, Phase::Failed, Reason::MailboxMissing, "user.x.Sub");
  // But its user may have deleted it.
  now.source->emplace("DELETED.user.x.Sub.6B062363", without_contents(Holding::Held));
  expect(decide_move(route, begun(), now), Step::End, Phase::Completed, Reason::Moved);
}

TEST(InTheMiddle, SomebodyElsesMoveIsNotUndone) {
  auto now = arrived();
  now.master->at("user.x") = active("u3.test");
  expect(decide_move(route, begun(), now), Step::End, Phase::Failed, Reason::MovedElsewhere);
}

TEST(Phase, ItsTimeIsThatOfItsBeginning) {
  auto now = at_home();
  now.agent->state = AgentSays::State::Running;
  now.now = "2026-01-02T03:05:00Z";
  const auto copying = decide_move(route, begun(), now).status;
  EXPECT_EQ(copying.phase_at, "2026-01-02T03:04:05Z");
  now.now = "2026-01-02T03:06:00Z";
  now.master->at("user.x") = reserved("u2.test");
  EXPECT_EQ(decide_move(route, copying, now).status.phase_at, "2026-01-02T03:06:00Z");
  EXPECT_EQ(decide_move(route, copying, now).status.started_at, "2026-01-02T03:04:05Z");
}

TEST(Status, ItsMessageIsAsLongAsItMayBe) {
  auto now = at_home();
  std::string words;
  for (int i = 0; i < 5000; ++i) words += "é";
  now.agent = AgentSays{.state = AgentSays::State::Ended, .refused = true, .answer = {words}};
  const auto message = decide_move(route, begun(), now).status.message;
  EXPECT_LE(message.size(), 4096u);
  EXPECT_TRUE(message.ends_with("é…")) << "no half of a character";
}

// A steady state writes nothing.
TEST(Status, IsTheSameWhenNothingChanges) {
  auto now = at_home();
  now.agent->state = AgentSays::State::Running;
  const auto once = decide_move(route, begun(), now).status;
  now.now = "2026-01-02T03:09:00Z";
  const auto twice = decide_move(route, once, now).status;
  EXPECT_EQ(twice.message, once.message);
  EXPECT_EQ(twice.conditions, once.conditions);
  EXPECT_EQ(twice.phase_at, once.phase_at);
}

}  // namespace
}  // namespace murder::moves
