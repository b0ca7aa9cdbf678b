#include "operator/local/up.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "operator/local/addresses.h"
#include "operator/local/certificates.h"
#include "operator/local/cluster.h"
#include "operator/local/durable_file.h"
#include "operator/local/files.h"
#include "operator/local/history.h"
#include "operator/local/passwords.h"
#include "operator/local/process_table.h"
#include "operator/local/ready.h"
#include "operator/local/supervisor.h"
#include "operator/local/versions.h"
#include "operator/local/write.h"

namespace murder::local {
namespace {

namespace fs = std::filesystem;

constexpr int kUserPortOffset = 10'000;

Error all_of(const std::vector<std::string>& complaints) {
  std::string text;
  for (const auto& complaint : complaints) text += (text.empty() ? "" : "\n") + complaint;
  return Error{text};
}

// Networks of other local murders, running or not, and of whoever else listens there.
std::set<int> taken_networks(const UpOptions& options, const std::string& cluster) {
  std::set<int> taken;
  if (auto sockets = read_file("/proc/net/tcp"); sockets && *sockets) taken = networks_in_use(**sockets);
  for (const auto& name : clusters_in(options.base)) {
    const auto other = load({options.base + "/" + name});
    if (name != cluster && other && *other) taken.insert((*other)->network);
  }
  return taken;
}

// What is remembered, and what these manifests add to it. A failure leaves no trace.
Result<ClusterState> next_state(const std::optional<ClusterState>& known, const OneCluster& cluster,
                                const UpOptions& options) {
  ClusterState state = known.value_or(ClusterState{});
  if (!known) {
    state.cluster = cluster.cluster.metadata.name;
    state.mode = geteuid() == 0 ? Mode::Root : Mode::User;
    state.port_offset = state.mode == Mode::Root ? 0 : kUserPortOffset;
    auto network = options.network ? Result<int>(*options.network)
                                   : choose_network(state.cluster, taken_networks(options, state.cluster));
    if (!network) return std::move(network).error();
    state.network = *network;
  } else if (options.network && *options.network != state.network) {
    return Error{"the cluster has addresses in 127." + std::to_string(state.network) +
                 ".0.0/16 already; `murder local down --delete-data` forgets them"};
  }
  state.library = options.library;
  auto addresses = allocate(state.network, state.addresses, nodes_of(cluster));
  if (!addresses) return std::move(addresses).error();
  state.addresses = std::move(*addresses);
  state.wanted = true;
  return state;
}

// Whether a backend may go is for its agent to say, and who asks it is `apply`.
Status refuse_to_drop_backends(const ClusterState& known, const OneCluster& wanted) {
  const auto before = read_cluster(known.manifests);
  if (!before) return before.error();
  for (const auto& backend : before->backends) {
    const auto& name = backend.metadata.name;
    if (std::any_of(wanted.backends.begin(), wanted.backends.end(),
                    [&](const auto& other) { return other.metadata.name == name; })) {
      continue;
    }
    return Error{"Backend " + name +
                 " is in no manifest any more: `murder local apply` removes it from a running murder when it is empty"};
  }
  return ok();
}

// A program that runs must not be written to: the new one takes its name.
Status copy_program(const std::string& from, const std::string& to) {
  auto bytes = read_file(from);
  if (!bytes) return std::move(bytes).error();
  if (!*bytes) return Error{"no " + from};
  auto there = read_file(to);
  if (!there) return std::move(there).error();
  if (*there == *bytes) return ok();
  return write_file(to, **bytes, {.mode = 0755});
}

Status copy_programs(const Programs& programs, const Places& places) {
  MURDER_TRY(make_directory(places.bin(), {.mode = 0755}));
  MURDER_TRY(copy_program(programs.murder, places.murder()));
  MURDER_TRY(copy_program(programs.agent, places.agent()));
  return copy_program(programs.preload, places.preload());
}

}  // namespace

Result<std::vector<api::ManifestFile>> remembered_manifests(const Places& places) {
  auto state = load(places);
  if (!state) return std::move(state).error();
  if (!*state) return Error{"no local murder in " + places.root + ": start one with `murder local up FILE`"};
  return std::move((*state)->manifests);
}

Result<Up> up(const std::vector<api::ManifestFile>& manifests, const UpOptions& options, const Progress& progress) {
  auto cluster = read_cluster(manifests);
  if (!cluster) return std::move(cluster).error();
  if (auto complaints = check_cyrus(options.library, "cyrus"); !complaints.empty()) return all_of(complaints);

  const Places places{options.base + "/" + cluster->cluster.metadata.name};
  const bool is_new = !fs::exists(places.root);
  MURDER_TRY(make_directory(places.root, {.mode = 0755}));
  auto lock = StateLock::take(places);
  if (!lock) return std::move(lock).error();
  // Until cluster.json is there nothing was made but the directory and its lock, and a failure takes them back.
  const auto refuse = [&](Error error) {
    std::error_code ignored;  // what is left is empty
    if (is_new) fs::remove_all(places.root, ignored);
    return error;
  };

  auto known = load(places);
  if (!known) return refuse(std::move(known).error());
  if (*known) MURDER_TRY(refuse_to_drop_backends(**known, *cluster));
  auto state = next_state(*known, *cluster, options);
  if (!state) return refuse(std::move(state).error());
  state->manifests = manifests;
  auto topology = derive_local(*cluster, *state, places);
  if (!topology) return refuse(std::move(topology).error());
  auto launcher = Launcher::make(places, *state, topology->target.user);
  if (!launcher) return refuse(std::move(launcher).error());
  auto running = running_nodes(places, state->library);
  if (!running) return refuse(std::move(running).error());
  if (auto complaints = preflight(*topology, *launcher, options.programs, *running); !complaints.empty()) {
    return refuse(all_of(complaints));
  }

  progress("writing " + std::to_string(topology->nodes.size()) + " nodes to " + places.root);
  // Whose directory this is comes before anything that is in it.
  if (!*known) MURDER_TRY(save(places, *state));
  MURDER_TRY(copy_programs(options.programs, places));
  auto programs = digests_of_programs(places);
  if (!programs) return std::move(programs).error();
  state->programs = *std::move(programs);
  MURDER_TRY(write_everything(*topology, *launcher, *state));
  MURDER_TRY(save(places, *state));
  MURDER_TRY(wake_supervisor(places));
  MURDER_TRY(await_ready(*topology, *state, places, options.patience, progress));
  return Up{.places = places, .topology = std::move(*topology)};
}

}  // namespace murder::local
