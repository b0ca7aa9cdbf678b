// A ClusterState's manifests as the Topology of this machine: the same function for `up`, `status` and the supervisor.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "operator/api/manifests.h"
#include "operator/local/state.h"
#include "operator/local/supervise_plan.h"
#include "operator/topology/topology.h"

namespace murder::local {

// One MurderCluster and the Backends that are its own. Errors: all mistakes of the manifests, one a line; no cluster,
// or several of them.
struct OneCluster {
  api::MurderCluster cluster;
  std::vector<api::Backend> backends;
};
Result<OneCluster> read_cluster(const std::vector<api::ManifestFile>& manifests);

std::vector<std::pair<std::string, Role>> nodes_of(const OneCluster& cluster);

// This machine, with the release of Cyrus that is installed here.
Result<topology::Target> local_target(const ClusterState& state, const Places& places);

// Errors: every problem that derive() found, one a line; another release than the installed one.
Result<topology::Topology> derive_local(const OneCluster& cluster, const topology::Target& target);
Result<topology::Topology> derive_local(const OneCluster& cluster, const ClusterState& state, const Places& places);

std::vector<WantedNode> wanted_nodes(const topology::Topology& topology, const ClusterState& state);

}  // namespace murder::local
