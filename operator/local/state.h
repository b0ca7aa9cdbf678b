// What a local murder remembers, in one directory: who it is, what was asked for, its secrets, its mail.
//
//   BASE/CLUSTER/            BASE: /var/lib/cyrus-murder as root, else $XDG_STATE_HOME/cyrus-murder
//     cluster.json           this file's ClusterState: survives everything, a reboot included
//     lock                   held while a command changes something
//     bin/                   the programs as they were at `up`, so that neither a new build nor an unreachable home
//                            directory disturbs what runs
//     pki/ secrets/          authority and passwords; the caller's alone
//     nodes/NODE/            see topology::Paths
//     run/ log/              the supervisor's; run/ is void after a reboot
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/net/unique_fd.h"
#include "base/result.h"
#include "operator/api/manifests.h"

namespace murder::local {

// Root listens on the standard ports and becomes `cyrus`; anybody else has ports above 10000, all in the own name.
enum class Mode { Root, User };
constexpr const char* to_string(Mode mode) { return mode == Mode::Root ? "root" : "user"; }

// What a node's processes are to be: digests. `up` and `apply` alone set them.
struct Versions {
  std::string agent;  // another one needs a restart of the agent
  std::string cyrus;  // another one needs a restart of Cyrus (config/restart.h)
  std::string files;  // all generated files: the agent tells Cyrus to read them again (NodeStatus.files_digest)
  bool operator==(const Versions&) const = default;
};

// Of what is in bin/.
struct ProgramDigests {
  std::string agent;
  std::string preload;
};

struct ClusterState {
  static constexpr int kFormat = 1;

  std::string cluster;
  Mode mode = Mode::Root;
  int port_offset = 0;
  int network = 0;                               // N of 127.N.0.0/16
  std::map<std::string, std::string> addresses;  // node → address; those of nodes that are gone too
  std::string library = "/usr/lib/cyrus/bin";
  std::vector<api::ManifestFile> manifests;  // as last brought up
  ProgramDigests programs;
  std::map<std::string, Versions> versions;  // of the nodes
  std::vector<std::string> to_forget;        // servers that were removed by force: the master still lists them
  bool unfinished = false;                   // an `apply` was begun, and has not seen its end
  bool wanted = false;                       // up, or down
};

// Pure. Errors say what to do: a format that this build does not know, text that is no state.
std::string to_json(const ClusterState& state);
Result<ClusterState> parse_state(const std::string& json);

struct Places {
  std::string root;  // BASE/CLUSTER
  std::string cluster_json() const { return root + "/cluster.json"; }
  std::string lock() const { return root + "/lock"; }
  std::string bin() const { return root + "/bin"; }
  std::string murder() const { return bin() + "/murder"; }
  std::string agent() const { return bin() + "/murder-agent"; }
  std::string preload() const { return bin() + "/libmurder-syslog.so"; }
  std::string pki() const { return root + "/pki"; }
  std::string passwords() const { return root + "/secrets/passwords.json"; }
  std::string nodes() const { return root + "/nodes"; }
  std::string node(const std::string& name) const { return nodes() + "/" + name; }
  std::string run() const { return root + "/run"; }
  std::string history() const { return run() + "/history.json"; }
  std::string supervisor_lock() const { return run() + "/supervisor.lock"; }
  std::string guard_lock() const { return run() + "/guard.lock"; }
  std::string log() const { return root + "/log"; }
  std::string supervisor_log() const { return log() + "/supervisor.jsonl"; }
};

// BASE of this user.
std::string default_base();

// Clusters that have a state below `base`, by name.
std::vector<std::string> clusters_in(const std::string& base);

// The cluster's places: that of `cluster`, or the only one there is when it is empty.
Result<Places> find_places(const std::string& base, const std::string& cluster);

// Nothing when there is none yet. A directory that holds something else, or another cluster's state, is refused.
Result<std::optional<ClusterState>> load(const Places& places);
Status save(const Places& places, const ClusterState& state);

// Two commands at once would undo each other: the second is told who the first is.
class StateLock {
 public:
  static Result<StateLock> take(const Places& places);

 private:
  explicit StateLock(net::UniqueFd fd) : fd_(std::move(fd)) {}
  net::UniqueFd fd_;
};

}  // namespace murder::local
