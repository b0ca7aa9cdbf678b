#include "operator/cli/running.h"

#include <CLI/CLI.hpp>

#include "operator/local/cluster.h"
#include "operator/local/durable_file.h"

namespace murder::cli {
namespace {

Result<std::string> pem(const std::string& path) {
  auto text = local::read_file(path);
  if (!text) return std::move(text).error();
  if (!*text) return Error{path + " is missing: `murder local up` makes it"};
  return **std::move(text);
}

Result<agents::Credentials> credentials(const local::Places& places) {
  agents::Credentials credentials;
  for (auto [file, into] : {std::pair{"ca.crt", &credentials.ca}, std::pair{"operator.crt", &credentials.certificate},
                            std::pair{"operator.key", &credentials.key}}) {
    auto text = pem(places.pki() + "/" + file);
    if (!text) return std::move(text).error();
    *into = *std::move(text);
  }
  return credentials;
}

}  // namespace

void add_running(CLI::App& command, RunningOptions& options) {
  options.base = local::default_base();
  command.add_option("--state", options.base, "Where local murders keep their state")
      ->type_name("FOLDER")
      ->capture_default_str();
  command.add_option("--cluster", options.cluster, "Which one, when there are several")->type_name("NAME");
}

Result<Running> open_running(const RunningOptions& options) {
  auto places = local::find_places(options.base, options.cluster);
  if (!places) return std::move(places).error();
  auto state = local::load(*places);
  if (!state) return std::move(state).error();
  if (!*state) return Error{"nothing runs here: `murder local up -f FILE` starts a murder"};
  auto cluster = local::read_cluster((*state)->manifests);
  if (!cluster) return std::move(cluster).error();
  auto topology = local::derive_local(*cluster, **state, *places);
  if (!topology) return std::move(topology).error();
  auto tls = credentials(*places);
  if (!tls) return std::move(tls).error();
  std::vector<agents::Endpoint> endpoints;
  for (const auto& node : topology->nodes) {
    endpoints.push_back({node.name, node.address + ":" + std::to_string(node.agent_grpc_port), node.host});
  }
  return Running{*std::move(places), **std::move(state), *std::move(topology),
                 std::make_unique<agents::Agents>(endpoints, *tls)};
}

}  // namespace murder::cli
