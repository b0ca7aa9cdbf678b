#include "operator/controller/choices.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace murder::controller {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Choices, AreReadByMailbox) {
  const auto choices = parse_choices("user.dup=here, shared.team=master,user.a=here");
  ASSERT_TRUE(choices);
  EXPECT_THAT(choices->here, ElementsAre("user.dup", "user.a"));
  EXPECT_THAT(choices->master, ElementsAre("shared.team"));
}

TEST(Choices, TakeCommasAndEqualsSignsInNames) {
  const auto choices = parse_choices("user.a.x,y=z=here,user.b=master");
  ASSERT_TRUE(choices);
  EXPECT_THAT(choices->here, ElementsAre("user.a.x,y=z"));
  EXPECT_THAT(choices->master, ElementsAre("user.b"));
}

TEST(Choices, SayWhatIsWrong) {
  for (const char* text : {"user.dup", "user.dup=there", "=here", "user.a=here,user.b"}) {
    const auto choices = parse_choices(text);
    ASSERT_FALSE(choices) << text;
    EXPECT_THAT(choices.error().message, HasSubstr("\"")) << text;
  }
  EXPECT_TRUE(parse_choices("")->empty());
}

// What was written is what is read, whatever the names.
TEST(Choices, ComeBackAsTheyWereWritten) {
  std::mt19937 random(20260101);
  constexpr std::string_view kLetters = "ab.,= =,heremaster";
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (std::size_t i = random() % 24; i > 0; --i) text += kLetters[random() % kLetters.size()];
    const auto choices = parse_choices(text);
    if (!choices) continue;
    std::string again;
    for (const auto& mailbox : choices->here) again += (again.empty() ? "" : ",") + mailbox + "=here";
    for (const auto& mailbox : choices->master) again += (again.empty() ? "" : ",") + mailbox + "=master";
    const auto second = parse_choices(again);
    ASSERT_TRUE(second) << text << " | " << again;
    EXPECT_EQ(*second, *choices) << text;
  }
}

}  // namespace
}  // namespace murder::controller
