// options.tsv, read: what imapd.conf(5) of each supported release knows.
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "operator/config/cyrus/version.h"

namespace murder::cyrus {

enum class Type {
  Switch,      // on or off
  String,      // anything
  Int,         // a whole number
  Enum,        // one of several values; yes and no stand for on and off
  StringList,  // one of several values, literally
  Bitfield,    // any number of several values, separated by blanks
  Duration,    // 1h30m
  ByteSize,    // 32K
};

// "a number of bytes, such as 32K": how a message describes what the type takes.
std::string_view describe(Type type);

// One option as it is in one or more releases. The views point into the table's text.
struct Option {
  std::string_view name;  // With one or two `*` for what the administrator chooses: "partition-*".
  std::array<bool, all_versions.size()> versions{};
  Type type{};
  std::optional<std::string_view> default_value;      // As imapd.conf would have it, a switch as 0 or 1; may be empty.
  std::string_view deprecated_since;                  // A Cyrus version; empty if it is not.
  std::string_view replaced_by;                       // Empty: deprecated and without effect.
  std::vector<std::vector<std::string_view>> values;  // Each with all its spellings, the preferred one first.

  bool is_in(Version version) const { return versions[static_cast<std::size_t>(version)]; }
  bool is_family() const { return name.find('*') != std::string_view::npos; }
};

// Reads a table in the form that `extract` describes. An error names the line. The text must outlive the options.
Result<std::vector<Option>> parse_options(std::string_view tsv);

// The table of this build, sorted by name; read when it is first asked for.
const std::vector<Option>& option_table();

// The text it is made from.
std::string_view option_table_text();

}  // namespace murder::cyrus
