#include "mupdate/client/entry_diff.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "mupdate/protocol/mailbox_order.h"

namespace murder::mupdate {
namespace {

Entry active(std::string name, std::string location = "be1!p1", std::string acl = "a\tlrs\t") {
  return {State::Active, std::move(name), std::move(location), std::move(acl)};
}

TEST(EntryDiff, OfEqualListsIsEmptyInWhateverOrder) {
  const std::vector<Entry> one = {active("user.a"), active("user.a.b"), active("user.a b")};
  const std::vector<Entry> other = {one[2], one[0], one[1]};
  EXPECT_TRUE(compare_entries(one, other).is_empty());
  EXPECT_EQ(compare_entries(one, other).summary(), "in sync");
  EXPECT_TRUE(compare_entries({}, {}).is_empty());
}

TEST(EntryDiff, SeesEveryKindOfDifference) {
  const std::vector<Entry> expected = {
      active("user.acl"), active("user.gone"), active("user.moved"), active("user.same"), active("user.state"),
  };
  const std::vector<Entry> actual = {
      active("user.acl", "be1!p1", "a\tl\t"),
      active("user.ghost"),
      active("user.moved", "be2!p1"),
      active("user.same"),
      {State::Reserved, "user.state", "be1!p1", ""},
  };
  const auto diff = compare_entries(expected, actual);
  ASSERT_EQ(diff.missing.size(), 1u);
  EXPECT_EQ(diff.missing[0], &expected[1]);
  ASSERT_EQ(diff.extra.size(), 1u);
  EXPECT_EQ(diff.extra[0], &actual[1]);
  ASSERT_EQ(diff.different.size(), 3u);
  EXPECT_EQ(diff.different[1].expected, &expected[2]);
  EXPECT_EQ(diff.different[1].actual, &actual[2]);
  EXPECT_EQ(diff.summary(),
            "1 missing (user.gone), 1 extra (user.ghost), 3 different (user.acl, user.moved, user.state)");
}

TEST(EntryDiff, OfANameThatComesTwiceTheLastCounts) {
  const std::vector<Entry> expected = {active("user.a", "be2!p1")};
  const std::vector<Entry> actual = {active("user.a", "be1!p1"), active("user.a", "be2!p1")};
  EXPECT_TRUE(compare_entries(expected, actual).is_empty());
  EXPECT_FALSE(compare_entries(expected, std::vector<Entry>{actual[1], actual[0]}).is_empty());
}

TEST(EntryDiff, NamesAFewOfMany) {
  std::vector<Entry> many;
  for (int i = 0; i < 9; ++i) many.push_back(active("user." + std::to_string(i)));
  EXPECT_EQ(compare_entries(many, {}).summary(), "9 missing (user.0, user.1, user.2, user.3, user.4, ...)");
}

// Against the obvious definition, with names whose order is treacherous.
TEST(EntryDiff, AgreesWithTheDefinition) {
  std::mt19937 random(5);
  const std::string alphabet = "ab.- ^";
  for (int round = 0; round < 200; ++round) {
    std::vector<Entry> lists[2];
    for (auto& list : lists) {
      std::vector<std::string> names;
      for (int i = 0; i < 30; ++i) {
        std::string name;
        for (auto length = 1 + random() % 3; length > 0; --length) name += alphabet[random() % alphabet.size()];
        if (std::find(names.begin(), names.end(), name) != names.end()) continue;
        names.push_back(name);
        list.push_back(active(name, random() % 2 ? "be1!p1" : "be2!p1"));
      }
    }
    const auto find = [](const std::vector<Entry>& list, const std::string& name) {
      return std::find_if(list.begin(), list.end(), [&](const Entry& entry) { return entry.name == name; });
    };
    std::size_t missing = 0, extra = 0, different = 0;
    for (const auto& entry : lists[0]) {
      const auto other = find(lists[1], entry.name);
      if (other == lists[1].end()) {
        ++missing;
      } else if (*other != entry) {
        ++different;
      }
    }
    for (const auto& entry : lists[1]) extra += find(lists[0], entry.name) == lists[0].end();
    const auto diff = compare_entries(lists[0], lists[1]);
    EXPECT_EQ(diff.missing.size(), missing);
    EXPECT_EQ(diff.extra.size(), extra);
    EXPECT_EQ(diff.different.size(), different);
  }
}

}  // namespace
}  // namespace murder::mupdate
