#include "base/lines.h"

#include <gtest/gtest.h>

#include <vector>

namespace murder {
namespace {

// The same lines, however the bytes are cut.
TEST(Lines, AreTheSameHoweverTheBytesCome) {
  const std::string text = "one\n\nthree is longer\nrest";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    Lines lines(100);
    std::vector<std::string> seen;
    const auto take = [&](std::string_view line) { return seen.emplace_back(line), true; };
    EXPECT_TRUE(lines.feed(std::string_view(text).substr(0, cut), take));
    EXPECT_TRUE(lines.feed(std::string_view(text).substr(cut), take));
    EXPECT_EQ(seen, (std::vector<std::string>{"one", "", "three is longer"})) << cut;
    EXPECT_EQ(lines.take_rest(), "rest") << cut;
  }
}

TEST(Lines, AreNotLongerThanAllowed) {
  const auto take = [](std::string_view) { return true; };
  EXPECT_TRUE(Lines(3).feed("abc\nab", take));
  EXPECT_FALSE(Lines(3).feed("abcd\n", take));
  EXPECT_FALSE(Lines(3).feed("abcd", take));
  Lines lines(3);
  EXPECT_TRUE(lines.feed("ab", take));
  EXPECT_FALSE(lines.feed("cd\n", take));
}

TEST(Lines, StopWhenNoMoreAreWanted) {
  int seen = 0;
  EXPECT_TRUE(Lines(10).feed("a\nb\nc\n", [&](std::string_view) { return ++seen < 2; }));
  EXPECT_EQ(seen, 2);
}

}  // namespace
}  // namespace murder
