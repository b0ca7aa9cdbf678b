#include "operator/local/versions.h"

#include <filesystem>

#include "base/digest.h"
#include "base/net/endpoint.h"
#include "operator/config/restart.h"
#include "operator/local/digest.h"
#include "operator/local/durable_file.h"

namespace murder::local {
namespace {

std::string name_of(const std::string& path) { return std::filesystem::path(path).filename(); }

// cyrmaster binds them before it becomes Cyrus's user, and cannot later: a new one needs a restart.
std::string privileged_ports(const topology::Node& node) {
  constexpr int kFirstOfAll = 1024;
  std::string listeners;
  for (const auto& service : node.services) {
    const auto endpoint = net::Endpoint::parse(service.listen);
    if (endpoint && !endpoint->is_unix() && endpoint->port < kFirstOfAll) listeners += service.listen + "\n";
  }
  return listeners;
}

}  // namespace

Result<Versions> versions_of(const topology::Topology& topology, const topology::Node& node,
                             const config::Passwords& passwords, const ProgramDigests& programs) {
  Versions versions;
  std::map<std::string, std::string> files;
  for (const auto& rendered : {config::render(topology, node), config::render_secrets(topology, node, passwords)}) {
    for (const auto& file : rendered) files[name_of(file.path)] = file.bytes;
  }
  std::map<std::string, std::string> of_agent = {{"program", programs.agent}, {"agent.json", files["agent.json"]}};
  for (const char* name : {"ca.crt", "agent.crt", "agent.key"}) {
    const auto bytes = read_file(node.paths.tls() + "/" + name);
    if (!bytes) return bytes.error();
    files[name] = of_agent[name] = bytes->value_or("");
  }
  versions.agent = digest_of_files(of_agent);
  versions.cyrus = digest_of_files({{"restart", config::restart_digest(topology, node)},
                                    {"ports", privileged_ports(node)},
                                    {"preload", programs.preload}});
  versions.files = digest_of_files(files);
  return versions;
}

Result<ProgramDigests> digests_of_programs(const Places& places) {
  auto agent = digest_of({places.agent()});
  if (!agent) return std::move(agent).error();
  auto preload = digest_of({places.preload()});
  if (!preload) return std::move(preload).error();
  return ProgramDigests{*std::move(agent), *std::move(preload)};
}

}  // namespace murder::local
