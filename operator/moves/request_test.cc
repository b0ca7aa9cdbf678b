#include "operator/moves/request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace murder::moves {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<Request> good(std::string_view text) {
  const auto parsed = parse_requests(text);
  if (const auto* mistakes = std::get_if<Mistakes>(&parsed)) {
    ADD_FAILURE() << text << ": " << mistakes->front().message;
    return {};
  }
  return std::get<std::vector<Request>>(parsed);
}

Mistakes wrong(std::string_view text) {
  const auto parsed = parse_requests(text);
  if (std::holds_alternative<std::vector<Request>>(parsed)) {
    ADD_FAILURE() << text << " is taken";
    return {};
  }
  return std::get<Mistakes>(parsed);
}

TEST(Requests, AreReadAsTheyAreWritten) {
  EXPECT_THAT(good("user.bcyrus=u2!fast,user.acyrus=u2"),
              ElementsAre(Request{"user.bcyrus", {"u2", "fast"}}, Request{"user.acyrus", {"u2", ""}}));
  EXPECT_THAT(good("  user.a = be2 ,\n\tshared.team=be-1!p2 "),
              ElementsAre(Request{"user.a", {"be2", ""}}, Request{"shared.team", {"be-1", "p2"}}));
}

TEST(Requests, NamesMayHaveWhatSeparatesEntries) {
  EXPECT_THAT(good("user.a=b=be2"), ElementsAre(Request{"user.a=b", {"be2", ""}}));
  // "lists.é€,ü" in modified UTF-7 has a comma of its own.
  EXPECT_THAT(good("lists.&AOkgrA,8-=be1,user.b=be2"),
              ElementsAre(Request{"lists.&AOkgrA,8-", {"be1", ""}}, Request{"user.b", {"be2", ""}}));
  // A stray '&' takes no other entry with it.
  EXPECT_THAT(good("lists.a&b=be1,user.b=be2"),
              ElementsAre(Request{"lists.a&b", {"be1", ""}}, Request{"user.b", {"be2", ""}}));
}

TEST(Requests, EveryMistakeIsSaidAtOnceWithItsRemedy) {
  const auto mistakes =
      wrong("user.a,user.b=be2!,=be1,user.c=BE1,user.d=be1!P_2,,user..e=be1,user=be1,user.f=be1,user.f=be2");
  std::vector<std::string> told;
  for (const auto& mistake : mistakes) told.push_back(mistake.entry + ": " + mistake.message);
  EXPECT_THAT(told,
              ElementsAre(HasSubstr("user.a: it is not said where to: write user.a=BACKEND"),
                          HasSubstr("name a partition behind it, or leave it out"), HasSubstr("no mailbox is named"),
                          HasSubstr("\"BE1\" names no backend"), HasSubstr("\"P_2\" is not a partition name"),
                          HasSubstr("nothing between two commas"), HasSubstr("has an empty level"),
                          HasSubstr("where others are kept"), HasSubstr("user.f is there twice")));
}

TEST(Requests, NothingIsAMistake) {
  EXPECT_THAT(wrong(""), ElementsAre(testing::Field(&Mistake::message, HasSubstr("nothing is asked for"))));
  EXPECT_THAT(wrong(" \n"), ElementsAre(testing::Field(&Mistake::message, HasSubstr("nothing is asked for"))));
  EXPECT_EQ(wrong(",").size(), 2u);
  EXPECT_EQ(wrong("user.a=be1,").size(), 1u);
  EXPECT_EQ(wrong(std::string(600, 'x') + "=be1").size(), 1u);
  EXPECT_EQ(wrong("user.\"a=be1").size(), 1u);
  EXPECT_EQ(wrong(std::string_view("user.a\0=be1", 11)).size(), 1u);
}

// Whatever is taken is written so that it is read as the same again.
TEST(Requests, WhatIsTakenIsReadBack) {
  std::mt19937 random(7);
  const std::string_view alphabet = "ab=.,!&-+ 12uU";
  int taken = 0;
  for (int i = 0; i < 200'000; ++i) {
    std::string text = "user.a=b1";
    for (int edits = static_cast<int>(random() % 8); edits >= 0; --edits) {
      text.insert(random() % (text.size() + 1), 1, alphabet[random() % alphabet.size()]);
    }
    const auto parsed = parse_requests(text);
    if (const auto* requests = std::get_if<std::vector<Request>>(&parsed)) {
      ++taken;
      ASSERT_EQ(good(to_string(*requests)), *requests) << text;
    } else {
      for (const auto& mistake : std::get<Mistakes>(parsed)) ASSERT_FALSE(mistake.message.empty());
    }
  }
  EXPECT_GT(taken, 1000);
}

}  // namespace
}  // namespace murder::moves
