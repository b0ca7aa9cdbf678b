#include "sidecar/move/rename.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace murder::move {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

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
  for (const char* other :
       {"", "* LIST (", "* LIST (\\Noselect) NIL \"\"", "* LIST () \"", "* LIST () \"x\" \"\"", "* OK (a) \".\""}) {
    EXPECT_FALSE(delimiter_of(other)) << other;
  }
}

// `cyr_info proc` of 3.6.1.
TEST(Processes, ShowAMoveThatAnEarlierAgentBegan) {
  const auto shown = [](std::string_view text) { return moving_processes(text, "murder-agent"); };
  EXPECT_THAT(shown("1 imap localhost [127.0.0.1] xfer  \n21 imap localhost [127.0.0.1] murder-agent  Rename\n"),
              ElementsAre(21));
  EXPECT_THAT(shown("2 imap localhost [127.0.0.1] murder-agent user.x Xfer"), ElementsAre(2));
  EXPECT_THAT(shown("2 imap localhost [127.0.0.1] murder-agent  \n"), IsEmpty());
  EXPECT_THAT(shown("2 imap localhost [127.0.0.1] cyrus  Rename\n"), IsEmpty());
  EXPECT_THAT(shown("2 imap localhost [127.0.0.1] murder-agent  Syncget\n"), IsEmpty());
  EXPECT_THAT(shown("x imap localhost [127.0.0.1] murder-agent  Rename\n-3 imap x murder-agent  Rename\n"), IsEmpty());
  EXPECT_THAT(shown(""), IsEmpty());
}

}  // namespace
}  // namespace murder::move
