// The accounts that may log in to this node: accounts.json, as the operator writes it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace murder::layout {

struct Account {
  std::string user;
  std::string password;
  bool operator==(const Account&) const = default;
};

// [{"user": "cyrus", "password": "..."}, ...]. Errors name the position and never repeat a password.
Result<std::vector<Account>> parse_accounts(std::string_view json);
Result<std::vector<Account>> read_accounts(const std::string& path);

// The agent's own account on its node, for its probes. Its password is made anew at each start and is nowhere but in
// memory and in the sasldb; imapd.conf lists the name among the admins.
inline constexpr std::string_view agent_user = "murder-agent";

// 256 bits from the system, as letters, digits, '-' and '_'.
Result<std::string> make_password();

}  // namespace murder::layout
