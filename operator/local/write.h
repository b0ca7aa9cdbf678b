// All of a local murder's files, as a Topology wants them.
#pragma once

#include <set>
#include <string>

#include "base/result.h"
#include "operator/local/launch.h"
#include "operator/local/state.h"
#include "operator/topology/topology.h"

namespace murder::local {

// Passwords and certificates that are missing are made; what is as it should be is left alone. Puts the versions that
// come of it into `state`.
Status write_everything(const topology::Topology& topology, const Launcher& launcher, ClusterState& state);

// Those that have any process.
Result<std::set<std::string>> running_nodes(const Places& places, const std::string& library);

}  // namespace murder::local
