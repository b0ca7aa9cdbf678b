#include "operator/moves/verify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace murder::moves {
namespace {

using testing::HasSubstr;
using testing::Optional;

Held held(std::int64_t messages, const std::string& digest) {
  return {Holding::Held, "p1",
          Contents{.uid_validity = 7,
                   .uid_next = 10,
                   .highest_mod_seq = 20,
                   .messages = messages,
                   .digest = digest,
                   .flags_digest = "flags"}};
}

// As it is seen later, compared with what it was.
Held later(std::int64_t messages, const std::string& digest) {
  auto result = held(messages, "now");
  result.contents->kept = Kept{messages, digest, "flags", 0};
  return result;
}

const Listing source = {{"DELETED.user.x.6B062363", held(9, "deleted")},
                        {"user.x", held(3, "inbox")},
                        {"user.x.Gone", {Holding::Gone, "p1", {}}},
                        {"user.x.Sub", held(1, "sub")},
                        {"user.xx", held(5, "another's")}};

TEST(Inventory, IsOfWhatIsHeldAndBelongs) {
  const auto inventory = inventory_of("user.x", source);
  ASSERT_EQ(inventory.size(), 2u);
  EXPECT_EQ(inventory[0], (api::MailboxInventory{"user.x", 7, 10, 20, 3, "inbox", "flags"}));
  EXPECT_EQ(inventory[1].name, "user.x.Sub");
}

class Missing : public testing::Test {
 protected:
  std::vector<api::MailboxInventory> before = inventory_of("user.x", source);
  Listing destination = {{"user.x", later(3, "inbox")}, {"user.x.Sub", later(1, "sub")}};
  std::optional<std::string> missing_now() { return missing(before, source, destination); }
  Contents& inbox() { return *destination.at("user.x").contents; }
};

TEST_F(Missing, NothingWhenAllIsThere) {
  EXPECT_FALSE(missing_now());
  inbox().messages = 100;
  inbox().uid_next = 110;
  inbox().highest_mod_seq = 120;
  destination["user.x.New"] = later(1, "new");
  EXPECT_FALSE(missing_now()) << "more is not less";
}

TEST_F(Missing, EachThingThatIsLess) {
  inbox().uid_validity = 8;
  EXPECT_THAT(missing_now(), Optional(HasSubstr("UIDVALIDITY was 7 before and 8 now")));
  inbox().uid_validity = 7;
  inbox().uid_next = 9;
  EXPECT_THAT(missing_now(), Optional(HasSubstr("UIDNEXT")));
  inbox().uid_next = 10;
  inbox().highest_mod_seq = 19;
  EXPECT_THAT(missing_now(), Optional(HasSubstr("HIGHESTMODSEQ")));
  inbox().highest_mod_seq = 20;
  inbox().kept->messages = 2;
  EXPECT_THAT(missing_now(), Optional(HasSubstr("messages were 3 before and 2 now")));
  inbox().kept->messages = 3;
  inbox().kept->digest = "other";
  EXPECT_THAT(missing_now(), Optional(HasSubstr("the messages are not the same")));
  inbox().kept->digest = "inbox";
  inbox().kept->flags_digest = "other";
  EXPECT_THAT(missing_now(), Optional(HasSubstr("the flags are not the same")));
  inbox().kept->changed = 1;
  EXPECT_FALSE(missing_now()) << "its user has changed some since";
  inbox().kept.reset();
  EXPECT_TRUE(missing_now());
}

TEST_F(Missing, AMailbox) {
  destination.at("user.x.Sub").holding = Holding::Gone;
  EXPECT_THAT(missing_now(), Optional(HasSubstr("user.x.Sub is not there")));
  destination.erase("user.x.Sub");
  EXPECT_THAT(missing_now(), Optional(HasSubstr("user.x.Sub is not there")));
  destination["DELETED.user.x.Sub.6B062399"] = later(1, "sub");
  EXPECT_FALSE(missing_now()) << "its user has deleted it";
}

TEST_F(Missing, WhatWasNotLookedAtIsNotBelieved) {
  EXPECT_TRUE(was_read(before, destination));
  destination.at("user.x").contents->kept.reset();
  EXPECT_FALSE(was_read(before, destination));
  destination.at("user.x").contents.reset();
  EXPECT_FALSE(was_read(before, destination));
  EXPECT_TRUE(missing_now());
}

}  // namespace
}  // namespace murder::moves
