// The two processes that keep a local murder running: the supervisor, and a guard that does nothing but start the
// supervisor again, as the supervisor does with the guard. Killing either is repaired by the other; no person is
// needed.
#pragma once

#include "base/result.h"
#include "operator/local/state.h"

namespace murder::local {

// Each returns when the cluster is no longer wanted (cluster.json), on SIGTERM, or at once when another one runs.
Status run_supervisor(const Places& places);
Status run_guard(const Places& places);

// Starts the supervisor as a daemon, or makes one that runs look again at once.
Status wake_supervisor(const Places& places);

// Ends both. They must not be wanted any more, or one would start the other.
Status stop_supervisor(const Places& places);

}  // namespace murder::local
