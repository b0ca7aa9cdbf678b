#include "operator/local/write.h"

#include "operator/local/certificates.h"
#include "operator/local/durable_file.h"
#include "operator/local/files.h"
#include "operator/local/passwords.h"
#include "operator/local/process_table.h"
#include "operator/local/versions.h"

namespace murder::local {

Status write_everything(const topology::Topology& topology, const Launcher& launcher, ClusterState& state) {
  const auto& places = launcher.places;
  // Cyrus's user passes through, and reads its own node's directory only.
  MURDER_TRY(make_directory(places.nodes(), {.mode = 0755}));
  MURDER_TRY(make_directory(places.run(), {.mode = 0700}));
  MURDER_TRY(make_directory(places.log(), {.mode = 0750}));
  auto passwords = ensure_passwords(places.passwords(), config::secrets_of(topology));
  if (!passwords) return std::move(passwords).error();
  auto authority = open_authority(places.pki(), topology.cluster, pki::Clock::now());
  if (!authority) return std::move(authority).error();
  auto made = ensure_certificate(*authority, {places.pki() + "/operator.crt", places.pki() + "/operator.key"},
                                 {.common_name = "operator", .hosts = {"operator"}}, pki::CertificateUse::Client,
                                 {.mode = 0600}, pki::Clock::now());
  if (!made) return std::move(made).error();
  const Owner cyrus = launcher.mode == Mode::Root ? Owner{launcher.cyrus.uid, launcher.cyrus.gid} : self();
  for (const auto& node : topology.nodes) {
    auto changed = write_node(topology, node, *passwords, *authority, cyrus);
    if (!changed) return std::move(changed).error().in(node.name);
    auto versions = versions_of(topology, node, *passwords, state.programs);
    if (!versions) return std::move(versions).error().in(node.name);
    state.versions[node.name] = std::move(*versions);
  }
  return ok();
}

Result<std::set<std::string>> running_nodes(const Places& places, const std::string& library) {
  auto processes = scan(places, library);
  if (!processes) return std::move(processes).error();
  std::set<std::string> names;
  for (const auto& [name, node] : *processes) {
    if (!node.empty()) names.insert(name);
  }
  return names;
}

}  // namespace murder::local
