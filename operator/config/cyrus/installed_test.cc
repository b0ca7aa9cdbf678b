// The table against the Cyrus that is installed: what it says of that release must be what the programs say.
#include "operator/config/cyrus/installed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "operator/config/cyrus/options.h"

namespace murder::cyrus {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr int exit_config = 78;  // EX_CONFIG of sysexits.h: how Cyrus programs end when imapd.conf is wrong.

class InstalledCyrus : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "cyrus_options_test.XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    directory_ = name;
    // Started by root, cyr_info becomes the user cyrus.
    fs::permissions(directory_, fs::perms::owner_all | fs::perms::group_exec | fs::perms::group_read |
                                    fs::perms::others_exec | fs::perms::others_read);
    std::ofstream(directory_ / "cyrus.conf") << "SERVICES {\n  imap cmd=\"imapd\" listen=\"imap\"\n}\n";
    const auto version = installed_version();
    ASSERT_TRUE(version) << version.error().message;
    version_ = *version;
  }
  void TearDown() override { fs::remove_all(directory_); }

  struct Output {
    int exit_code;
    std::string text;
  };

  // `cyr_info COMMAND` with an imapd.conf of these lines.
  Output cyr_info(const std::string& command, const std::string& lines) {
    const auto file = directory_ / "imapd.conf";
    std::ofstream(file) << lines;
    const auto line = std::string(default_cyr_info) + " -C " + file.string() + " -M " +
                      (directory_ / "cyrus.conf").string() + " " + command + " 2>&1";
    FILE* pipe = ::popen(line.c_str(), "r");
    if (pipe == nullptr) throw std::runtime_error("popen " + line);
    std::string text;
    std::array<char, 4096> piece;
    while (const auto size = std::fread(piece.data(), 1, piece.size(), pipe)) text.append(piece.data(), size);
    const int status = ::pclose(pipe);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, text};
  }

  // `key: value`, and what no configuration can do without.
  std::string with(std::string_view key, std::string_view value) {
    std::string lines;
    if (key != "configdirectory") lines += "configdirectory: " + directory_.string() + "\n";
    return lines.append(key).append(": ").append(value).append("\n");
  }

  fs::path directory_;
  Version version_{};
};

// What cyr_info prints for a default: a bitfield's values with all their spellings, in the order of the allowed values.
std::string printed(const Option& option) {
  const auto value = std::string(option.default_value.value_or(""));
  if (option.type == Type::Switch) return value == "1" ? "yes" : "no";
  if (option.type != Type::Bitfield) return value;

  std::istringstream words(value);
  const std::set<std::string, std::less<>> set{std::istream_iterator<std::string>(words), {}};
  std::string text;
  for (const auto& spellings : option.values) {
    if (std::ranges::none_of(spellings, [&](auto spelling) { return set.contains(spelling); })) continue;
    for (const auto spelling : spellings) text.append(text.empty() ? "" : " ").append(spelling);
  }
  return text;
}

TEST_F(InstalledCyrus, HasTheOptionsAndDefaultsOfTheTable) {
  std::map<std::string, std::string> theirs;
  const auto output = cyr_info("conf-default", with("admins", "cyrus"));
  ASSERT_EQ(output.exit_code, 0) << output.text;
  std::istringstream lines(output.text);
  for (std::string line; std::getline(lines, line);) {
    const auto colon = line.find(':');
    ASSERT_NE(colon, std::string::npos) << line;
    theirs[line.substr(0, colon)] = colon + 2 <= line.size() ? line.substr(colon + 2) : "";
  }

  std::map<std::string, std::string> ours;
  for (const auto& option : option_table()) {
    // A family has no default, and options of the SASL library go through Cyrus unread; it knows these two of them.
    if (!option.is_in(version_) || option.is_family()) continue;
    if (option.name.starts_with("sasl_") && option.name != "sasl_maximum_layer" &&
        option.name != "sasl_minimum_layer") {
      continue;
    }
    // Read by its literal name where folders are created (imap/autocreate.c), not declared as an option.
    if (option.name == "autocreate_acl") continue;
    ours[std::string(option.name)] = printed(option);
  }
  for (const auto& [name, value] : ours) {
    if (!theirs.contains(name)) {
      ADD_FAILURE() << name << " is in the table only";
    } else {
      EXPECT_EQ(value, theirs[name]) << name;
    }
  }
  for (const auto& [name, value] : theirs) EXPECT_TRUE(ours.contains(name)) << name << " is not in the table";
}

TEST_F(InstalledCyrus, KnowsEveryOptionOfTheTable) {
  std::string lines = with("partition-x", "/x");
  for (const auto& option : option_table()) {
    if (!option.is_in(version_) || option.name == "configdirectory") continue;
    if (!option.deprecated_since.empty()) continue;  // Known, but conf-lint names them all the same.
    std::string key(option.name);
    // No options to conf-lint, but imap/backend.c, imap/mboxname.c and imap/autocreate.c read them.
    if (key.starts_with("*_") || key.starts_with("metadir-") || key == "autocreate_acl") continue;
    if (key == "partition-*") continue;   // partition-x is there already.
    if (key == "zoneinfo_dir") continue;  // Every program looks for its time zones there.
    for (auto star = key.find('*'); star != std::string::npos; star = key.find('*')) key[star] = 'x';
    // cyr_info becomes these, so they cannot be just any.
    std::string value(option.default_value.value_or(""));
    if (key == "cyrus_user") value = "cyrus";
    if (key == "cyrus_group") value = "mail";
    if (value.empty()) value = option.type == Type::String ? "x" : option.values.empty() ? "0" : option.values[0][0];
    lines.append(key).append(": ").append(value).append("\n");
  }
  const auto output = cyr_info("conf-lint", lines);
  EXPECT_EQ(output.exit_code, 0) << output.text;
  EXPECT_EQ(output.text, "");
}

// Lint does report what is unknown: the test above could fail.
TEST_F(InstalledCyrus, ReportsAnUnknownOption) {
  EXPECT_EQ(cyr_info("conf-lint", with("allowplantext", "yes")).text, "allowplantext: yes\n");
  EXPECT_EQ(cyr_info("conf-lint", with("imap_allowplaintext", "yes")).text, "");
  EXPECT_EQ(cyr_info("conf-lint", with("pop3_allowplaintext", "yes")).text, "pop3_allowplaintext: yes\n");
}

// CYRUS.md finding 2: what is refused here ends every process there, and the other way round.
TEST_F(InstalledCyrus, RefusesTheSameValues) {
  struct Row {
    std::string_view key;
    std::vector<std::string_view> values;
  };
  const std::vector<Row> rows = {
      {"allowplaintext",
       {"yes", "y", "on", "t", "true", "1", "no", "n", "off", "f", "false", "0", "2", "Yes", "maybe"}},
      {"timeout", {"30", "30m", "1h30", "1h30m", "-1", "-5m", "m", "1w", "1.5h", "1h 30m", "5M"}},
      {"maxquoted", {"131072", "128K", "-1", "+1", "0x100", "010", "08", "1.5", "x"}},
      {"maxword", {"32k", "1 K", "1KiB", "1T", "32KK", "1Ki B", "K"}},
      {"virtdomains", {"on", "off", "userid", "yes", "no", "t", "f", "1", "0", "true", "false", "y", "On", "off on"}},
      {"delete_mode", {"immediate", "delayed", "yes", "on", "delay"}},
      {"httpmodules", {"caldav", "caldav carddav", "caldav\tjmap", "caldav,carddav", "imap"}},
  };
  for (const auto& [key, values] : rows) {
    for (const auto value : values) {
      const auto ours = check_override(version_, key, value, {});
      const auto theirs = cyr_info("conf-lint", with(key, value));
      EXPECT_EQ(theirs.exit_code, ours ? 0 : exit_config) << key << ": " << value << "\n" << theirs.text;
    }
  }
}

// Every allowed value of every option, and none but those. A run sets the first value of all options, the next one the
// second, and so on.
TEST_F(InstalledCyrus, AllowsTheValuesOfTheTable) {
  std::vector<std::string> runs;
  for (const auto& option : option_table()) {
    if (!option.is_in(version_) || option.values.empty()) continue;
    EXPECT_EQ(cyr_info("conf-lint", with(option.name, "no-such-value")).exit_code, exit_config) << option.name;
    std::size_t run = 0;
    for (const auto& spellings : option.values) {
      for (const auto spelling : spellings) {
        if (run == runs.size()) runs.push_back(with("admins", "cyrus"));
        runs[run++].append(option.name).append(": ").append(spelling).append("\n");
      }
    }
  }
  EXPECT_GT(runs.size(), 20u);  // sieve_extensions alone has more.
  for (const auto& lines : runs) {
    const auto output = cyr_info("conf-lint", lines);
    EXPECT_EQ(output.exit_code, 0) << lines << output.text;
  }
}

class InstalledVersion : public InstalledCyrus {
 protected:
  // A stand-in for cyr_info, to see what becomes of one that misbehaves.
  fs::path program(const std::string& script) {
    const auto path = directory_ / "cyr_info";
    std::ofstream(path) << "#!/bin/sh\n" << script << "\n";
    fs::permissions(path, fs::perms::owner_all);
    return path;
  }
};

TEST_F(InstalledVersion, IsReadFromTheProgram) {
  const auto version = installed_version(program("echo cyrus-imapd 3.12.4-Debian-3.12.4-1"));
  ASSERT_TRUE(version) << version.error().message;
  EXPECT_EQ(*version, Version::V3_12);
}

TEST_F(InstalledVersion, SaysWhyItIsUnknown) {
  struct Row {
    std::string script, error;
  };
  const Row rows[] = {
      {"echo cyrus-imapd 2.5.11", "Cyrus 2.5 is not supported"},
      {"echo 'no such command'; exit 64", "exit 64: no such command"},
      {"kill -9 $$", "ended by signal 9"},
      {"true", "not a version of Cyrus: ''"},
  };
  for (const auto& [script, error] : rows) {
    const auto version = installed_version(program(script));
    ASSERT_FALSE(version) << script;
    EXPECT_THAT(version.error().message, HasSubstr(error));
    EXPECT_THAT(version.error().message, HasSubstr("cyr_info version: "));
  }
  const auto missing = installed_version(directory_ / "missing");
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().message, HasSubstr("No such file or directory"));
}

TEST_F(InstalledVersion, IsNotWaitedForForEver) {
  const auto version = installed_version(program("exec sleep 600"), std::chrono::milliseconds(50));
  ASSERT_FALSE(version);
  EXPECT_THAT(version.error().message, HasSubstr("no answer in time"));
}

}  // namespace
}  // namespace murder::cyrus
