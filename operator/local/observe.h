// Looks at a local murder: its processes by the kernel, their health by asking the agents.
#pragma once

#include "base/net/deadline.h"
#include "base/result.h"
#include "operator/local/state.h"
#include "operator/local/supervise_plan.h"
#include "operator/topology/topology.h"

namespace murder::local {

// Agents are asked about what matters in their state: whether Cyrus may start, or else whether it is well.
Result<Seen> observe(const topology::Topology& topology, const Places& places, net::Deadline deadline);

}  // namespace murder::local
