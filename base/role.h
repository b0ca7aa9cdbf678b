// The three kinds of Cyrus servers that a murder is made of.
#pragma once

#include <optional>
#include <string_view>

namespace murder {

enum class Role { Master, Backend, Frontend };

// "master", "backend", "frontend": as labels, files and logs say it.
constexpr std::string_view to_string(Role role) {
  switch (role) {
    case Role::Master:
      return "master";
    case Role::Backend:
      return "backend";
    case Role::Frontend:
      return "frontend";
  }
  return "";
}

constexpr std::optional<Role> parse_role(std::string_view text) {
  for (const Role role : {Role::Master, Role::Backend, Role::Frontend}) {
    if (text == to_string(role)) return role;
  }
  return {};
}

}  // namespace murder
