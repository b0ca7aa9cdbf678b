// The last lines of log files, and what is written to them from then on.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "base/result.h"

namespace murder::cli {

// A file that does not exist yet has no lines.
void print_last(const std::string& path, int count, std::ostream& out);

// Prints the last `count` lines of each file, then each line that is added, as it is written, until the program is
// interrupted (SIGINT, SIGTERM) or `out` takes no more. A file that is replaced (rotated) is followed under its name.
// Whole lines only, so that those of different files do not mix.
Status follow(const std::vector<std::string>& paths, int count, std::ostream& out);

}  // namespace murder::cli
