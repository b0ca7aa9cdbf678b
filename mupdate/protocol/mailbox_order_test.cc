#include "mupdate/protocol/mailbox_order.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "mupdate/protocol/argument_limits.h"
#include "mupdate/protocol/location.h"

namespace murder::mupdate {
namespace {

TEST(MailboxOrder, PutsChildrenRightAfterTheirParent) {
  const std::vector<std::string> ordered = {
      "DELETED.user.foo.5F000000",
      "a.b!user.x",
      "a.b.c!user.a",
      "a.b.c!user.a.b",
      "a.b.c!user.a b",
      "user",
      "user.foo",
      "user.foo.x",
      "user.foo.x.y",
      "user.foo.xy",
      "user.foo bar",
      "user.foo-bar",
      "user.foo^bar",
      "user.foo1",
      "user.foo\xc3\xa9",
      "user.zed",
  };
  auto shuffled = ordered;
  std::mt19937 random(1);
  std::shuffle(shuffled.begin(), shuffled.end(), random);
  std::sort(shuffled.begin(), shuffled.end(), MailboxOrder{});
  EXPECT_EQ(shuffled, ordered);
}

TEST(MailboxOrder, IsAnOrder) {
  const std::string alphabet = "a.!- ^\xff";
  std::vector<std::string> names = {""};
  for (std::size_t i = 0; names.size() < 400; ++i) {
    for (const char byte : alphabet) names.push_back(names[i] + byte);
  }
  for (const auto& a : names) {
    EXPECT_EQ(compare_mailboxes(a, a), std::strong_ordering::equal);
    for (const auto& b : names) {
      ASSERT_EQ(compare_mailboxes(a, b) < 0, compare_mailboxes(b, a) > 0) << a << " " << b;
      ASSERT_EQ(compare_mailboxes(a, b) == 0, a == b) << a << " " << b;
    }
  }
  // Sorting by it twice, from different beginnings, gives one result: it is transitive.
  auto first = names;
  std::reverse(names.begin(), names.end());
  std::sort(first.begin(), first.end(), MailboxOrder{});
  std::sort(names.begin(), names.end(), MailboxOrder{});
  EXPECT_EQ(first, names);
}

TEST(Location, SplitsAtTheFirstMark) {
  EXPECT_EQ(Location::split("be1.example.org!p1"), (Location{"be1.example.org", "p1"}));
  EXPECT_EQ(Location::split("be1:143!p1"), (Location{"be1:143", "p1"}));
  EXPECT_EQ(Location::split("be1!"), (Location{"be1", ""}));
  EXPECT_EQ(Location::split("be1"), (Location{"be1", std::nullopt}));
  EXPECT_EQ(Location::split("!p1"), (Location{"", "p1"}));
  EXPECT_EQ(Location::split("be1!p1!p2"), (Location{"be1", "p1!p2"}));
  EXPECT_EQ(Location::split(""), (Location{"", std::nullopt}));
}

TEST(Location, WritesWhatItRead) {
  for (const auto* text : {"be1!p1", "be1!", "be1", "!p1", "a!b!c", ""}) {
    EXPECT_EQ(Location::split(text).to_string(), text);
  }
}

// Each of these would end a real master or leave garbage in it.
TEST(ArgumentLimits, RefuseWhatKillsAMaster) {
  EXPECT_TRUE(check_mailbox_name("user.fred"));
  EXPECT_TRUE(check_mailbox_name("user." + std::string(245, 'x') + ".y"));
  EXPECT_TRUE(check_mailbox_name("user.a b\"c\xff"));
  EXPECT_FALSE(check_mailbox_name(""));
  EXPECT_FALSE(check_mailbox_name("user." + std::string(246, 'x')));
  EXPECT_FALSE(check_mailbox_name("example.org!user." + std::string(246, 'x') + ".y"));
  EXPECT_FALSE(check_mailbox_name("DELETED.user." + std::string(246, 'a') + ".5F000000"));
  EXPECT_FALSE(check_mailbox_name("shared." + std::string(901, 'x')));
  EXPECT_FALSE(check_mailbox_name("user.a\nb"));
  EXPECT_FALSE(check_mailbox_name(std::string_view("user.a\0b", 8)));
  EXPECT_TRUE(check_mailbox_name("DELETED.user.fred.5F00000a"));
  EXPECT_FALSE(check_mailbox_name("DELETED.user.fred"));
  EXPECT_FALSE(check_mailbox_name("example.org!DELETED.user.fred."));
  EXPECT_FALSE(check_mailbox_name("DELETED.user.fred.5F00000a0"));
  EXPECT_TRUE(check_argument("the ACL", std::string(131072, 'x')));
  EXPECT_FALSE(check_argument("the ACL", std::string(131073, 'x')));
  EXPECT_EQ(check_argument("the ACL", std::string(131073, 'x')).error().message,
            "the ACL has more than 131072 bytes, of which a Cyrus master may die");
}

}  // namespace
}  // namespace murder::mupdate
