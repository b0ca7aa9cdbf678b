#include "operator/local/down.h"

#include <dirent.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include "operator/local/cluster.h"
#include "operator/local/process_table.h"
#include "operator/local/stop.h"
#include "operator/local/supervisor.h"

namespace murder::local {
namespace {

namespace fs = std::filesystem;

constexpr Moment kPatience{10'000};

// The state directory is told apart from a typing mistake before it is deleted: it has a cluster.json of ours.
Status delete_all(const Places& places) {
  std::error_code failed;
  fs::remove_all(places.root, failed);
  if (failed) return system_error("delete", places.root, failed.value());
  return ok();
}

// The nodes of a role, and those with processes that belong to no role any more, first of all.
std::vector<std::vector<std::string>> stages(const ClusterState& state,
                                             const std::map<std::string, NodeProcesses>& processes) {
  std::map<std::string, Role> roles;
  if (const auto cluster = read_cluster(state.manifests)) {
    for (const auto& [name, role] : nodes_of(*cluster)) roles[name] = role;
  }
  std::vector<std::vector<std::string>> stages(4);
  for (const auto& [name, node] : processes) {
    const auto role = roles.find(name);
    const std::size_t stage = role == roles.end()              ? 0
                              : role->second == Role::Frontend ? 1
                              : role->second == Role::Backend  ? 2
                                                               : 3;
    stages[stage].push_back(name);
  }
  return stages;
}

// What still has to do with us. Mounts need no undoing: each was seen by its own processes only.
Status nothing_left(const Places& places, const std::string& library) {
  auto processes = scan(places, library);
  if (!processes) return std::move(processes).error();
  for (const auto& [name, node] : *processes) {
    if (!node.empty()) return Error{"processes of " + name + " are left"};
  }
  DIR* directory = opendir("/proc");
  if (directory == nullptr) return system_error("open", "/proc");
  std::string left;
  while (const dirent* entry = readdir(directory)) {
    const int pid = std::atoi(entry->d_name);
    const auto process = pid > 0 && pid != getpid() ? process_of(pid) : std::nullopt;
    if (process && process->program.starts_with(places.bin() + "/")) {
      left = "process " + std::to_string(pid) + " (" + process->program + ") is left";
    }
  }
  closedir(directory);
  if (!left.empty()) return Error{left};
  std::ifstream mounts("/proc/self/mountinfo");
  for (std::string line; std::getline(mounts, line);) {
    if (line.find(places.root + "/") != std::string::npos) return Error{"a mount is left: " + line};
  }
  return ok();
}

}  // namespace

Status down(const Places& places, const DownOptions& options, const std::function<void(const std::string&)>& progress) {
  if (!fs::exists(places.root)) {
    progress("nothing to stop: there is no " + places.root);
    return ok();
  }
  auto lock = StateLock::take(places);
  if (!lock) return std::move(lock).error();
  auto state = load(places);
  if (!state) return std::move(state).error();
  if (!*state) {
    progress("nothing to stop: no cluster was brought up in " + places.root);
    return ok();
  }
  if ((*state)->wanted) {
    (*state)->wanted = false;
    MURDER_TRY(save(places, **state));
  }
  MURDER_TRY(stop_supervisor(places));
  const auto& library = (*state)->library;
  auto processes = scan(places, library);
  if (!processes) return std::move(processes).error();
  for (const auto& stage : stages(**state, *processes)) {
    if (stage.empty()) continue;
    std::string names;
    for (const auto& name : stage) names += (names.empty() ? "" : ", ") + name;
    progress("stopping " + names);
    MURDER_TRY(stop_nodes(places, library, stage, kPatience));
  }
  MURDER_TRY(nothing_left(places, library));
  // What ended now was asked to: the next supervisor must not take it for failures.
  if (unlink(places.history().c_str()) != 0 && errno != ENOENT) return system_error("remove", places.history());
  if (options.delete_data) MURDER_TRY(delete_all(places));
  progress((*state)->cluster + " is down" + (options.delete_data ? ", and its data deleted" : ""));
  return ok();
}

}  // namespace murder::local
