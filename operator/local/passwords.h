// Every password of a local murder: generated once, kept in STATE/secrets/passwords.json (0600), never changed by us.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "operator/config/render.h"

namespace murder::local {

// The file's passwords, with one made for each key that lacks it; written back only when one was made.
Result<config::Passwords> ensure_passwords(const std::string& path, const std::vector<std::string>& keys);

// The file's passwords as they are.
Result<config::Passwords> read_passwords(const std::string& path);

}  // namespace murder::local
