#include "operator/config/cyrus/value.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace murder::cyrus {
namespace {

constexpr std::array<std::string_view, 12> switch_words = {"yes", "y", "on",  "true",  "t", "1",
                                                           "no",  "n", "off", "false", "f", "0"};
// What an enum takes for on and off, if it has these.
constexpr std::array<std::string_view, 8> enum_words = {"yes", "true", "t", "1", "no", "false", "f", "0"};

constexpr std::int64_t largest_int = std::numeric_limits<std::int32_t>::max();

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_blank(char c) { return c == ' ' || c == '\t'; }

// As strtol(3) with base 0 reads it: 0x for hexadecimal, a leading 0 for octal. What does not fit into 32 bits is cut
// off by Cyrus without a word.
bool is_int(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  int base = 10;
  if (text.starts_with("0x") || text.starts_with("0X")) {
    base = 16;
    text.remove_prefix(2);
  } else if (text.size() > 1 && text.front() == '0') {
    base = 8;
  }
  std::uint64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  return failure == std::errc{} && end == text.data() + text.size() && number <= std::uint64_t{largest_int};
}

// Numbers with units that add up; the last may do without (the option has a unit of its own then). Cyrus 3.6 does not
// see an overflow, the later ones refuse it; in the worst unit, days, it is refused for all.
bool is_duration(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  if (text.empty()) return false;
  std::int64_t seconds = 0;
  while (!text.empty()) {
    std::uint32_t number = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failure != std::errc{}) return false;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    std::int64_t unit = 1;
    if (!text.empty()) {
      switch (text.front()) {
        case 'd':
          unit = 24 * 60 * 60;
          break;
        case 'h':
          unit = 60 * 60;
          break;
        case 'm':
          unit = 60;
          break;
        case 's':
          break;
        default:
          return false;
      }
      text.remove_prefix(1);
    }
    seconds += number * unit;
    if (seconds > largest_int) return false;
  }
  return true;
}

// A number, blanks, and B, K, M, G, KB, KiB and so on, in any case.
bool is_byte_size(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  if (text.empty() || !is_digit(text.front())) return false;
  std::int64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc{}) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  const bool has_blanks = !text.empty() && is_blank(text.front());
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  if (text.empty()) return !has_blanks;

  const auto take = [&text](char upper) {
    const bool taken = !text.empty() && (text.front() == upper || text.front() == upper - 'A' + 'a');
    if (taken) text.remove_prefix(1);
    return taken;
  };
  int shift = 0;
  if (take('K')) {
    shift = 10;
  } else if (take('M')) {
    shift = 20;
  } else if (take('G')) {
    shift = 30;
  }
  if (shift != 0) take('I');
  take('B');
  return text.empty() && number <= (std::numeric_limits<std::int64_t>::max() >> shift);
}

bool is_allowed(const Option& option, std::string_view value) {
  return std::ranges::any_of(option.values,
                             [&](const auto& spellings) { return std::ranges::count(spellings, value); });
}

bool is_enum(const Option& option, std::string_view value) {
  if (is_allowed(option, value)) return true;
  const auto* const word = std::ranges::find(enum_words, value);
  if (word == enum_words.end()) return false;
  return is_allowed(option, word < enum_words.begin() + 4 ? "on" : "off");
}

// The words of a bitfield that it does not know.
std::vector<std::string_view> unknown_words(const Option& option, std::string_view value) {
  std::vector<std::string_view> unknown;
  while (!value.empty()) {
    const auto end = std::min(value.find_first_of(" \t"), value.size());
    if (const auto word = value.substr(0, end); !word.empty() && !is_allowed(option, word)) unknown.push_back(word);
    value.remove_prefix(std::min(end + 1, value.size()));
  }
  return unknown;
}

std::string quoted(std::string_view text) { return std::string("'").append(text).append("'"); }

Error not_allowed(const Option& option, std::string_view value) {
  std::string message = quoted(value) + " is not allowed, only ";
  for (const auto& spellings : option.values) {
    if (&spellings != &option.values.front()) message += ", ";
    message += spellings.front();
  }
  return Error{message};
}

Status when(bool taken, const Option& option, std::string_view value) {
  if (taken) return ok();
  return Error{quoted(value) + " is not " + std::string(describe(option.type))};
}

}  // namespace

Status check_text(std::string_view value) {
  if (value.empty()) return Error{"the value is empty; Cyrus has no way to write that, leave the option out"};
  for (const char c : value) {
    if (c == '\n' || c == '\r') return Error{"the value has a line break"};
    if (c == '\t') continue;
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') return Error{"the value has a control character"};
  }
  if (is_blank(value.front()) || is_blank(value.back())) return Error{"the value begins or ends with a blank"};
  if (value.back() == '\\') return Error{"the value ends in a backslash, which would continue it on the next line"};
  return ok();
}

Status check_type(const Option& option, std::string_view value) {
  switch (option.type) {
    case Type::Switch:
      return when(std::ranges::count(switch_words, value) != 0, option, value);
    case Type::String:
      return ok();
    case Type::Int:
      return when(is_int(value), option, value);
    case Type::Enum:
      if (is_enum(option, value)) return ok();
      return not_allowed(option, value);
    case Type::StringList:
      if (is_allowed(option, value)) return ok();
      return not_allowed(option, value);
    case Type::Bitfield:
      if (const auto unknown = unknown_words(option, value); !unknown.empty()) {
        return not_allowed(option, unknown.front());
      }
      return ok();
    case Type::Duration:
      return when(is_duration(value), option, value);
    case Type::ByteSize:
      return when(is_byte_size(value), option, value);
  }
  return Error{"an option of no type"};
}

}  // namespace murder::cyrus
