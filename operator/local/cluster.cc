#include "operator/local/cluster.h"

#include <algorithm>

#include "operator/config/cyrus/installed.h"

namespace murder::local {

Result<OneCluster> read_cluster(const std::vector<api::ManifestFile>& manifests) {
  auto parsed = api::parse_manifests(manifests);
  if (const auto* mistakes = std::get_if<api::Mistakes>(&parsed)) {
    std::string text;
    for (const auto& mistake : *mistakes) text += (text.empty() ? "" : "\n") + mistake.text();
    return Error{text};
  }
  auto& all = std::get<api::Manifests>(parsed);
  if (all.clusters.size() != 1) {
    return Error{all.clusters.empty() ? "the manifests have no MurderCluster"
                                      : "the manifests have several MurderClusters: bring them up one by one"};
  }
  OneCluster one{.cluster = std::move(all.clusters.front())};
  for (auto& backend : all.backends) {
    if (backend.spec.cluster_ref.name == one.cluster.metadata.name) one.backends.push_back(std::move(backend));
  }
  return one;
}

std::vector<std::pair<std::string, Role>> nodes_of(const OneCluster& cluster) {
  std::vector<std::pair<std::string, Role>> nodes;
  for (const auto& name : topology::node_names(cluster.cluster, cluster.backends)) {
    const bool is_backend = std::any_of(cluster.backends.begin(), cluster.backends.end(),
                                        [&](const api::Backend& backend) { return backend.metadata.name == name; });
    nodes.emplace_back(name, name == topology::kMasterName ? Role::Master
                             : is_backend                  ? Role::Backend
                                                           : Role::Frontend);
  }
  return nodes;
}

Result<topology::Target> local_target(const ClusterState& state, const Places& places) {
  const auto installed = cyrus::installed_version(state.library + "/cyr_info");
  if (!installed) return installed.error();
  topology::Target target;
  target.cyrus = *installed;
  target.domain = state.cluster + ".murder.test";
  target.port_offset = state.port_offset;
  target.root = places.root;
  target.addresses = state.addresses;
  target.library = state.library;
  return target;
}

Result<topology::Topology> derive_local(const OneCluster& cluster, const ClusterState& state, const Places& places) {
  const auto target = local_target(state, places);
  if (!target) return target.error();
  return derive_local(cluster, *target);
}

Result<topology::Topology> derive_local(const OneCluster& cluster, const topology::Target& target) {
  auto derived = topology::derive(cluster.cluster, cluster.backends, target);
  if (derived.topology && derived.topology->cyrus != target.cyrus) {
    return Error{"MurderCluster " + cluster.cluster.metadata.name +
                 ": spec.cyrusVersion: " + std::string(to_string(derived.topology->cyrus)) + " is wanted, and " +
                 std::string(to_string(target.cyrus)) +
                 " is installed here: leave the field out, or install that release"};
  }
  if (derived.topology) return std::move(*derived.topology);
  std::string text;
  for (const auto& problem : derived.problems) {
    text += (text.empty() ? "" : "\n") + problem.resource + ": " + problem.path + ": " + problem.message;
  }
  return Error{text};
}

std::vector<WantedNode> wanted_nodes(const topology::Topology& topology, const ClusterState& state) {
  std::vector<WantedNode> wanted;
  for (const auto& node : topology.nodes) {
    const auto versions = state.versions.find(node.name);
    wanted.push_back({.name = node.name,
                      .role = node.role,
                      .versions = versions == state.versions.end() ? Versions{} : versions->second});
  }
  return wanted;
}

}  // namespace murder::local
