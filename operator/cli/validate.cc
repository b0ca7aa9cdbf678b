// murder validate -f FILE…
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "operator/cli/exit_code.h"
#include "operator/cli/manifests.h"
#include "operator/cli/output.h"
#include "operator/cli/verbs.h"

namespace murder::cli {
namespace {

struct Options {
  ManifestOptions manifests;
  Format format = Format::Text;
};

int validate(const Options& options) {
  auto loaded = load(options.manifests);
  if (const int* code = std::get_if<int>(&loaded)) return *code;
  const auto& manifests = std::get<api::Manifests>(loaded);
  auto derived =
      derive_all(manifests, [&](const auto& cluster) { return preview_target(cluster, manifests.backends); });
  if (const int* code = std::get_if<int>(&derived)) return *code;
  nlohmann::ordered_json clusters = nlohmann::ordered_json::array();
  Table table({"CLUSTER", "CYRUS", "BACKENDS", "FRONTENDS"});
  for (const auto& topology : std::get<std::vector<topology::Topology>>(derived)) {
    const auto backends = topology.with_role(Role::Backend).size();
    const auto frontends = topology.with_role(Role::Frontend).size();
    const std::string version(to_string(topology.cyrus));
    table.add({topology.cluster, version, std::to_string(backends), std::to_string(frontends)});
    clusters.push_back(
        {{"cluster", topology.cluster}, {"cyrus", version}, {"backends", backends}, {"frontends", frontends}});
  }
  print(options.format, {{"valid", true}, {"clusters", clusters}}, [&](std::ostream& out) {
    table.print(out);
    out << "No mistakes.\n";
  });
  return kDone;
}

}  // namespace

void add_validate(CLI::App& app, int& code) {
  auto options = std::make_shared<Options>();
  auto* command =
      app.add_subcommand("validate", "Check manifests: all mistakes at once, with file, line, field and remedy");
  add_manifests(*command, options->manifests);
  add_format(*command, options->format);
  command->callback([options, &code] { code = validate(*options); });
}

}  // namespace murder::cli
