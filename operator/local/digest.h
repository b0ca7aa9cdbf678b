// SHA-256 of files, to tell whether a process was started from them as they are now.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace murder::local {

// Of all the files' bytes; one that is missing counts as empty. 64 hexadecimal digits.
Result<std::string> digest_of(const std::vector<std::string>& paths);

}  // namespace murder::local
