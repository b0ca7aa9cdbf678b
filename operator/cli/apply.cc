// murder local apply -f FILE… [--dry-run] [--force-delete BACKEND]
#include "operator/local/apply.h"

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
  std::string base = local::default_base();
  bool dry_run = false;
  std::vector<std::string> force_delete;
  int patience_seconds = 60;
  Format format = Format::Text;
};

constexpr std::chrono::milliseconds kForgetPatience{240'000};

// What the master lists of backends that were removed with their mailboxes: nobody could find or name it anew.
Status forget(local::Change& change, const RunningOptions& running_options) {
  if (change.state.to_forget.empty()) return ok();
  const auto running = open_running(running_options);
  if (!running) return running.error();
  for (const auto& server : change.state.to_forget) {
    const auto forgotten = running->agents->forget(topology::kMasterName, server, kForgetPatience);
    if (!forgotten) return forgotten.error().in("have the master forget " + server + " (apply it again)");
    std::cerr << "the master has forgotten " << *forgotten << " mailboxes of " << server << std::endl;
  }
  return local::remember_forgotten(change);
}

int run(const Options& options) {
  const auto manifests = api::read_manifest_files(options.manifests.files);
  if (!manifests) return fail(manifests.error());
  if (auto parsed = parse(*manifests); const int* code = std::get_if<int>(&parsed)) return *code;
  const auto cluster = local::read_cluster(*manifests);
  if (!cluster) return fail(cluster.error());
  const RunningOptions running{options.base, cluster->cluster.metadata.name};
  const local::ApplyOptions apply{.base = options.base,
                                  .dry_run = options.dry_run,
                                  .force_delete = {options.force_delete.begin(), options.force_delete.end()}};
  auto change = local::plan_change(*manifests, apply, mailboxes_by_agents(running));
  if (!change) return fail(change.error());
  print(options.format, change_json(*change), [&](std::ostream& out) { print_change(*change, out); });
  std::cout.flush();
  if (!options.dry_run) {
    const auto say = [](const std::string& line) { std::cerr << line << std::endl; };
    if (auto done = local::carry_out(*change, std::chrono::seconds(options.patience_seconds), say); !done) {
      return fail(done.error());
    }
    if (auto done = forget(*change, running); !done) return fail(done.error());
  }
  return change->kept.empty() ? kDone : kNotReady;
}

}  // namespace

void add_apply(CLI::App& local, int& code) {
  auto options = std::make_shared<Options>();
  auto* command = local.add_subcommand(
      "apply", "Bring a running one to what the manifests now say; say first what is done, and why");
  command->add_option("--state", options->base, "Directory of all local murders")->type_name("FOLDER");
  command->add_option("-f,--filename", options->manifests.files, "File or folder of manifests")
      ->type_name("FILE")
      ->required()
      ->expected(1)
      ->take_all();
  command->add_flag("--dry-run", options->dry_run, "Only say it");
  command->add_option("--force-delete", options->force_delete, "Remove this Backend with the mailboxes that it holds")
      ->type_name("BACKEND");
  command->add_option("--timeout", options->patience_seconds, "Seconds to wait until all nodes are ready");
  add_format(*command, options->format);
  command->callback([options, &code] { code = run(*options); });
}

}  // namespace murder::cli
