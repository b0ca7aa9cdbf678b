#include "sidecar/move/rename.h"

#include <gtest/gtest.h>

namespace murder::move {
namespace {

// CYRUS.md finding 6: what a failed move looks like.
TEST(Answer, ATaggedOkBehindAnUntaggedNoIsARefusal) {
  EXPECT_TRUE((Answer{{"* NO USER u19 (The remote Server(s) denied the operation)"}, "OK Completed"}.refused()));
  EXPECT_TRUE((Answer{{}, "NO Server(s) unavailable to complete operation"}.refused()));
  EXPECT_TRUE((Answer{{"* BYE Fatal error: Internal error"}, ""}.refused()));
  EXPECT_FALSE((Answer{{"* OK USER u18"}, "OK Completed"}.refused()));
}

TEST(ExternalName, IsThatOfTheServersNamespace) {
  EXPECT_EQ(external_name("user.fred^smith.Work", '.'), "user.fred^smith.Work");
  EXPECT_EQ(external_name("user.fred^smith.Work", '/'), "user/fred.smith/Work");
}

TEST(Delimiter, IsReadFromList) {
  EXPECT_EQ(delimiter_of("* LIST (\\Noselect) \".\" \"\""), '.');
  EXPECT_EQ(delimiter_of("* LIST (\\Noselect) \"/\" \"\""), '/');
  for (const char* other : {"", "* LIST (", "* LIST (\\Noselect) NIL \"\"", "* LIST () \"", "* LIST () \"x\" \"\"",
                            "* OK (a) \".\""}) {
    EXPECT_FALSE(delimiter_of(other)) << other;
  }
}

// `cyr_info proc` of 3.6.1.
TEST(Processes, ShowAMoveThatAnEarlierAgentBegan) {
  EXPECT_TRUE(shows_move("1 imap localhost [127.0.0.1] xfer  \n2 imap localhost [127.0.0.1] murder-agent  Rename\n",
                         "murder-agent"));
  EXPECT_TRUE(shows_move("2 imap localhost [127.0.0.1] murder-agent user.x Xfer", "murder-agent"));
  EXPECT_FALSE(shows_move("2 imap localhost [127.0.0.1] murder-agent  \n", "murder-agent"));
  EXPECT_FALSE(shows_move("2 imap localhost [127.0.0.1] cyrus  Rename\n", "murder-agent"));
  EXPECT_FALSE(shows_move("2 imap localhost [127.0.0.1] murder-agent  Syncget\n", "murder-agent"));
  EXPECT_FALSE(shows_move("", "murder-agent"));
}

}  // namespace
}  // namespace murder::move
