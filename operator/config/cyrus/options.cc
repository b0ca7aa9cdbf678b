#include "operator/config/cyrus/options.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "base/nearest.h"
#include "operator/config/cyrus/value.h"

namespace murder::cyrus {
namespace {

bool is_key_character(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_'; }

const Option* find_literal(Version version, std::string_view name) {
  const auto& table = option_table();
  auto option_at = std::ranges::lower_bound(table, name, {}, &Option::name);
  for (; option_at != table.end() && option_at->name == name; ++option_at) {
    const Option& option = *option_at;
    if (option.is_in(version) && !option.is_family()) return &option;
  }
  return nullptr;
}

// "partition-*": something must be there for the star. "*_password": a host's short name, so no underscore in it.
// "*searchpartition-*": the tier in front may be missing.
bool is_of_family(std::string_view family, std::string_view key) {
  const bool open_front = family.starts_with('*');
  const bool open_back = family.ends_with('*');
  if (open_front) family.remove_prefix(1);
  if (open_back) family.remove_suffix(1);

  const auto at = open_front ? (open_back ? key.find(family) : key.rfind(family)) : 0;
  if (at == std::string_view::npos || !key.substr(at).starts_with(family)) return false;
  const auto front = key.substr(0, at);
  const auto back = key.substr(at + family.size());
  if (front.find('_') != std::string_view::npos) return false;
  if (open_front && !open_back && front.empty()) return false;
  return open_back ? !back.empty() : back.empty();
}

const Option* find_family(Version version, std::string_view key) {
  const auto found = std::ranges::find_if(option_table(), [&](const Option& option) {
    return option.is_family() && option.is_in(version) && is_of_family(option.name, key);
  });
  return found == option_table().end() ? nullptr : &*found;
}

const Option* find_plain(Version version, std::string_view key) {
  if (const auto* option = find_literal(version, key)) return option;
  return find_family(version, key);
}

// Cyrus compares service names without regard to case (lib/libconfig.c).
bool starts_with_service(std::string_view key, std::string_view service) {
  if (service.empty() || key.size() <= service.size() || key[service.size()] != '_') return false;
  return std::ranges::equal(key.substr(0, service.size()), service, [](char a, char b) {
    return a == (b >= 'A' && b <= 'Z' ? static_cast<char>(b - 'A' + 'a') : b);
  });
}

const Option* find_of_channel(Version version, std::string_view key) {
  constexpr std::string_view infix = "_sync_";
  const auto at = key.find(infix);
  if (at == std::string_view::npos || at == 0) return nullptr;
  return find_literal(version, key.substr(at + 1));
}

std::string cyrus_name(Version version) { return "Cyrus " + std::string(to_string(version)); }

// "it is known from Cyrus 3.10 on", if other releases know the key.
std::optional<std::string> known_elsewhere(std::string_view key, std::span<const std::string> service_names,
                                           Version asked) {
  std::optional<Version> first;
  std::optional<Version> last;
  for (const auto version : all_versions) {
    if (find_option(version, key, service_names) == nullptr) continue;
    if (!first) first = version;
    last = version;
  }
  if (!first) return {};
  if (*first > asked) return "it is known from " + cyrus_name(*first) + " on";
  return "it was known up to " + cyrus_name(*last);
}

// The key that was probably meant, with the service it was meant for.
std::optional<std::string> meant(Version version, std::string_view key, std::span<const std::string> service_names) {
  std::vector<std::string_view> names;
  for (const auto& option : option_table()) {
    if (option.is_in(version) && !option.is_family()) names.push_back(option.name);
  }
  if (const auto name = nearest(key, names)) return std::string(*name);
  for (const auto& service : service_names) {
    if (!starts_with_service(key, service)) continue;
    const auto prefix = key.substr(0, service.size() + 1);
    if (const auto name = nearest(key.substr(prefix.size()), names)) return std::string(prefix).append(*name);
  }
  return {};
}

Error unknown_option(Version version, std::string_view key, std::span<const std::string> service_names) {
  std::string message = cyrus_name(version) + " has no option '" + std::string(key) + "'";
  if (const auto elsewhere = known_elsewhere(key, service_names, version)) {
    message += ": " + *elsewhere;
  } else if (const auto name = meant(version, key, service_names)) {
    message += "; did you mean '" + *name + "'?";
  }
  return Error{message};
}

// "; Cyrus 3.10 would take it": for a value that only other releases understand, such as a size with a unit.
std::string taken_elsewhere(std::string_view key, std::string_view value, std::span<const std::string> service_names) {
  for (const auto version : all_versions) {
    const auto* option = find_option(version, key, service_names);
    if (option != nullptr && check_type(*option, value)) return "; " + cyrus_name(version) + " would take it";
  }
  return {};
}

Status check_key(std::string_view key) {
  if (key.empty()) return Error{"an option without a name"};
  if (std::ranges::all_of(key, is_key_character)) return ok();
  const bool upper_case = std::ranges::any_of(key, [](char c) { return c >= 'A' && c <= 'Z'; });
  std::string message = "'";
  message.append(key).append("' cannot be the name of an option: ");
  message += upper_case ? "write it in lower case" : "it consists of a-z, 0-9, - and _";
  return Error{message};
}

}  // namespace

const Option* find_option(Version version, std::string_view key, std::span<const std::string> service_names) {
  if (const auto* option = find_literal(version, key)) return option;
  for (const auto& service : service_names) {
    if (!starts_with_service(key, service)) continue;
    if (const auto* option = find_plain(version, key.substr(service.size() + 1))) return option;
  }
  if (const auto* option = find_family(version, key)) return option;
  return find_of_channel(version, key);
}

Status check_override(Version version, std::string_view key, std::string_view value,
                      std::span<const std::string> service_names) {
  MURDER_TRY(check_key(key));
  const auto* option = find_option(version, key, service_names);
  if (option == nullptr) return unknown_option(version, key, service_names);
  if (auto text = check_text(value); !text) return std::move(text).error().in(key);
  if (auto type = check_type(*option, value); !type) {
    auto error = std::move(type).error();
    error.message += taken_elsewhere(key, value, service_names);
    return std::move(error).in(key);
  }
  return ok();
}

std::string override_warning(Version version, std::string_view key, std::span<const std::string> service_names) {
  const auto* option = find_option(version, key, service_names);
  if (option == nullptr || option->deprecated_since.empty()) return {};
  std::string warning = std::string(key) + " is deprecated since Cyrus " + std::string(option->deprecated_since);
  if (option->replaced_by.empty()) return warning + " and has no effect";
  return warning + "; use " + std::string(option->replaced_by) + ", which wins if both are set";
}

}  // namespace murder::cyrus
