// The passwords of a murder's accounts: generated once, then kept by the caller and never changed by us.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"

namespace murder::pki {

// Secret key (topology::Account::secret) → password.
using Passwords = std::map<std::string, std::string>;

// 24 characters of an alphabet without look-alikes (about 139 bits), from getrandom(2).
Result<std::string> generate_password();

// A password for each of `wanted` that `have` lacks, and nothing else: what is to be added. An empty one is none.
Result<Passwords> missing_passwords(const Passwords& have, const std::vector<std::string>& wanted);

}  // namespace murder::pki
