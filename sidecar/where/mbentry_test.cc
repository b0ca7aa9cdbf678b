#include "sidecar/where/mbentry.h"

#include <gtest/gtest.h>

namespace murder::where {
namespace {

TEST(Mbentry, ReadsWhatCyrusWrites) {
  // cyr_dbtool of 3.6.1, verbatim.
  const auto entry = parse_mbentry(
      "%(T e I zot05vaow373qlavkpz5lvx5 P p1 V 1795569169 C 1 F 1 M 1795569168 A %(dup lrswipkxtecdan))\n");
  ASSERT_TRUE(entry) << entry.error().message;
  EXPECT_EQ(*entry, (Mbentry{"e", "p1", "", "dup\tlrswipkxtecdan\t", "zot05vaow373qlavkpz5lvx5"}));
}

TEST(Mbentry, ReadsEveryKindOfString) {
  const auto entry =
      parse_mbentry("%(T er S be2.test P \"p \\\"1\" X (a %(b c) ()) A %(\"a b\" lr {3+}\r\n) x l) H ())");
  ASSERT_TRUE(entry) << entry.error().message;
  EXPECT_EQ(*entry, (Mbentry{"er", "p \"1", "be2.test", "a b\tlr\t) x\tl\t"}));
  EXPECT_TRUE(entry->is('r'));
}

TEST(Mbentry, RefusesWhatIsNone) {
  for (const char* text : {"", "\n", "%(", "%(T", "%(T e", "(T e)", "%(T e) x", "%(T {9+}\r\nabc)", "%(A %(a)",
                           "%(X ((((((((((((((((((((((((((((1))))))))))))))))))))))))))))", "%(T \"e)"}) {
    EXPECT_FALSE(parse_mbentry(text)) << text;
  }
}

TEST(MailboxKey, IsThatOfMailboxesDb) {
  EXPECT_EQ(mailbox_key("user.fred^x.Drafts"),
            "Nuser\x1f"
            "fred^x\x1f"
            "Drafts");
  EXPECT_EQ(mailbox_key("ex.org!user.a"),
            "Nex.org\x1duser\x1f"
            "a");
}

}  // namespace
}  // namespace murder::where
