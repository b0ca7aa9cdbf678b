#include "operator/config/cyrus/option_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "operator/config/cyrus/options.h"
#include "operator/config/cyrus/value.h"

namespace murder::cyrus {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(OptionTable, IsWellFormed) {
  const auto parsed = parse_options(option_table_text());
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_GT(parsed->size(), 500u);
}

TEST(OptionTable, HasEveryColumn) {
  const auto parsed = parse_options(
      "# a comment\n"
      "*_password\t3.6,3.10,3.12\tstring\t<none>\t-\t-\n"
      "admins\t3.6\tstring\t<empty string>\t-\t-\n"
      "auth_mech\t3.12\tstringlist\tunix\t-\tunix pts\n"
      "autocreatequota\t3.6\tint\t0\t2.5.0 autocreate_quota\t-\n"
      "sieve_extensions\t3.6\tbitfield\tsnooze\t3.12.0\tsnooze=vnd.cyrus.snooze=x-cyrus-snooze index\n");
  ASSERT_TRUE(parsed) << parsed.error().message;
  const auto& options = *parsed;
  ASSERT_EQ(options.size(), 5u);

  EXPECT_TRUE(options[0].is_family());
  EXPECT_THAT(options[0].versions, ElementsAre(true, true, true));
  EXPECT_EQ(options[0].default_value, std::nullopt);

  EXPECT_FALSE(options[1].is_family());
  EXPECT_THAT(options[1].versions, ElementsAre(true, false, false));
  EXPECT_EQ(options[1].default_value, "");

  EXPECT_EQ(options[2].type, Type::StringList);
  EXPECT_THAT(options[2].values, ElementsAre(ElementsAre("unix"), ElementsAre("pts")));
  EXPECT_EQ(options[2].deprecated_since, "");

  EXPECT_EQ(options[3].deprecated_since, "2.5.0");
  EXPECT_EQ(options[3].replaced_by, "autocreate_quota");

  EXPECT_EQ(options[4].deprecated_since, "3.12.0");
  EXPECT_EQ(options[4].replaced_by, "");
  EXPECT_THAT(options[4].values,
              ElementsAre(ElementsAre("snooze", "vnd.cyrus.snooze", "x-cyrus-snooze"), ElementsAre("index")));
}

TEST(OptionTable, IsRefusedWithTheLine) {
  struct Row {
    std::string_view text, error;
  };
  constexpr Row rows[] = {
      {"a\t3.6\tstring\t<none>\t-", "line 1: not 6 columns"},
      {"# x\n\na\t3.6\tstring\t<none>\t-\t-\t-", "line 3: not 6 columns"},
      {"\t3.6\tstring\t<none>\t-\t-", "line 1: no name"},
      {"a\t3.7\tstring\t<none>\t-\t-", "line 1: Cyrus 3.7 is not supported"},
      {"a\t\tstring\t<none>\t-\t-", "line 1: not a version"},
      {"a\t3.6\ttext\t<none>\t-\t-", "line 1: no type: 'text'"},
      {"a\t3.6\tenum\t<none>\t-\t-", "line 1: no allowed values"},
      {"a\t3.6\tenum\t<none>\t-\ton  off", "line 1: an empty value"},
      {"a\t3.6\tswitch\t0\t-\ton off", "line 1: allowed values for a type without"},
      {"a\t3.6,3.10\tint\t0\t-\t-\na\t3.10\tint\t1\t-\t-", "line 2: a twice"},
      {"b\t3.6\tint\t0\t-\t-\na\t3.6\tint\t1\t-\t-", "line 2: a is out of order"},
  };
  for (const auto& [text, error] : rows) {
    const auto parsed = parse_options(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_THAT(parsed.error().message, HasSubstr(error)) << text;
  }
}

TEST(OptionTable, HasDefaultsThatItsOwnTypesTake) {
  for (const auto& option : option_table()) {
    if (!option.default_value || option.default_value->empty()) continue;
    const auto checked = check_type(option, *option.default_value);
    EXPECT_TRUE(checked) << option.name << ": " << checked.error().message;
  }
}

TEST(OptionTable, ReplacesDeprecatedOptionsByOnesThatExist) {
  for (const auto& option : option_table()) {
    if (option.replaced_by.empty()) continue;
    for (const auto version : all_versions) {
      if (!option.is_in(version)) continue;
      const auto* successor = find_option(version, option.replaced_by);
      ASSERT_NE(successor, nullptr) << option.name;
      EXPECT_EQ(successor->deprecated_since, "") << option.name;
    }
  }
}

// CYRUS-VERSIONS.md section 4.
TEST(OptionTable, KnowsWhatEachReleaseAdded) {
  struct Row {
    std::string_view name;
    Version first;
  };
  constexpr Row rows[] = {
      {"allowstarttls", Version::V3_10},    {"master_ready_file", Version::V3_10}, {"aps_expiry", Version::V3_10},
      {"quotawarnpercent", Version::V3_10}, {"replicaonly", Version::V3_12},       {"fatals_abort", Version::V3_12},
      {"global_lock", Version::V3_12},      {"mupdate_server", Version::V3_6},     {"debug_slowio", Version::V3_12},
      {"backuppartition-x", Version::V3_6},
  };
  for (const auto& [name, first] : rows) {
    for (const auto version : all_versions) {
      if (name == "backuppartition-x" && version == Version::V3_12) continue;
      EXPECT_EQ(find_option(version, name) != nullptr, version >= first) << name << " in " << to_string(version);
    }
  }
  EXPECT_EQ(find_option(Version::V3_12, "backuppartition-x"), nullptr);
}

// Debian 12's package has this in spite of its manual page; as a plain number, unlike its successors.
TEST(OptionTable, KnowsWhatSecurityFixesBrought) {
  EXPECT_EQ(find_option(Version::V3_6, "maxliteral")->type, Type::Int);
  EXPECT_EQ(find_option(Version::V3_10, "maxliteral")->type, Type::ByteSize);
}

// A behaviour that has an option must say the same as the table.
TEST(OptionTable, AgreesWithBehaviour) {
  for (const auto version : all_versions) {
    const auto& known = behaviour(version);
    EXPECT_EQ(known.needs_allowstarttls, find_option(version, "allowstarttls") != nullptr);
    EXPECT_EQ(known.has_master_ready_file, find_option(version, "master_ready_file") != nullptr);
    EXPECT_EQ(known.fatal_errors_can_abort, find_option(version, "fatals_abort") != nullptr);
    EXPECT_EQ(known.sizes_have_units, find_option(version, "maxquoted")->type == Type::ByteSize);
    EXPECT_EQ(known.has_backup_programs, find_option(version, "backup_db")->deprecated_since.empty());
  }
}

}  // namespace
}  // namespace murder::cyrus
