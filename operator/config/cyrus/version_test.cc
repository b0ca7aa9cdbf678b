#include "operator/config/cyrus/version.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace murder::cyrus {
namespace {

using ::testing::HasSubstr;

TEST(Version, IsReadFromWhatPackagesAndProgramsSay) {
  struct Row {
    std::string_view text;
    Version version;
  };
  constexpr Row rows[] = {
      {"3.6", Version::V3_6},
      {"3.6.1", Version::V3_6},
      {"3.6.1-4+deb12u5", Version::V3_6},
      {"3.6.1-Debian-3.6.1-4+deb12u5", Version::V3_6},
      {"cyrus-imapd 3.6.1-Debian-3.6.1-4+deb12u5", Version::V3_6},
      {"3.10", Version::V3_10},
      {"3.10.2-1+deb13u2", Version::V3_10},
      {"3.10.2-Debian-3.10.2-1+deb13u2", Version::V3_10},
      {"3.12.4-1", Version::V3_12},
      {"3.12~rc1", Version::V3_12},
  };
  for (const auto& [text, version] : rows) {
    const auto parsed = parse_version(text);
    ASSERT_TRUE(parsed) << text << ": " << parsed.error().message;
    EXPECT_EQ(*parsed, version) << text;
  }
}

TEST(Version, IsItsOwnName) {
  for (const auto version : all_versions) {
    const auto parsed = parse_version(to_string(version));
    ASSERT_TRUE(parsed);
    EXPECT_EQ(*parsed, version);
  }
}

TEST(Version, OfAnotherReleaseIsNotTakenForASupportedOne) {
  for (const std::string_view text : {"3.1", "3.60", "3.8.1", "3.11.0", "2.5", "13.6", "30.6"}) {
    const auto parsed = parse_version(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_THAT(parsed.error().message, HasSubstr("is not supported, only 3.6, 3.10, 3.12")) << text;
  }
}

TEST(Version, IsRefusedWhenItIsNone) {
  for (const std::string_view text :
       {"", "3", "3.", ".6", "3.x", "x3.6", " 3.6", "3.6x", "-3.6", "3.-6", "99999999999.6", "cyrus-imapd", "v3.6"}) {
    const auto parsed = parse_version(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_THAT(parsed.error().message, HasSubstr("not a version of Cyrus")) << text;
  }
}

// CYRUS-VERSIONS.md section 1: the rows on which decisions of whole parts hang.
TEST(Behaviour, IsTheReleasesOwn) {
  EXPECT_FALSE(behaviour(Version::V3_6).needs_allowstarttls);
  EXPECT_TRUE(behaviour(Version::V3_10).needs_allowstarttls);
  EXPECT_TRUE(behaviour(Version::V3_12).needs_allowstarttls);

  EXPECT_FALSE(behaviour(Version::V3_6).shared_mailbox_xfer_works);
  EXPECT_TRUE(behaviour(Version::V3_10).shared_mailbox_xfer_works);

  EXPECT_FALSE(behaviour(Version::V3_10).select_of_reserved_crashes_frontend);
  EXPECT_TRUE(behaviour(Version::V3_12).select_of_reserved_crashes_frontend);
}

}  // namespace
}  // namespace murder::cyrus
