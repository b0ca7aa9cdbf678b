// murder plan -f FILE…: what `murder local apply` would do to the murder that runs here, or `murder local up` start.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "operator/cli/change_view.h"
#include "operator/cli/exit_code.h"
#include "operator/cli/manifests.h"
#include "operator/cli/output.h"
#include "operator/cli/running.h"
#include "operator/cli/verbs.h"
#include "operator/local/cluster.h"

namespace murder::cli {
namespace {

struct Options {
  ManifestOptions manifests;
  RunningOptions running;
  Format format = Format::Text;
};

Result<local::Change> plan_for(const std::vector<api::ManifestFile>& manifests, const Options& options) {
  auto cluster = local::read_cluster(manifests);
  if (!cluster) return std::move(cluster).error();
  const std::string& name = cluster->cluster.metadata.name;
  const auto known = local::load({options.running.base + "/" + name});
  if (!known) return known.error();
  if (*known) {
    return local::plan_change(manifests, {.base = options.running.base, .dry_run = true},
                              mailboxes_by_agents({options.running.base, name}));
  }
  local::Change change;
  change.topology.cluster = name;
  for (const auto& node : topology::node_names(cluster->cluster, cluster->backends)) {
    change.steps.push_back({node, plan::Verb::Start, "new"});
  }
  return change;
}

int run(const Options& options) {
  const auto manifests = api::read_manifest_files(options.manifests.files);
  if (!manifests) return fail(manifests.error());
  if (auto parsed = parse(*manifests); const int* code = std::get_if<int>(&parsed)) return *code;
  const auto change = plan_for(*manifests, options);
  if (!change) return fail(change.error());
  print(options.format, change_json(*change), [&](std::ostream& out) { print_change(*change, out); });
  return kDone;
}

}  // namespace

void add_plan(CLI::App& app, int& code) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("plan", "Say what `local apply` would do to what runs here, and why");
  add_manifests(*command, options->manifests);
  add_running(*command, options->running);
  add_format(*command, options->format);
  command->callback([options, &code] { code = run(*options); });
}

}  // namespace murder::cli
