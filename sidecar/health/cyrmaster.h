// Is cyrmaster alive? It holds an fcntl(2) lock on its pid file for as long as it lives (CYRUS.md section 3), so the
// lock is asked, which a crash releases; the number in the file is never trusted, as in another pid namespace it means
// another process.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/result.h"

namespace murder::health {

struct Cyrmaster {
  bool running = false;
  std::chrono::system_clock::time_point since = {};  // when it wrote its pid file; only when running
};

// Not running when there is no such file. An Error when the file cannot be looked at.
Result<Cyrmaster> look_at_cyrmaster(const std::string& pid_file);

// Sends `signal` to the running cyrmaster, for which this process has to be in its pid namespace.
Status signal_cyrmaster(const std::string& pid_file, int signal);

}  // namespace murder::health
