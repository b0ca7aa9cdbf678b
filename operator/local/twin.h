// One of two processes that watch over each other.
#pragma once

#include <string>

#include "base/net/unique_fd.h"
#include "base/process/spawn.h"
#include "base/result.h"
#include "operator/local/state.h"

namespace murder::local {

enum class Twin { Supervisor, Guard };

std::string lock_of(const Places& places, Twin twin);
// How it is started, as a daemon.
process::Spawn command_of(const Places& places, Twin twin);

// A handle that becomes readable when the twin ends. Started when there is none.
Result<net::UniqueFd> ensure(const Places& places, Twin twin);

}  // namespace murder::local
