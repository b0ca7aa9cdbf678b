#include "sidecar/move/seen_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace murder::move {
namespace {

using testing::HasSubstr;

constexpr std::string_view line =
    "* SEEN %(UNIQUEID msdzqdc5mx9klmfiify8ezqv LASTREAD 1795900794 LASTUID 4 LASTCHANGE 1795900790 SEENUIDS 1:2,4)";
const SeenRecord record{"msdzqdc5mx9klmfiify8ezqv", 1795900794, 4, 1795900790, "1:2,4"};

TEST(SeenRecord, IsWhatCyrusSays) {
  const auto parsed = parse_seen(line);
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(*parsed, record);
}

TEST(SeenRecord, NothingReadIsAnEmptyString) {
  const auto parsed = parse_seen("* SEEN %(UNIQUEID a LASTREAD 1 LASTUID 0 LASTCHANGE 1 SEENUIDS \"\")");
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(parsed->uids, "");
}

TEST(SeenRecord, ALongSetIsALiteral) {
  const auto parsed = parse_seen("* SEEN %(UNIQUEID a LASTREAD 1 LASTUID 9 LASTCHANGE 1 SEENUIDS {5+}\r\n1,3,9)");
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(parsed->uids, "1,3,9");
}

TEST(SeenRecord, AnythingElseIsAnError) {
  for (const std::string_view bad :
       {"", "* SEEN", "* SUB alice", "* SEEN %(", "* SEEN %(LASTUID 4)", "* SEEN %(UNIQUEID a LASTUID x)",
        "* SEEN %(UNIQUEID a SEENUIDS {5+}\r\n1,3)", "* SEEN %(UNIQUEID a LASTUID 4294967296)"}) {
    EXPECT_FALSE(parse_seen(bad)) << bad;
  }
}

TEST(SeenRecord, IsWrittenAsCyrusTakesIt) {
  EXPECT_EQ(
      format_seen("fred.smith", record),
      "SEEN %(USERID \"fred.smith\" UNIQUEID \"msdzqdc5mx9klmfiify8ezqv\" LASTREAD 1795900794 LASTUID 4 LASTCHANGE "
      "1795900790 SEENUIDS {5+}\r\n1:2,4)");
}

TEST(SeenRecord, TwoOfThemSayAllThatEitherSays) {
  const auto both = united(record, {record.unique_id, 1795900000, 9, 1795900799, "3,9"});
  ASSERT_TRUE(both) << both.error().message;
  EXPECT_EQ(*both, (SeenRecord{record.unique_id, 1795900794, 9, 1795900799, "1:4,9"}));
}

TEST(Uids, AreUnited) {
  const auto of = [](std::string_view one, std::string_view other) {
    const auto both = united_uids(one, other);
    return both ? *both : both.error().message;
  };
  EXPECT_EQ(of("", ""), "");
  EXPECT_EQ(of("1:2,4", ""), "1:2,4");
  EXPECT_EQ(of("", "7"), "7");
  EXPECT_EQ(of("1:10", "3:4"), "1:10");
  EXPECT_EQ(of("5", "1:4"), "1:5");
  EXPECT_EQ(of("9,1", "4:2"), "1:4,9");
  EXPECT_EQ(of("1,3,5", "2,4"), "1:5");
  EXPECT_EQ(of("4294967295", "1,4294967294"), "1,4294967294:4294967295");
}

TEST(Uids, ThatAreNoneAreAnError) {
  for (const std::string_view bad : {"0", "1:0", "x", ",", "1,,2", "1:2:3", "*", "-1", "4294967296", "1 2", ":"}) {
    const auto both = united_uids(bad, "1");
    ASSERT_FALSE(both) << bad;
    EXPECT_THAT(both.error().message, HasSubstr("not a set of UIDs"));
  }
}

}  // namespace
}  // namespace murder::move
