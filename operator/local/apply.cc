#include "operator/local/apply.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "operator/api/manifest_of.h"
#include "operator/api/transition.h"
#include "operator/local/addresses.h"
#include "operator/local/causes.h"
#include "operator/local/cluster.h"
#include "operator/local/durable_file.h"
#include "operator/local/passwords.h"
#include "operator/local/process_table.h"
#include "operator/local/ready.h"
#include "operator/local/supervisor.h"
#include "operator/local/versions.h"
#include "operator/local/write.h"

namespace murder::local {
namespace {

const api::Backend* find(const OneCluster& cluster, const std::string& name) {
  const auto found = std::find_if(cluster.backends.begin(), cluster.backends.end(),
                                  [&](const auto& backend) { return backend.metadata.name == name; });
  return found == cluster.backends.end() ? nullptr : &*found;
}

Status check_transitions(const OneCluster& before, const OneCluster& after) {
  auto mistakes = api::check_transition(before.cluster, after.cluster);
  for (const auto& backend : after.backends) {
    const auto* was = find(before, backend.metadata.name);
    if (was == nullptr) continue;
    for (auto& mistake : api::check_transition(*was, backend)) mistakes.push_back(std::move(mistake));
  }
  if (mistakes.empty()) return ok();
  std::string text;
  for (const auto& mistake : mistakes) text += (text.empty() ? "" : "\n") + mistake.text();
  return Error{text};
}

// As mailbox locations say it.
std::string server_of(const topology::Topology& topology, const std::string& backend) {
  const auto* node = topology.find(backend);
  return node == nullptr ? "" : node->host;
}

// Backends that are in no manifest any more: those that may not go are put back.
void keep_what_holds_mailboxes(const OneCluster& before, const topology::Topology& running, OneCluster& after,
                               const ApplyOptions& options, const MailboxesOf& mailboxes_of, Change& change) {
  for (const auto& backend : before.backends) {
    const std::string& name = backend.metadata.name;
    if (find(after, name) != nullptr) continue;
    const auto mailboxes = mailboxes_of(name);
    if (mailboxes && *mailboxes == 0) continue;
    if (options.force_delete.contains(name)) {
      change.state.to_forget.push_back(server_of(running, name));
      continue;
    }
    const std::string remedy =
        "; `murder local apply --force-delete " + name + "` removes it anyway (its files and mail stay)";
    change.kept.push_back(
        {name, "backend_delete_requires_empty_or_force",
         mailboxes ? "it holds " + std::to_string(*mailboxes) +
                         " mailboxes (deleted ones too, until they are expired): move them away first (`murder move`)" +
                         remedy
                   : "whether it holds mailboxes is not known while its agent cannot tell" + remedy});
    after.backends.push_back(backend);
    change.state.manifests.push_back({"kept: " + name, api::manifest_of(backend).dump()});
  }
}

// Node → what it is to be, beside what it is.
struct Compared {
  std::vector<plan::NodeFiles> wanted;
  std::map<std::string, plan::Observed> observed;
};

Result<Compared> compare(const topology::Topology& topology, const ClusterState& state, const Places& places) {
  Compared compared;
  auto passwords = read_passwords(places.passwords());
  if (!passwords) return std::move(passwords).error();
  // Those that are missing are made when it is carried out; a word stands for each, so that its file counts as changed.
  for (const auto& key : config::secrets_of(topology)) passwords->try_emplace(key, "(new)");
  auto processes = scan(places, state.library);
  if (!processes) return std::move(processes).error();
  for (const auto& [name, found] : *processes) {
    compared.observed[name].running = found.agent.has_value() && found.cyrmaster.has_value();
  }
  for (const auto& node : topology.nodes) {
    auto versions = versions_of(topology, node, *passwords, state.programs);
    if (!versions) return std::move(versions).error().in(node.name);
    const auto& running = (*processes)[node.name];
    plan::NodeFiles wanted{.name = node.name,
                           .files = {},
                           .restarts_cyrus = running.cyrmaster && running.cyrmaster->version != versions->cyrus,
                           .restarts_agent = running.agent && running.agent->version != versions->agent};
    for (auto& files : {config::render(topology, node), config::render_secrets(topology, node, *passwords)}) {
      for (const auto& file : files) {
        auto there = read_file(file.path);
        if (!there) return std::move(there).error();
        if (*there) compared.observed[node.name].files[file.path] = **std::move(there);
        wanted.files[file.path] = file.bytes;
      }
    }
    compared.wanted.push_back(std::move(wanted));
  }
  return compared;
}

// Said by the field that a person changed, where one is to blame; by the line of the file otherwise.
void name_causes(std::vector<plan::Step>& steps, const std::map<std::string, std::vector<std::string>>& causes) {
  for (auto& step : steps) {
    const auto cause = causes.find(step.node);
    if (cause == causes.end()) continue;
    std::string text;
    for (const auto& each : cause->second) text += (text.empty() ? "" : "; ") + each;
    step.reason = text + (step.verb == plan::Verb::Stop ? "; its files and mail stay" : "");
  }
}

void name_restarts_that_wait(const topology::Topology& topology, Change& change) {
  const plan::Step* first = nullptr;
  for (const auto& step : change.steps) {
    const auto* node = topology.find(step.node);
    if (step.verb != plan::Verb::RestartCyrus || node == nullptr || node->role != Role::Backend) continue;
    if (first != nullptr) {
      change.waiting.push_back({step.node, "one_backend_at_a_time", "restarts when " + first->node + " is back"});
    }
    first = &step;
  }
}

}  // namespace

Result<Change> plan_change(const std::vector<api::ManifestFile>& manifests, const ApplyOptions& options,
                           const MailboxesOf& mailboxes_of) {
  auto after = read_cluster(manifests);
  if (!after) return std::move(after).error();
  Change change{.places = {options.base + "/" + after->cluster.metadata.name}};
  const std::string none = "no local murder " + after->cluster.metadata.name + " runs here: `murder local up -f FILE`";
  if (!std::filesystem::exists(change.places.cluster_json())) return Error{none};
  if (!options.dry_run) {
    auto lock = StateLock::take(change.places);
    if (!lock) return std::move(lock).error();
    change.lock = *std::move(lock);
  }
  auto known = load(change.places);
  if (!known) return std::move(known).error();
  if (!*known || (!(*known)->wanted && !options.dry_run)) return Error{none};
  const auto before = read_cluster((*known)->manifests);
  if (!before) return before.error();
  MURDER_TRY(check_transitions(*before, *after));

  change.state = **std::move(known);
  const auto remembered = std::exchange(change.state.manifests, manifests);
  const auto running = derive_local(*before, change.state, change.places);
  if (!running) return running.error();
  keep_what_holds_mailboxes(*before, *running, *after, options, mailboxes_of, change);
  change.is_remembered = remembered == change.state.manifests;
  auto addresses = allocate(change.state.network, change.state.addresses, nodes_of(*after));
  if (!addresses) return std::move(addresses).error();
  change.state.addresses = *std::move(addresses);
  topology::Target target = running->target;
  target.addresses = change.state.addresses;
  auto topology = derive_local(*after, target);
  if (!topology) return std::move(topology).error();
  change.topology = *std::move(topology);
  std::erase_if(change.state.to_forget, [&](const std::string& server) {
    return std::any_of(change.topology.nodes.begin(), change.topology.nodes.end(),
                       [&](const auto& node) { return node.host == server; });
  });

  const auto compared = compare(change.topology, change.state, change.places);
  if (!compared) return compared.error();
  change.steps = plan::plan(compared->wanted, compared->observed);
  if (change.steps.empty()) return change;
  const auto derive = [&](const OneCluster& cluster) { return derive_local(cluster, target); };
  if (const auto found = causes(*before, *after, derive)) name_causes(change.steps, *found);
  name_restarts_that_wait(change.topology, change);
  return change;
}

Status carry_out(Change& change, std::chrono::milliseconds patience, const Progress& progress) {
  // Files that are right already may not have been told to anybody when an earlier one was cut short.
  if (change.steps.empty() && !change.state.unfinished) {
    return change.is_remembered ? ok() : save(change.places, change.state);
  }
  const auto& topology = change.topology;
  auto launcher = Launcher::make(change.places, change.state, topology.target.user);
  if (!launcher) return std::move(launcher).error();
  auto running = running_nodes(change.places, change.state.library);
  if (!running) return std::move(running).error();
  const Programs copied{change.places.murder(), change.places.agent(), change.places.preload()};
  if (const auto complaints = preflight(topology, *launcher, copied, *running); !complaints.empty()) {
    std::string text;
    for (const auto& complaint : complaints) text += (text.empty() ? "" : "\n") + complaint;
    return Error{text};
  }
  auto begun = load(change.places);
  if (!begun) return std::move(begun).error();
  if (*begun && !(*begun)->unfinished) {
    (*begun)->unfinished = true;
    MURDER_TRY(save(change.places, **begun));
  }
  change.state.unfinished = true;
  MURDER_TRY(write_everything(topology, *launcher, change.state));
  MURDER_TRY(save(change.places, change.state));
  MURDER_TRY(wake_supervisor(change.places));
  MURDER_TRY(await_ready(topology, change.state, change.places, patience, progress));
  std::vector<std::string> gone;
  for (const auto& step : change.steps) {
    if (step.verb == plan::Verb::Stop) gone.push_back(step.node);
  }
  const Moment drain = std::chrono::seconds(topology.spec.frontend.drain_seconds);
  MURDER_TRY(await_gone(gone, change.state, change.places, patience + drain, progress));
  change.state.unfinished = false;
  return save(change.places, change.state);
}

Status remember_forgotten(Change& change) {
  change.state.to_forget.clear();
  return save(change.places, change.state);
}

}  // namespace murder::local
