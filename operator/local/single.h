// A role that one process at a time may hold: "supervisor", "guard". Held by a lock that the kernel drops when the
// process ends, however it ends, and that names its holder (fcntl(2), F_GETLK).
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "base/net/unique_fd.h"
#include "base/result.h"

namespace murder::local {

class Single {
 public:
  // Nothing when another process holds it. The lock is the process's, so the path must not be opened a second time by
  // the holder: closing that descriptor would drop it.
  static Result<std::optional<Single>> take(const std::string& path);

 private:
  explicit Single(net::UniqueFd fd) : fd_(std::move(fd)) {}
  net::UniqueFd fd_;
};

// Who holds it, if anybody does.
std::optional<pid_t> holder(const std::string& path);

}  // namespace murder::local
