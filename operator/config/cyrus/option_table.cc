#include "operator/config/cyrus/option_table.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>

namespace murder::cyrus {
namespace {

constexpr std::string_view table_text =
#include "operator/config/cyrus/options_tsv.inc"
    ;

struct TypeName {
  std::string_view name;
  Type type;
  std::string_view description;
};

constexpr TypeName types[] = {
    {"switch", Type::Switch, "yes or no"},
    {"string", Type::String, "a text"},
    {"int", Type::Int, "a whole number"},
    {"enum", Type::Enum, "one of the allowed values"},
    {"stringlist", Type::StringList, "one of the allowed values"},
    {"bitfield", Type::Bitfield, "a list of allowed values, separated by blanks"},
    {"duration", Type::Duration, "a duration such as 90s or 1h30m (units: d, h, m, s)"},
    {"bytesize", Type::ByteSize, "a size such as 4096 or 32K (units: B, K, M, G)"},
};

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

Status read_versions(std::string_view column, Option& option) {
  for (const auto name : split(column, ',')) {
    const auto version = parse_version(name);
    if (!version) return version.error();
    option.versions[static_cast<std::size_t>(*version)] = true;
  }
  return ok();
}

Status read_type(std::string_view column, Option& option) {
  const auto* found = std::ranges::find(types, column, &TypeName::name);
  if (found == std::end(types)) return Error{"no type: '" + std::string(column) + "'"};
  option.type = found->type;
  return ok();
}

Status read_values(std::string_view column, Option& option) {
  const bool wanted = option.type == Type::Enum || option.type == Type::StringList || option.type == Type::Bitfield;
  if (wanted == (column == "-")) return Error{wanted ? "no allowed values" : "allowed values for a type without"};
  if (!wanted) return ok();
  for (const auto value : split(column, ' ')) {
    option.values.push_back(split(value, '='));
    if (std::ranges::count(option.values.back(), "")) return Error{"an empty value"};
  }
  return ok();
}

Result<Option> parse_line(std::string_view line) {
  const auto columns = split(line, '\t');
  if (columns.size() != 6) return Error{"not 6 columns"};
  if (columns[0].empty()) return Error{"no name"};

  Option option;
  option.name = columns[0];
  MURDER_TRY(read_versions(columns[1], option));
  MURDER_TRY(read_type(columns[2], option));
  if (columns[3] == "<empty string>") {
    option.default_value = "";
  } else if (columns[3] != "<none>") {
    option.default_value = columns[3];
  }
  if (columns[4] != "-") {
    const auto blank = columns[4].find(' ');
    option.deprecated_since = columns[4].substr(0, blank);
    if (blank != std::string_view::npos) option.replaced_by = columns[4].substr(blank + 1);
  }
  MURDER_TRY(read_values(columns[5], option));
  return option;
}

}  // namespace

std::string_view describe(Type type) { return std::ranges::find(types, type, &TypeName::type)->description; }

std::string_view option_table_text() { return table_text; }

Result<std::vector<Option>> parse_options(std::string_view tsv) {
  std::vector<Option> options;
  std::size_t number = 0;
  for (const auto line : split(tsv, '\n')) {
    ++number;
    if (line.empty() || line.starts_with('#')) continue;
    auto option = parse_line(line);
    if (!option) return std::move(option).error().in("line " + std::to_string(number));
    // An option in two lines holds for different releases in each.
    for (auto same = options.rbegin(); same != options.rend() && same->name == option->name; ++same) {
      for (const auto version : all_versions) {
        if (same->is_in(version) && option->is_in(version)) {
          return Error{"line " + std::to_string(number) + ": " + std::string(option->name) + " twice"};
        }
      }
    }
    if (!options.empty() && option->name < options.back().name) {
      return Error{"line " + std::to_string(number) + ": " + std::string(option->name) + " is out of order"};
    }
    options.push_back(*std::move(option));
  }
  return options;
}

const std::vector<Option>& option_table() {
  static const std::vector<Option> table = [] {
    auto parsed = parse_options(table_text);
    if (!parsed) {
      // Built in and held by a test: whoever sees this has a binary that was never tested.
      std::fprintf(stderr, "options.tsv: %s\n", parsed.error().message.c_str());
      std::abort();
    }
    return *std::move(parsed);
  }();
  return table;
}

}  // namespace murder::cyrus
