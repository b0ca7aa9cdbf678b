// What most verbs begin with: manifests given on the command line, parsed, and one cluster chosen among them.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "operator/api/manifests.h"
#include "operator/topology/topology.h"

namespace CLI {
class App;
}

namespace murder::cli {

struct ManifestOptions {
  std::vector<std::string> files;
};

// FILE… : files or folders of YAML, or - for standard input.
void add_manifests(CLI::App& command, ManifestOptions& options);

// The manifests, or the exit code after all mistakes have been printed.
std::variant<api::Manifests, int> load(const ManifestOptions& options);

// The same for files that are read already.
std::variant<api::Manifests, int> parse(const std::vector<api::ManifestFile>& files);

// A local target as `murder local up` would take it, for showing what would be rendered.
topology::Target preview_target(const api::MurderCluster& cluster, const std::vector<api::Backend>& backends);

// The topologies of all clusters, or the exit code after all problems of all of them have been printed.
using TargetOf = std::function<topology::Target(const api::MurderCluster&)>;
std::variant<std::vector<topology::Topology>, int> derive_all(const api::Manifests& manifests,
                                                              const TargetOf& target_of);

// The topology of a cluster, or the exit code after all problems have been printed.
std::variant<topology::Topology, int> derive(const api::MurderCluster& cluster, const api::Manifests& manifests,
                                             const topology::Target& target);

}  // namespace murder::cli
