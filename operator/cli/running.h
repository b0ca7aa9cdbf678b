// The running murder that a verb asks about: its topology, and a line to each agent.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "operator/agents/agents.h"
#include "operator/local/state.h"
#include "operator/topology/topology.h"

namespace CLI {
class App;
}

namespace murder::cli {

struct RunningOptions {
  std::string base;     // state directory; that of this user by default
  std::string cluster;  // needed only when there are several
};

// --state FOLDER, --cluster NAME.
void add_running(CLI::App& command, RunningOptions& options);

struct Running {
  local::Places places;
  local::ClusterState state;
  topology::Topology topology;
  std::unique_ptr<agents::Agents> agents;
};

Result<Running> open_running(const RunningOptions& options);

}  // namespace murder::cli
