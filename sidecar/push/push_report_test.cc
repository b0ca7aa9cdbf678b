#include "sidecar/push/push_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace murder::push {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// CYRUS.md section 4, verbatim; the last one from imap/ctl_mboxlist.c.
constexpr std::string_view all_four =
    "Remove from MUPDATE: user.ghost\n"
    "Force Activate: user.u1\n"
    "Remove Local Mailbox: user.dup\n"
    "Remove remote flag on: user.moving it\n";

TEST(PushReport, ReadsAllThatCyrusPrints) {
  const auto report = parse_push_report(all_four);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_THAT(report->actions,
              ElementsAre(Action{ActionKind::RemoveFromMaster, "user.ghost"}, Action{ActionKind::Activate, "user.u1"},
                          Action{ActionKind::RemoveLocal, "user.dup"}, Action{ActionKind::Unflag, "user.moving it"}));
  EXPECT_EQ(report->total(), 4U);
  EXPECT_THAT(report->remove_local, ElementsAre("user.dup"));
  EXPECT_THAT(report->unflag, ElementsAre("user.moving it"));
}

TEST(PushReport, ReadsTheSameInPiecesOfAnySize) {
  const auto whole = parse_push_report(all_four);
  ASSERT_TRUE(whole);
  for (std::size_t cut = 0; cut <= all_four.size(); ++cut) {
    PushReportParser parser;
    parser.feed(all_four.substr(0, cut));
    parser.feed(all_four.substr(cut));
    const auto split = parser.finish();
    ASSERT_TRUE(split) << cut;
    EXPECT_EQ(*split, *whole) << cut;
  }
}

TEST(PushReport, SilenceIsInSync) {
  const auto report = parse_push_report("");
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->in_sync());
}

TEST(PushReport, RefusesWhatItDoesNotKnow) {
  for (const char* text : {"Remove Everything: user.x\n", "\n", "Force Activate: \n", "Force Activate: user.x",
                           "couldn't connect to mupdate server\n", "OK to delete 1 local mailboxes? "}) {
    EXPECT_FALSE(parse_push_report(text)) << text;
  }
  const auto refused = parse_push_report("Force Activate: user.u1\nRename\x01: user.x\n");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("\"Rename?: user.x\""));
  EXPECT_FALSE(parse_push_report("Force Activate: " + std::string(3000, 'x') + "\n"));
}

TEST(PushReport, CountsMoreThanItKeeps) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "Force Activate: user.u" + std::to_string(i) + "\n";
  const auto report = parse_push_report(text + "Remove Local Mailbox: user.late\n");
  ASSERT_TRUE(report);
  EXPECT_EQ(report->activate, 5000U);
  EXPECT_EQ(report->actions.size(), PushReport::max_actions);
  // What would be deleted is never lost in the crowd.
  EXPECT_THAT(report->remove_local, ElementsAre("user.late"));
}

}  // namespace
}  // namespace murder::push
