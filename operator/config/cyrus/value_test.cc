#include "operator/config/cyrus/value.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace murder::cyrus {
namespace {

using ::testing::HasSubstr;

Option option_of(Type type, std::vector<std::vector<std::string_view>> values = {}) {
  Option option;
  option.name = "x";
  option.type = type;
  option.values = std::move(values);
  return option;
}

void expect_taken(const Option& option, std::initializer_list<std::string_view> values) {
  for (const auto value : values) {
    const auto checked = check_type(option, value);
    EXPECT_TRUE(checked) << value << ": " << checked.error().message;
  }
}

void expect_refused(const Option& option, std::initializer_list<std::string_view> values) {
  for (const auto value : values) EXPECT_FALSE(check_type(option, value)) << value;
}

TEST(Value, OfASwitch) {
  const auto option = option_of(Type::Switch);
  expect_taken(option, {"yes", "y", "on", "true", "t", "1", "no", "n", "off", "false", "f", "0"});
  expect_refused(option, {"", "Yes", "ON", "2", "enabled", "nonsense", "oui", "true ", "10"});
}

TEST(Value, OfAnInt) {
  const auto option = option_of(Type::Int);
  expect_taken(option, {"0", "42", "-1", "+7", "0x1F", "077", "2147483647", "-2147483647"});
  expect_refused(
      option, {"", "-", "+", "x", "1x", "1.5", "32K", "08", "0x", "1 2", "2147483648", "--1", "99999999999999999999"});
}

TEST(Value, OfADuration) {
  const auto option = option_of(Type::Duration);
  expect_taken(option, {"0", "30", "90s", "1h30m", "7d", "1d2h3m4s", "-1", "-5m", "1h30", "24855d", "30m1h"});
  expect_refused(option,
                 {"", "-", "m", "1w", "1h-30m", "1.5h", "1h 30m", "5M", "24856d", "2147483648", "99999999999", "1hh"});
}

TEST(Value, OfAByteSize) {
  const auto option = option_of(Type::ByteSize);
  expect_taken(option, {"0", "4096", "32K", "32k", "1024 K", "1KiB", "1kb", "4M", "1G", "1gib", "64B", "-1",
                        "9223372036854775807", "8589934591G"});
  expect_refused(option, {"", "K", "-", "1T", "1.5G", "32KK", "32iB", "32 ", "1Ki B", "0x10", "8589934592G",
                          "9223372036854775808", "ten"});
}

TEST(Value, OfAnEnum) {
  const auto with_on = option_of(Type::Enum, {{"off"}, {"userid"}, {"on"}});
  expect_taken(with_on, {"off", "userid", "on", "yes", "true", "t", "1", "no", "false", "f", "0"});
  expect_refused(with_on, {"", "On", "USERID", "y", "off on", "maybe"});

  const auto without = option_of(Type::Enum, {{"immediate"}, {"delayed"}});
  expect_taken(without, {"immediate", "delayed"});
  expect_refused(without, {"yes", "no", "on", "off", "0"});
}

TEST(Value, OfAStringList) {
  const auto option = option_of(Type::StringList, {{"flat"}, {"twoskip"}});
  expect_taken(option, {"flat", "twoskip"});
  expect_refused(option, {"", "skiplist", "flat twoskip", "Flat"});
}

TEST(Value, OfABitfield) {
  const auto option = option_of(Type::Bitfield, {{"caldav"}, {"carddav"}, {"snooze", "x-cyrus-snooze"}});
  expect_taken(option, {"caldav", "caldav carddav", "caldav \t carddav", "x-cyrus-snooze caldav"});
  expect_refused(option, {"webdav", "caldav,carddav", "caldav webdav"});
}

TEST(Value, IsRefusedWithWhatIsAllowed) {
  const auto enumeration = check_type(option_of(Type::Enum, {{"off"}, {"userid"}, {"on"}}), "onn");
  ASSERT_FALSE(enumeration);
  EXPECT_EQ(enumeration.error().message, "'onn' is not allowed, only off, userid, on");

  const auto bitfield = check_type(option_of(Type::Bitfield, {{"caldav"}, {"carddav"}}), "caldav imap");
  ASSERT_FALSE(bitfield);
  EXPECT_EQ(bitfield.error().message, "'imap' is not allowed, only caldav, carddav");

  const auto duration = check_type(option_of(Type::Duration), "soon");
  ASSERT_FALSE(duration);
  EXPECT_THAT(duration.error().message, HasSubstr("1h30m"));
}

TEST(Value, StaysOneValueInTheFile) {
  for (const std::string_view text : {"x", "cyrus admin", "a\tb", "a # b", "\\Junk", "Gr\xc3\xbc\xc3\x9f", "\"x\""}) {
    EXPECT_TRUE(check_text(text)) << text;
  }
  using namespace std::string_view_literals;
  for (const std::string_view text : {""sv, " x"sv, "x "sv, "x\t"sv, "a\nadmins: eve"sv, "x\n"sv, "a\rb"sv, "a\0b"sv,
                                      "x\\"sv, "\x7f"sv, "\x1b[0m"sv}) {
    EXPECT_FALSE(check_text(text)) << text;
  }
}

}  // namespace
}  // namespace murder::cyrus
