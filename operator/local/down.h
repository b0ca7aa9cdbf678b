// Stops a local murder, also one whose supervisor has died, and one that is down already.
#pragma once

#include <functional>
#include <string>

#include "base/result.h"
#include "operator/local/state.h"

namespace murder::local {

struct DownOptions {
  bool delete_data = false;  // the mail too: everything that `up` made
};

// Frontends, then backends, then the master, each with the chance to end its sessions; then looks whether anything is
// left. Errors: what is left, by name.
Status down(const Places& places, const DownOptions& options, const std::function<void(const std::string&)>& progress);

}  // namespace murder::local
