#include "operator/cli/manifests.h"

#include <CLI/CLI.hpp>
#include <iostream>

#include "operator/cli/exit_code.h"
#include "operator/cli/output.h"
#include "operator/config/cyrus/installed.h"

namespace murder::cli {
namespace {

int refuse(const api::Mistakes& mistakes) {
  for (const auto& mistake : mistakes) std::cerr << mistake.text() << "\n";
  std::cerr << (mistakes.size() == 1 ? "1 mistake" : std::to_string(mistakes.size()) + " mistakes")
            << "; nothing was started or changed.\n";
  return kBadManifest;
}

// A problem of the topology, at the place of the resource that causes it.
api::Mistake place(const topology::Problem& problem, const api::MurderCluster& cluster,
                   const api::Manifests& manifests) {
  const api::Origin* origin = &cluster.origin;
  for (const auto& backend : manifests.backends) {
    if (problem.resource == "Backend " + backend.metadata.name &&
        backend.metadata.namespace_ == cluster.metadata.namespace_) {
      origin = &backend.origin;
    }
  }
  return {origin->file, origin->line_of(problem.path), problem.path, problem.message};
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

std::variant<api::Manifests, int> load(const ManifestOptions& options) {
  auto files = api::read_manifest_files(options.files);
  if (!files) return fail(files.error());
  auto parsed = api::parse_manifests(*files);
  if (auto* mistakes = std::get_if<api::Mistakes>(&parsed)) return refuse(*mistakes);
  auto manifests = std::get<api::Manifests>(std::move(parsed));
  if (manifests.clusters.empty())
    return refuse({{files->empty() ? "" : files->front().name, 0, "", "no MurderCluster in it"}});
  return manifests;
}

topology::Target preview_target(const api::MurderCluster& cluster, const std::vector<api::Backend>& backends) {
  topology::Target target;
  // Without Cyrus on this machine the preview is of the oldest release, whose options all others have.
  if (const auto installed = cyrus::installed_version()) target.cyrus = *installed;
  target.domain = cluster.metadata.name + ".murder.test";
  target.root = "/var/lib/cyrus-murder/" + cluster.metadata.name;
  int master = 0, backend = 0, frontend = 0;
  for (const auto& name : topology::node_names(cluster, backends)) {
    const bool is_frontend = name.starts_with("fe");
    if (name == topology::kMasterName) {
      target.addresses[name] = "127.80.0." + std::to_string(++master);
    } else if (is_frontend) {
      target.addresses[name] = "127.80.2." + std::to_string(++frontend);
    } else {
      target.addresses[name] = "127.80.1." + std::to_string(++backend);
    }
  }
  return target;
}

std::variant<topology::Topology, int> derive(const api::MurderCluster& cluster, const api::Manifests& manifests,
                                             const topology::Target& target) {
  auto derived = topology::derive(cluster, manifests.backends, target);
  if (derived.topology) return *std::move(derived.topology);
  api::Mistakes mistakes;
  for (const auto& problem : derived.problems) mistakes.push_back(place(problem, cluster, manifests));
  api::sort_as_written(mistakes);
  return refuse(mistakes);
}

}  // namespace murder::cli
