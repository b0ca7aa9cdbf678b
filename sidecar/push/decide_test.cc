#include "sidecar/push/decide.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace murder::push {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Situation reported(std::string_view text) {
  Situation now;
  auto report = parse_push_report(text);
  EXPECT_TRUE(report);
  now.report = *std::move(report);
  for (const auto& name : now.report.remove_local) now.conflicts.push_back({name, "be1.test!p1", "be2.test!p2"});
  now.local_mailboxes = 100;
  now.master_entries = 100;
  return now;
}

TEST(Decide, HasNothingToDoWhenInSync) {
  const auto decision = decide(reported(""));
  EXPECT_FALSE(decision.plan);
  EXPECT_FALSE(decision.hold);
}

TEST(Decide, PushesWhatIsSafe) {
  const auto decision = decide(reported("Force Activate: user.a\nRemove from MUPDATE: user.b\n"));
  ASSERT_TRUE(decision.plan);
  EXPECT_EQ(decision.plan->max_removals, 1U);
  EXPECT_FALSE(decision.hold);
}

// CYRUS.md finding 4: on a conflict `ctl_mboxlist -m` deletes the local copy.
TEST(Decide, HoldsAConflictAndNamesBothHolders) {
  const auto decision = decide(reported("Remove Local Mailbox: user.dup\n"));
  ASSERT_TRUE(decision.hold);
  EXPECT_EQ(decision.hold->reason, HoldReason::MailboxConflict);
  EXPECT_THAT(decision.hold->message,
              AllOf(HasSubstr("user.dup"), HasSubstr("here be1.test!p1"), HasSubstr("master be2.test!p2")));
  EXPECT_FALSE(decision.plan);
}

TEST(Decide, AConflictHoldsNoOtherMailbox) {
  const auto decision = decide(reported("Remove Local Mailbox: user.dup\nForce Activate: user.a\n"));
  ASSERT_TRUE(decision.hold);
  ASSERT_TRUE(decision.plan);
  EXPECT_THAT(decision.plan->give_up, IsEmpty());
  EXPECT_THAT(decision.plan->take_over, IsEmpty());
  EXPECT_EQ(decision.plan->held.size(), 1U);
}

TEST(Decide, ResolvesOnlyWhatIsNamed) {
  auto now = reported("Remove Local Mailbox: user.a\nRemove Local Mailbox: user.b\n");
  now.choice = {Resolve::Master, {"user.b"}, false};
  auto decision = decide(now);
  ASSERT_TRUE(decision.plan);
  EXPECT_THAT(decision.plan->give_up, ElementsAre(now.conflicts[1]));
  EXPECT_THAT(decision.plan->held, ElementsAre(now.conflicts[0]));
  ASSERT_TRUE(decision.hold);
  EXPECT_THAT(decision.hold->message, HasSubstr("user.a"));

  now.choice.resolve = Resolve::Local;
  decision = decide(now);
  ASSERT_TRUE(decision.plan);
  EXPECT_THAT(decision.plan->take_over, ElementsAre(now.conflicts[1]));
  EXPECT_THAT(decision.plan->give_up, IsEmpty());
}

TEST(Decide, NamesAreWorthNothingWithoutAResolution) {
  auto now = reported("Remove Local Mailbox: user.a\n");
  now.choice.mailboxes = {"user.a"};
  EXPECT_FALSE(decide(now).plan);
}

TEST(Decide, RefusesAChoiceThatFitsNothing) {
  auto now = reported("Remove Local Mailbox: user.a\n");
  now.choice = {Resolve::Local, {}, false};
  EXPECT_TRUE(check_choice(now));
  now.choice = {Resolve::Local, {"user.other"}, false};
  EXPECT_TRUE(check_choice(now));
  now.choice = {Resolve::Local, {"user.a"}, false};
  EXPECT_FALSE(check_choice(now));
}

std::string ghosts(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += "Remove from MUPDATE: user.g" + std::to_string(i) + "\n";
  return text;
}

TEST(Decide, HoldsAMassDelete) {
  const struct {
    int ghosts;
    std::uint64_t entries;
    bool held;
  } cases[] = {
      {10, 100, false},    // exactly the share that is allowed
      {11, 100, true},     // one more
      {3, 4, false},       // few, and not all
      {4, 4, true},        // all
      {1, 1, true},        // all, however few
      {4, 20, true},       // 20 %
      {100, 2000, false},  // many, and a small share
  };
  for (const auto& test : cases) {
    auto now = reported(ghosts(test.ghosts));
    now.master_entries = test.entries;
    const auto decision = decide(now);
    EXPECT_EQ(decision.hold.has_value(), test.held) << test.ghosts << " of " << test.entries;
    EXPECT_EQ(decision.plan.has_value(), !test.held) << test.ghosts << " of " << test.entries;
    if (test.held) {
      EXPECT_EQ(decision.hold->reason, HoldReason::MassDelete);
    }

    now.choice.allow_mass_delete = true;
    EXPECT_FALSE(decide(now).hold);
    ASSERT_TRUE(decide(now).plan);
    EXPECT_EQ(decide(now).plan->max_removals, static_cast<std::uint64_t>(test.ghosts));
  }
}

// Entries that the report only counts are as held as the ones that it names.
TEST(Decide, HoldsConflictsBeyondTheListedOnes) {
  std::string text;
  for (int i = 0; i < 1500; ++i) text += "Remove Local Mailbox: user.c" + std::to_string(i) + "\n";
  auto now = reported(text);
  now.choice = {Resolve::Master, now.report.remove_local, false};
  const auto decision = decide(now);
  ASSERT_TRUE(decision.hold);
  EXPECT_THAT(decision.hold->message, HasSubstr("500 mailboxes are here"));
}

}  // namespace
}  // namespace murder::push
