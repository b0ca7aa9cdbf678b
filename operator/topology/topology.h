// (MurderCluster, its Backends, where it shall run) → the servers that there have to be, and who talks to whom.
// Pure: the same input gives the same Topology, on Kubernetes and on one machine.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/role.h"
#include "operator/api/backend.h"
#include "operator/api/murder_cluster.h"
#include "operator/api/schema/mistake.h"
#include "operator/topology/ports.h"

namespace murder::topology {

// Where the nodes run: what differs between the targets, as data.
struct Target {
  api::CyrusRelease cyrus = api::CyrusRelease::V3_6;  // used when the cluster does not name one
  std::string domain;                                 // likewise
  int port_offset = 0;                                // added to every port; 10000 for who may not listen below 1024
  std::string root;  // a node's directories are ROOT/nodes/NODE/{etc,secrets,conf,run,spool,sieve,log}
  std::map<std::string, std::string> addresses;  // node → address to listen on; all addresses when absent
  std::string library = "/usr/lib/cyrus/bin";    // Cyrus's programs
  std::string user = "cyrus";                    // that Cyrus runs as
  bool log_to_files = true;                      // JSON lines in the node's log directory; else to standard output
  // Each node is a pod: its file system is its own, so ROOT itself is its directory; it is found by the name of its
  // Service, CLUSTER-NODE; and the frontends, which are alike, are one node called "fe".
  bool pods = false;
};

// Absolute paths of a node. `etc` is generated and can be made anew; `conf`, `spool` and `sieve` are the mail; `run` is
// gone after a restart; `secrets` holds what only this node's processes may read.
struct Paths {
  std::string root;
  // Whether `state` and each partition is a volume: what is kept is then a directory in it, since the top of a volume
  // has an owner, a mode and entries (lost+found) of its own.
  bool volumes = false;
  std::string state() const { return root + "/state"; }
  std::string volume(std::string_view partition) const { return root + "/spool/" + std::string(partition); }

  std::string etc() const { return root + "/etc"; }
  std::string secrets() const { return root + "/secrets"; }
  std::string conf() const { return (volumes ? state() : root) + "/conf"; }
  std::string run() const { return root + "/run"; }
  std::string sieve() const { return (volumes ? state() : root) + "/sieve"; }
  std::string log() const { return root + "/log"; }
  std::string tls() const { return root + "/tls"; }
  std::string spool(std::string_view partition) const { return volume(partition) + (volumes ? "/mail" : ""); }

  std::string imapd_conf() const { return etc() + "/imapd.conf"; }
  std::string cyrus_conf() const { return etc() + "/cyrus.conf"; }
  std::string agent_json() const { return etc() + "/agent.json"; }
  std::string imapd_secrets() const { return secrets() + "/imapd-secrets.conf"; }
  std::string accounts_json() const { return secrets() + "/accounts.json"; }
  std::string mupdate_password() const { return secrets() + "/mupdate-password"; }
};

// A line of SERVICES in cyrus.conf(5).
struct Service {
  std::string name;  // in cyrus.conf: letters and digits
  Protocol protocol;
  std::string program;  // imapd, lmtpd …
  std::string options;  // "-s", "-a"
  std::string listen;   // "127.0.1.1:143", "143" on all addresses, or a path
  std::int64_t prefork = 0;
  std::optional<std::int64_t> max_child;
  bool tls = false;
};

struct Partition {
  std::string name;
  std::string path;
};

struct Node {
  std::string name;  // "mupdate", "be1", "fe1"
  Role role = Role::Master;
  std::string host;     // servername, and what the others dial: NAME.DOMAIN, or CLUSTER-NAME.DOMAIN of pods
  std::string address;  // to listen on; empty for all
  Paths paths;
  std::vector<Service> services;
  std::vector<Partition> partitions;
  bool accepts_new_mailboxes = false;        // backends
  std::string default_partition;             // backends; empty when a select mode decides
  std::map<std::string, std::string> imapd;  // overrides of this node, all levels merged

  int agent_http_port = 0;
  int agent_grpc_port = 0;

  // As Cyrus's options name it (NAME_password): its host up to the first dot.
  std::string short_host() const { return host.substr(0, host.find('.')); }
};

// Who an account is for. An account's password is one secret, known by `secret`.
enum class AccountUse {
  Admin,      // people and automation; administrator on every node
  User,       // logs in at frontends
  Mupdate,    // a node's own at the master
  MailProxy,  // frontends at one backend: proxyservers there, never an administrator
  Move,       // backends at each other, for moves: administrator of backends
};

struct Account {
  AccountUse use;
  std::string name;                // "mailproxy"
  std::string secret;              // key of its password: "mailproxy.be1"
  std::vector<std::string> nodes;  // where it can log in
};

struct Topology {
  std::string cluster;
  std::string domain;
  api::CyrusRelease cyrus;
  api::MurderClusterSpec spec;
  Target target;
  std::vector<Node> nodes;  // master, backends, frontends; each in order of their names' numbers
  std::vector<Account> accounts;

  const Node* find(std::string_view name) const;
  const Node& master() const { return nodes.front(); }
  std::vector<const Node*> with_role(Role role) const;
  const Account* account(std::string_view secret) const;
  // The address to dial: a host and a port with the target's offset.
  int port(Protocol protocol, bool tls = false) const;
};

inline constexpr const char* kMailProxy = "mailproxy";
inline constexpr const char* kMove = "xfer";
inline constexpr const char* kAgent = "murder-agent";
inline constexpr const char* kMasterName = "mupdate";
inline constexpr const char* kFrontendsName = "fe";  // of all of them, when they are alike

// Whether a node of this name is a frontend, on every target: a murder that was tried on one can move to another.
bool is_frontend_name(std::string_view name);

// Errors: names that collide (a Backend called "mupdate" or "fe1"; a user called as one of the servers' accounts;
// backends that cannot be told apart by Cyrus, which takes a host name up to its first dot), engines that the release
// lacks. All of them, so that each can be shown.
struct Problem {
  std::string resource;  // "Backend be1"
  std::string path;      // "metadata.name"
  std::string message;
};

struct Derived {
  std::optional<Topology> topology;  // present exactly when there are no problems
  std::vector<Problem> problems;
};

// Pods in a namespace, of a Kubernetes whose names end in `cluster_domain` (default cluster.local).
Target pods_target(const std::string& namespace_, const std::string& cluster_domain = "cluster.local");

Derived derive(const api::MurderCluster& cluster, const std::vector<api::Backend>& backends, const Target& target);

// The problems at the places of the manifests that cause them.
api::Mistakes as_mistakes(const std::vector<Problem>& problems, const api::MurderCluster& cluster,
                          const std::vector<api::Backend>& backends);

// "mupdate", then the backends in order, then "fe1" … "feN": the nodes of a cluster by name.
std::vector<std::string> node_names(const api::MurderCluster& cluster, const std::vector<api::Backend>& backends);

}  // namespace murder::topology
