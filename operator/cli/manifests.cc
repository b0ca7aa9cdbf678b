#include "operator/cli/manifests.h"

#include <CLI/CLI.hpp>
#include <iostream>

#include "operator/cli/exit_code.h"
#include "operator/cli/output.h"
#include "operator/config/cyrus/installed.h"
#include "operator/topology/preview.h"

namespace murder::cli {
namespace {

int refuse(const api::Mistakes& mistakes) {
  for (const auto& mistake : mistakes) std::cerr << mistake.text() << "\n";
  std::cerr << (mistakes.size() == 1 ? "1 mistake" : std::to_string(mistakes.size()) + " mistakes")
            << "; nothing was started or changed.\n";
  return kBadManifest;
}

}  // namespace

void add_manifests(CLI::App& command, ManifestOptions& options) {
  command
      .add_option("-f,--filename", options.files,
                  "File or folder of manifests, or - for standard input; may be repeated")
      ->required()
      ->type_name("FILE")
      ->expected(1)
      ->take_all();
}

std::variant<api::Manifests, int> parse(const std::vector<api::ManifestFile>& files) {
  auto parsed = api::parse_manifests(files);
  if (auto* mistakes = std::get_if<api::Mistakes>(&parsed)) return refuse(*mistakes);
  auto manifests = std::get<api::Manifests>(std::move(parsed));
  if (manifests.clusters.empty()) {
    return refuse({{files.empty() ? "" : files.front().name, 0, "", "no MurderCluster in it"}});
  }
  return manifests;
}

std::variant<api::Manifests, int> load(const ManifestOptions& options) {
  auto files = api::read_manifest_files(options.files);
  if (!files) return fail(files.error());
  return parse(*files);
}

topology::Target preview_target(const api::MurderCluster& cluster, const std::vector<api::Backend>& backends) {
  topology::Preview preview;
  // Without Cyrus on this machine the preview is of the oldest release, whose options all others have.
  if (const auto installed = cyrus::installed_version()) preview.cyrus = *installed;
  return topology::preview_target(cluster, backends, preview);
}

std::variant<std::vector<topology::Topology>, int> derive_all(const api::Manifests& manifests,
                                                              const TargetOf& target_of) {
  std::vector<topology::Topology> topologies;
  api::Mistakes mistakes;
  for (const auto& cluster : manifests.clusters) {
    auto derived = topology::derive(cluster, manifests.backends, target_of(cluster));
    if (derived.topology) topologies.push_back(*std::move(derived.topology));
    for (auto& mistake : topology::as_mistakes(derived.problems, cluster, manifests.backends)) {
      mistakes.push_back(std::move(mistake));
    }
  }
  if (mistakes.empty()) return topologies;
  api::sort_as_written(mistakes);
  return refuse(mistakes);
}

std::variant<topology::Topology, int> derive(const api::MurderCluster& cluster, const api::Manifests& manifests,
                                             const topology::Target& target) {
  auto derived = topology::derive(cluster, manifests.backends, target);
  if (derived.topology) return *std::move(derived.topology);
  return refuse(topology::as_mistakes(derived.problems, cluster, manifests.backends));
}

}  // namespace murder::cli
