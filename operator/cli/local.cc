// murder local up|down|status|logs: a whole murder on this machine.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>

#include "operator/cli/connect_view.h"
#include "operator/cli/exit_code.h"
#include "operator/cli/follow.h"
#include "operator/cli/manifests.h"
#include "operator/cli/output.h"
#include "operator/cli/verbs.h"
#include "operator/local/down.h"
#include "operator/local/durable_file.h"
#include "operator/local/passwords.h"
#include "operator/local/prove.h"
#include "operator/local/report.h"
#include "operator/local/supervisor.h"
#include "operator/local/up.h"

namespace murder::cli {
namespace {

struct Options {
  std::string base = local::default_base();
  std::string cluster;
  std::vector<std::string> files;
  local::UpOptions up;
  int patience_seconds = 60;
  bool no_proof = false;
  bool delete_data = false;
  std::string node;
  int lines = 20;
  bool follow = false;
  Format format = Format::Text;
};

void say(const std::string& line) { std::cout << line << std::endl; }

Result<std::vector<api::ManifestFile>> manifests_for_up(const Options& options) {
  if (!options.files.empty()) return api::read_manifest_files(options.files);
  const auto places = local::find_places(options.base, options.cluster);
  if (!places) return places.error();
  return local::remembered_manifests(*places);
}

Status write_client_files(const topology::Topology& topology, const local::Places& places,
                          const config::Passwords& passwords) {
  for (const auto& file : client_files(topology, places, passwords)) {
    MURDER_TRY(local::write_file(file.path, file.bytes, {.mode = 0600}));
  }
  return ok();
}

nlohmann::ordered_json to_json(const local::Proof& proof) {
  return {{"user", proof.user},
          {"deliveredThrough", proof.delivered_through},
          {"deliveryMilliseconds", proof.delivery.count()},
          {"readThrough", proof.read_through},
          {"readingMilliseconds", proof.reading.count()}};
}

// Progress goes to standard error when standard output is for a program.
void say_up(const Options& options, const std::string& line) {
  (options.format == Format::Text ? std::cout : std::cerr) << line << std::endl;
}

int up(Options& options) {
  auto manifests = manifests_for_up(options);
  if (!manifests) return fail(manifests.error());
  if (auto parsed = parse(*manifests); const int* code = std::get_if<int>(&parsed)) return *code;
  options.up.base = options.base;
  options.up.patience = std::chrono::seconds(options.patience_seconds);
  auto done = local::up(*manifests, options.up, [&](const std::string& line) { say_up(options, line); });
  if (!done) return fail(done.error());
  auto passwords = local::read_passwords(done->places.passwords());
  if (!passwords) return fail(passwords.error());
  if (const auto written = write_client_files(done->topology, done->places, *passwords); !written) {
    return fail(written.error());
  }
  // mbsync makes its folders in this one, and not the one itself.
  if (const auto made = local::make_directory(done->places.root + "/mbsync", {.mode = 0700}); !made) {
    return fail(made.error());
  }
  auto json = connect_json(done->topology, done->places);
  const bool has_user = !done->topology.spec.authentication.users.empty();
  if (!options.no_proof && has_user && !done->topology.with_role(Role::Frontend).empty()) {
    auto proof = local::prove(done->topology, *passwords, options.up.patience);
    if (!proof) return fail(std::move(proof).error().in("all nodes are ready, but a message did not get through"));
    say_up(options, "a message for " + proof->user + " was delivered by LMTP through " + proof->delivered_through +
                        " in " + std::to_string(proof->delivery.count()) + " ms and read by IMAP through " +
                        proof->read_through + " in " + std::to_string(proof->reading.count()) + " ms");
    json["proof"] = to_json(*proof);
  }
  print(options.format, json, [&](std::ostream& out) { print_connect(done->topology, done->places, out); });
  return kDone;
}

int down(const Options& options) {
  auto places = local::find_places(options.base, options.cluster);
  if (!places) {
    // Nothing there is what was asked for.
    if (options.cluster.empty() && local::clusters_in(options.base).empty()) {
      say("nothing to stop: no local murder in " + options.base);
      return kDone;
    }
    return fail(places.error());
  }
  const auto done = local::down(*places, {.delete_data = options.delete_data}, say);
  return done ? int(kDone) : fail(done.error());
}

int status(const Options& options) {
  auto places = local::find_places(options.base, options.cluster);
  if (!places) return fail(places.error());
  auto report = local::report(*places);
  if (!report) return fail(report.error());
  print(options.format, nlohmann::ordered_json::parse(local::to_json(*report)),
        [&](std::ostream& out) { out << local::to_text(*report); });
  return report->ready() ? kDone : kNotReady;
}

int logs(const Options& options) {
  auto places = local::find_places(options.base, options.cluster);
  if (!places) return fail(places.error());
  std::vector<std::string> nodes = {options.node};
  if (options.node.empty()) {
    nodes = {"supervisor"};
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator(places->nodes(), none)) {
      nodes.push_back(entry.path().filename());
    }
    std::sort(nodes.begin() + 1, nodes.end());
  }
  std::vector<std::string> files;
  for (const auto& node : nodes) {
    if (node == "supervisor") {
      files.push_back(places->supervisor_log());
    } else if (std::filesystem::exists(places->node(node))) {
      files.push_back(places->node(node) + "/log/" + node + ".jsonl");
    } else {
      return fail(Error{"no node is called " + node});
    }
  }
  if (options.follow) {
    const auto ended = follow(files, options.lines, std::cout);
    return ended ? int(kDone) : fail(ended.error());
  }
  for (const auto& file : files) print_last(file, options.lines, std::cout);
  return kDone;
}

// The supervisor and its guard, started by `up` and by each other.
void add_daemon(CLI::App& local, int& code, const char* name, Status (*run)(const local::Places&)) {
  auto root = std::make_shared<std::string>();
  auto* command = local.add_subcommand(name, "")->group("");
  command->add_option("STATE", *root)->required();
  command->callback([root, run, &code] {
    const auto ended = run(local::Places{*root});
    code = ended ? int(kDone) : fail(ended.error());
  });
}

}  // namespace

void add_local(CLI::App& app, int& code) {
  auto options = std::make_shared<Options>();
  auto* local = app.add_subcommand("local", "A whole murder on this machine: real Cyrus, no Kubernetes");
  local->require_subcommand(1);

  const auto verb = [&](const char* name, const char* what, int (*run)(Options&)) {
    auto* command = local->add_subcommand(name, what);
    command->add_option("--state", options->base, "Directory of all local murders")->type_name("FOLDER");
    command->add_option("--cluster", options->cluster, "Name of the MurderCluster; needed when there are several");
    command->callback([options, run, &code] { code = run(*options); });
    return command;
  };

  auto* up_verb = verb("up", "Start it, or make a running one what the manifests now say", up);
  up_verb->add_option("-f,--filename", options->files, "File or folder of manifests; as last brought up when absent")
      ->type_name("FILE")
      ->expected(1)
      ->take_all();
  up_verb->add_option("--network", options->up.network, "N of its addresses 127.N.x.y; chosen when absent")
      ->check(CLI::Range(0, 255));
  up_verb->add_option("--timeout", options->patience_seconds, "Seconds to wait until all nodes are ready");
  up_verb->add_option("--agent", options->up.programs.agent, "Program murder-agent")->type_name("FILE");
  up_verb->add_option("--preload", options->up.programs.preload, "Library libmurder-syslog.so")->type_name("FILE");
  add_format(*up_verb, options->format);
  up_verb->add_flag("--no-proof", options->no_proof, "Do not deliver and read a message at the end");

  add_apply(*local, code);

  auto* down_verb = verb("down", "Stop it; the mail stays", [](Options& o) { return down(o); });
  down_verb->add_flag("--delete-data", options->delete_data, "Delete the mail too, and everything else that up made");

  auto* status_verb = verb("status", "How its nodes are", [](Options& o) { return status(o); });
  add_format(*status_verb, options->format);

  auto* logs_verb = verb("logs", "What its nodes last said", [](Options& o) { return logs(o); });
  logs_verb->add_option("NODE", options->node, "One node, or supervisor; all when absent");
  logs_verb->add_option("-n,--lines", options->lines, "Lines of each")->check(CLI::PositiveNumber);
  logs_verb->add_flag("-f,--follow", options->follow, "Go on with what they say from now on, until interrupted");

  add_daemon(*local, code, "supervise", local::run_supervisor);
  add_daemon(*local, code, "guard", local::run_guard);
}

}  // namespace murder::cli
