#include "operator/config/cyrus/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>

namespace murder::cyrus {
namespace {

using ::testing::HasSubstr;

const std::array<std::string, 4> services = {"imap", "imaps", "lmtp", "Sieve"};

TEST(FindOption, FindsFamilies) {
  struct Row {
    std::string_view key, name;
  };
  constexpr Row rows[] = {
      {"partition-default", "partition-*"},
      {"partition-a-b_c", "partition-*"},
      {"metapartition-p1", "metapartition-*"},
      {"archivepartition-p1", "archivepartition-*"},
      {"searchpartition-p1", "*searchpartition-*"},
      {"tier1searchpartition-p1", "*searchpartition-*"},
      {"metadir-index-p1", "metadir-index-*"},
      {"xlist-drafts", "xlist-*"},
      {"be1_password", "*_password"},
      {"be1_mechs", "*_mechs"},
      {"be-1_client_cert", "*_client_cert"},
      {"be-1_client_key", "*_client_key"},
      {"sasl_mech_list", "sasl_mech_list"},
      {"sasl_gssapi_anything", "sasl_*"},
      {"proxy_password", "proxy_password"},
      {"tls_client_cert", "tls_client_cert"},
  };
  for (const auto version : all_versions) {
    for (const auto& [key, name] : rows) {
      const auto* option = find_option(version, key);
      ASSERT_NE(option, nullptr) << key;
      EXPECT_EQ(option->name, name) << key;
    }
  }
}

TEST(FindOption, DoesNotTakePartsForFamilies) {
  for (const std::string_view key : {"", "partition-", "partition", "xpartition-p1", "_password", "password", "sasl_",
                                     "a_b_password", "searchpartition-", "a_searchpartition-p", "metadir-foo-p1",
                                     "*_password2", "_sync_host", "x_sync_hosts", "imap_allowplaintext"}) {
    EXPECT_EQ(find_option(Version::V3_10, key), nullptr) << key;
  }
}

TEST(FindOption, FindsOptionsOfServicesAndChannels) {
  struct Row {
    std::string_view key, name;
  };
  constexpr Row rows[] = {
      {"imap_allowplaintext", "allowplaintext"},
      {"imaps_tls_required", "tls_required"},
      {"sieve_timeout", "timeout"},
      {"sieve_maxscripts", "sieve_maxscripts"},
      {"lmtp_admins", "admins"},
      {"imap_sasl_mech_list", "sasl_mech_list"},
      {"imap_be1_password", "*_password"},
      {"replica_sync_host", "sync_host"},
  };
  for (const auto& [key, name] : rows) {
    const auto* option = find_option(Version::V3_6, key, services);
    ASSERT_NE(option, nullptr) << key;
    EXPECT_EQ(option->name, name) << key;
  }
  EXPECT_EQ(find_option(Version::V3_6, "pop3_allowplaintext", services), nullptr);
  EXPECT_EQ(find_option(Version::V3_6, "imap_", services), nullptr);
}

TEST(CheckOverride, TakesWhatCyrusTakes) {
  struct Row {
    Version version;
    std::string_view key, value;
  };
  constexpr Row rows[] = {
      {Version::V3_6, "allowplaintext", "yes"},
      {Version::V3_6, "imap_allowplaintext", "no"},
      {Version::V3_6, "virtdomains", "userid"},
      {Version::V3_6, "maxquoted", "131072"},
      {Version::V3_10, "maxquoted", "128K"},
      {Version::V3_12, "allowstarttls", "yes"},
      {Version::V3_12, "partition-fast", "/srv/fast"},
      {Version::V3_12, "sasl_auxprop_plugin", "sasldb"},
      {Version::V3_12, "httpmodules", "caldav carddav"},
      {Version::V3_12, "client_timeout", "1m30s"},
  };
  for (const auto& [version, key, value] : rows) {
    const auto checked = check_override(version, key, value, services);
    EXPECT_TRUE(checked) << key << ": " << checked.error().message;
  }
}

TEST(CheckOverride, SaysWhatIsWrong) {
  struct Row {
    Version version;
    std::string_view key, value, error;
  };
  constexpr Row rows[] = {
      {Version::V3_6, "allowplantext", "yes",
       "Cyrus 3.6 has no option 'allowplantext'; did you mean 'allowplaintext'?"},
      {Version::V3_6, "imap_alowplaintext", "yes",
       "Cyrus 3.6 has no option 'imap_alowplaintext'; did you mean 'imap_allowplaintext'?"},
      {Version::V3_6, "nothing_like_it", "yes", "Cyrus 3.6 has no option 'nothing_like_it'"},
      {Version::V3_6, "allowstarttls", "yes",
       "Cyrus 3.6 has no option 'allowstarttls': it is known from Cyrus 3.10 on"},
      {Version::V3_10, "fatals_abort", "yes",
       "Cyrus 3.10 has no option 'fatals_abort': it is known from Cyrus 3.12 on"},
      {Version::V3_6, "imap_allowstarttls", "yes",
       "Cyrus 3.6 has no option 'imap_allowstarttls': it is known from Cyrus 3.10 on"},
      {Version::V3_12, "backuppartition-b", "/b",
       "Cyrus 3.12 has no option 'backuppartition-b': it was known up to Cyrus 3.10"},
      {Version::V3_6, "AllowPlaintext", "yes",
       "'AllowPlaintext' cannot be the name of an option: write it in lower case"},
      {Version::V3_6, "@include", "/etc/x",
       "'@include' cannot be the name of an option: it consists of a-z, 0-9, - and _"},
      {Version::V3_6, "", "x", "an option without a name"},
      {Version::V3_6, "virtdomains", "onn", "virtdomains: 'onn' is not allowed, only off, userid, on"},
      {Version::V3_6, "maxquoted", "128K", "maxquoted: '128K' is not a whole number; Cyrus 3.10 would take it"},
      {Version::V3_6, "allowplaintext", "maybe", "allowplaintext: 'maybe' is not yes or no"},
      {Version::V3_6, "imap_allowplaintext", "2", "imap_allowplaintext: '2' is not yes or no"},
      {Version::V3_6, "admins", "", "admins: the value is empty; Cyrus has no way to write that, leave the option out"},
      {Version::V3_6, "admins", "cyrus\nadmins: eve", "admins: the value has a line break"},
      {Version::V3_6, "replica_sync_repeat_interval", "soon",
       "replica_sync_repeat_interval: 'soon' is not a duration such as 90s or 1h30m (units: d, h, m, s)"},
  };
  for (const auto& [version, key, value, error] : rows) {
    const auto checked = check_override(version, key, value, services);
    ASSERT_FALSE(checked) << key;
    EXPECT_EQ(checked.error().message, error);
  }
}

// Every option of every release: found under its name, and a letter too many leads back to it.
TEST(CheckOverride, LeadsBackFromATypingError) {
  for (const auto version : all_versions) {
    for (const auto& option : option_table()) {
      if (option.is_family() || !option.is_in(version)) continue;
      EXPECT_EQ(find_option(version, option.name), &option);
      const auto mistyped = std::string(option.name) + "x";
      if (find_option(version, mistyped) != nullptr) continue;  // sasl_ANYTHING
      const auto checked = check_override(version, mistyped, "1", {});
      ASSERT_FALSE(checked);
      EXPECT_THAT(checked.error().message, HasSubstr("did you mean '" + std::string(option.name) + "'?"));
    }
  }
}

TEST(OverrideWarning, TellsOfDeprecation) {
  EXPECT_EQ(override_warning(Version::V3_6, "autocreatequota", {}),
            "autocreatequota is deprecated since Cyrus 2.5.0; use autocreate_quota, which wins if both are set");
  EXPECT_EQ(override_warning(Version::V3_6, "quotawarn", {}), "");
  EXPECT_THAT(override_warning(Version::V3_10, "quotawarn", {}), HasSubstr("use quotawarnpercent"));
  EXPECT_EQ(override_warning(Version::V3_12, "backup_db", {}),
            "backup_db is deprecated since Cyrus 3.12.0 and has no effect");
  EXPECT_EQ(override_warning(Version::V3_12, "unheard-of", {}), "");
}

}  // namespace
}  // namespace murder::cyrus
