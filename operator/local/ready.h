// Waits until every node is ready, telling about each as it gets there.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "operator/local/state.h"
#include "operator/topology/topology.h"

namespace murder::local {

// Ready: agent and Cyrus run with the versions that are wanted, and the agent's /readyz says so. The error of a
// deadline says of each node that is missing what it lacks, with the last lines of its log.
Status await_ready(const topology::Topology& topology, const ClusterState& state, const Places& places,
                   std::chrono::milliseconds patience, const std::function<void(const std::string&)>& progress);

// Waits until nothing of these nodes runs any more: frontends end with their last session.
Status await_gone(const std::vector<std::string>& nodes, const ClusterState& state, const Places& places,
                  std::chrono::milliseconds patience, const std::function<void(const std::string&)>& progress);

// The last lines of what a node has logged: Cyrus's messages, then what its agent wrote to standard error.
std::string last_lines(const topology::Node& node, std::size_t count);

}  // namespace murder::local
