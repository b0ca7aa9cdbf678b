#include "sidecar/move/contents.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sidecar/move/vectors.h"

namespace murder::move {
namespace {

using testing::HasSubstr;

Result<Contents> read(std::string_view bytes, std::optional<Mark> since = {}, std::size_t piece = 1 << 20) {
  ContentsReader reader("2", since);
  while (!bytes.empty()) {
    const auto done = reader.feed(bytes.substr(0, piece));
    if (!done) return done.error();
    bytes.remove_prefix(std::min(piece, bytes.size()));
  }
  return std::move(reader).finish();
}

Contents good(const Result<Contents>& contents) {
  EXPECT_TRUE(contents) << contents.error().message;
  return contents ? *contents : Contents{};
}

// A mailbox of these messages: "UID MODSEQ GUID FLAGS".
struct Message {
  int uid;
  int modseq;
  std::string guid = "aa";
  std::string flags = {};
};
std::string mailbox(const std::vector<Message>& messages, int last_uid = 9, int highest = 99) {
  std::string text = "* MAILBOX %(MBOXNAME user.x LAST_UID " + std::to_string(last_uid) + " HIGHESTMODSEQ " +
                     std::to_string(highest) + " UIDVALIDITY 7 RECORD (";
  for (const auto& each : messages) {
    text += "%(UID " + std::to_string(each.uid) + " MODSEQ " + std::to_string(each.modseq) + " FLAGS (" + each.flags +
            ") INTERNALDATE 1 GUID " + each.guid + ") ";
  }
  return text + "))\r\n2 OK success\r\n";
}

TEST(Contents, AreWhatCyrusSays) {
  const auto contents = good(read(full_mailbox));
  EXPECT_EQ(contents.name, "user.u1");
  EXPECT_EQ(contents.uid_validity, 1795897671u);
  EXPECT_EQ(contents.uid_next, 6u);
  EXPECT_EQ(contents.highest_modseq, 8u);
  EXPECT_EQ(contents.messages, 4u) << "an expunged message is none";
  EXPECT_FALSE(contents.kept);
}

TEST(Contents, AreTheSameInPiecesOfAnySize) {
  const auto whole = good(read(full_mailbox));
  for (std::size_t piece = 1; piece < 200; ++piece) {
    const auto contents = good(read(full_mailbox, {}, piece));
    EXPECT_EQ(contents.digest, whole.digest) << piece;
    EXPECT_EQ(contents.flags_digest, whole.flags_digest) << piece;
    EXPECT_EQ(contents.messages, whole.messages) << piece;
  }
}

TEST(Contents, OfAMailboxThatIsNotThereAreAnError) {
  const auto contents = read(no_mailbox);
  ASSERT_FALSE(contents);
  EXPECT_THAT(contents.error().message, HasSubstr("IMAP_MAILBOX_NONEXISTENT"));
}

TEST(Contents, TheOrderOfFlagsIsNoDifference) {
  const auto one = good(read(mailbox({{1, 1, "aa", "\\Seen $Foo"}})));
  EXPECT_EQ(good(read(mailbox({{1, 1, "aa", "$Foo \\Seen"}}))).flags_digest, one.flags_digest);
  EXPECT_NE(good(read(mailbox({{1, 1, "aa", "$Foo"}}))).flags_digest, one.flags_digest);
  EXPECT_EQ(good(read(mailbox({{1, 1, "aa", "$Foo"}}))).digest, one.digest);
}

TEST(Contents, EveryMessageAndItsContentCount) {
  const auto two = good(read(mailbox({{1, 1, "aa"}, {2, 2, "bb"}})));
  EXPECT_NE(good(read(mailbox({{1, 1, "aa"}}))).digest, two.digest);
  EXPECT_NE(good(read(mailbox({{1, 1, "aa"}, {3, 2, "bb"}}))).digest, two.digest);
  EXPECT_NE(good(read(mailbox({{1, 1, "aa"}, {2, 2, "cc"}}))).digest, two.digest);
  EXPECT_NE(good(read(mailbox({{1, 1, "bb"}, {2, 2, "aa"}}))).digest, two.digest);
}

// The inventory was taken at UIDNEXT 4, HIGHESTMODSEQ 10.
TEST(Kept, IsWhatThereWasWhateverCameLater) {
  const Mark mark{4, 10};
  const auto before = good(read(mailbox({{1, 1, "aa", "\\Seen"}, {2, 2, "bb"}, {3, 10, "cc"}}, 3, 10)));
  const auto arrived =
      good(read(mailbox({{1, 1, "aa", "\\Seen"}, {2, 2, "bb"}, {3, 10, "cc"}, {4, 11, "dd"}}, 4, 11), mark));
  ASSERT_TRUE(arrived.kept);
  EXPECT_EQ(arrived.kept->digest, before.digest);
  EXPECT_EQ(arrived.kept->flags_digest, before.flags_digest);
  EXPECT_EQ(arrived.kept->changed, 0u);
  EXPECT_EQ(arrived.kept->messages, before.messages);
}

TEST(Kept, CountsWhatWasExpungedOrFlaggedSince) {
  const Mark mark{4, 10};
  const auto before = good(read(mailbox({{1, 1, "aa"}, {2, 2, "bb"}, {3, 10, "cc"}}, 3, 10)));
  const auto used =
      good(read(mailbox({{1, 12, "aa", "\\Expunged"}, {2, 11, "bb", "\\Seen"}, {3, 10, "cc"}}, 3, 12), mark));
  EXPECT_EQ(used.kept->digest, before.digest);
  EXPECT_EQ(used.kept->messages, 3u);
  EXPECT_EQ(used.kept->changed, 2u);
  EXPECT_EQ(used.messages, 2u);
}

TEST(Kept, WhatWasExpungedBeforeIsNotMissed) {
  const Mark mark{4, 10};
  const auto before = good(read(mailbox({{1, 9, "aa", "\\Expunged"}, {2, 2, "bb"}}, 3, 10)));
  const auto after = good(read(mailbox({{1, 9, "aa", "\\Expunged"}, {2, 2, "bb"}}, 3, 10), mark));
  EXPECT_EQ(after.kept->digest, before.digest);
  EXPECT_EQ(after.kept->messages, 1u);
}

TEST(Kept, AMessageThatIsGoneIsMissed) {
  const Mark mark{4, 10};
  const auto before = good(read(mailbox({{1, 1, "aa"}, {2, 2, "bb"}}, 3, 10)));
  const auto lost = good(read(mailbox({{1, 1, "aa"}, {5, 12, "bb"}}, 5, 12), mark));
  EXPECT_NE(lost.kept->digest, before.digest);
  EXPECT_EQ(lost.kept->messages, 1u);
}

TEST(Contents, WhatIsNoAnswerIsAnError) {
  for (const std::string_view bytes :
       {"", "2 OK success\r\n", "* MAILBOX %(MBOXNAME user.x UIDVALIDITY 1 LAST_UID 1)\r\n", "* BYE \r\n",
        "* MAILBOX %(UIDVALIDITY x)\r\n2 OK\r\n", "* MAILBOX )\r\n2 OK\r\n", "* MAILBOX %(A B\r\n2 OK\r\n",
        "* MAILBOX %(MBOXNAME a UIDVALIDITY 1 LAST_UID 4294967295)\r\n2 OK\r\n",
        "* MAILBOX %(MBOXNAME a RECORD (%(MODSEQ 2)))\r\n2 OK\r\n", "* MAILBOX %(\"\" a)\r\n2 OK\r\n",
        "* MAILBOX %(A {99999999999999999999999}\r\n", "* MAILBOX %(A {x}\r\n2 OK\r\n"}) {
    EXPECT_FALSE(read(bytes)) << bytes;
  }
  EXPECT_FALSE(read("* MAILBOX %(" + std::string(100, '(')));
  EXPECT_FALSE(read(std::string(10000, 'x')));
}

TEST(Contents, OtherUntaggedAnswersArePassedOver) {
  EXPECT_EQ(good(read("* OK [ALERT] it's (\"late\r\n* 3 EXISTS\r\n" + mailbox({{1, 1}}))).messages, 1u);
}

}  // namespace
}  // namespace murder::move
