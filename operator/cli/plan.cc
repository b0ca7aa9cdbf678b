// murder plan -f FILE…: what `murder local up` would do to the murder that runs here.
#include "operator/plan/plan.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "operator/cli/exit_code.h"
#include "operator/cli/manifests.h"
#include "operator/cli/output.h"
#include "operator/cli/running.h"
#include "operator/cli/verbs.h"
#include "operator/config/render.h"
#include "operator/local/addresses.h"
#include "operator/local/cluster.h"
#include "operator/local/durable_file.h"
#include "operator/local/passwords.h"
#include "operator/local/process_table.h"

namespace murder::cli {
namespace {

struct Options {
  ManifestOptions manifests;
  RunningOptions running;
  Format format = Format::Text;
};

// The topology that `up` would derive: with the addresses that nodes have, and those that new ones would get.
Result<topology::Topology> wanted(const api::MurderCluster& cluster, const api::Manifests& manifests,
                                  const local::Places& places, local::ClusterState state) {
  local::OneCluster one{cluster, {}};
  for (const auto& backend : manifests.backends) {
    if (backend.spec.cluster_ref.name == cluster.metadata.name) one.backends.push_back(backend);
  }
  auto addresses = local::allocate(state.network, state.addresses, local::nodes_of(one));
  if (!addresses) return std::move(addresses).error();
  state.addresses = *std::move(addresses);
  return local::derive_local(one, state, places);
}

// Passwords that are not there yet are made by `up`; here a word stands for each, so that its file counts as changed.
Result<config::Passwords> passwords_for(const topology::Topology& topology, const local::Places& places) {
  auto passwords = local::read_passwords(places.passwords());
  if (!passwords) return std::move(passwords).error();
  for (const auto& key : config::secrets_of(topology)) passwords->try_emplace(key, "(new)");
  return passwords;
}

Result<std::vector<plan::Step>> make_plan(const api::MurderCluster& cluster, const api::Manifests& manifests,
                                          const Options& options) {
  const local::Places places{options.running.base + "/" + cluster.metadata.name};
  auto state = local::load(places);
  if (!state) return std::move(state).error();
  std::vector<plan::NodeFiles> nodes;
  std::map<std::string, plan::Observed> observed;
  if (!*state) {
    for (const auto& name : topology::node_names(cluster, manifests.backends)) nodes.push_back({name, {}});
    return plan::plan(nodes, observed);
  }
  auto topology = wanted(cluster, manifests, places, **state);
  if (!topology) return std::move(topology).error();
  auto passwords = passwords_for(*topology, places);
  if (!passwords) return std::move(passwords).error();
  auto processes = local::scan(places, (*state)->library);
  if (!processes) return std::move(processes).error();
  for (const auto& [name, running] : *processes) observed[name].running = !running.empty();
  for (const auto& node : topology->nodes) {
    auto files = config::render(*topology, node);
    for (auto& secret : config::render_secrets(*topology, node, *passwords)) files.push_back(std::move(secret));
    plan::NodeFiles wanted_files{node.name, {}};
    for (auto& file : files) {
      auto there = local::read_file(file.path);
      if (!there) return std::move(there).error();
      if (*there) observed[node.name].files[file.path] = **std::move(there);
      wanted_files.files[file.path] = std::move(file.bytes);
    }
    nodes.push_back(std::move(wanted_files));
  }
  return plan::plan(nodes, observed);
}

int run(const Options& options) {
  auto loaded = load(options.manifests);
  if (const int* code = std::get_if<int>(&loaded)) return *code;
  const auto& manifests = std::get<api::Manifests>(loaded);
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  Table table({"NODE", "WILL", "BECAUSE"});
  for (const auto& cluster : manifests.clusters) {
    const auto steps = make_plan(cluster, manifests, options);
    if (!steps) return fail(steps.error());
    for (const auto& step : *steps) {
      json.push_back({{"cluster", cluster.metadata.name},
                      {"node", step.node},
                      {"will", to_string(step.verb)},
                      {"because", step.reason}});
      table.add({step.node, std::string(to_string(step.verb)), step.reason});
    }
  }
  print(options.format, json, [&](std::ostream& out) {
    if (json.empty()) {
      out << "Nothing to do: everything is as the manifests say.\n";
    } else {
      table.print(out);
    }
  });
  return kDone;
}

}  // namespace

void add_plan(CLI::App& app, int& code) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("plan", "Say what `local up` would do to what runs here, and why");
  add_manifests(*command, options->manifests);
  add_running(*command, options->running);
  add_format(*command, options->format);
  command->callback([options, &code] { code = run(*options); });
}

}  // namespace murder::cli
