// What an agent is told about the Cyrus beside it: the file agent.json, written by the operator next to imapd.conf and
// read by murder-agent. It holds no secret: those are in `paths.accounts`.
//
// Paths are absolute. Durations are whole seconds. Endpoints are "address:port" or the path of a unix socket.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/role.h"

namespace murder {

struct AgentConfig {
  std::string cluster;  // name of the MurderCluster
  std::string node;     // name of the node in it: "mupdate", "be1", "fe1"
  Role role = Role::Master;
  std::string server_name;  // Cyrus's servername: what mailbox locations say of a backend

  struct Paths {
    std::string imapd_conf;
    std::string cyrus_conf;
    std::string accounts;          // accounts.json: [{"user": …, "password": …}], to be put into `sasldb`
    std::string sasldb;            // made by the agent
    std::string config_directory;  // Cyrus's configdirectory; mailboxes.db is here
    std::string run_directory;     // sockets, proc, locks, pid file: nothing that must survive
    std::string sieve_directory;
    std::string master_pid;  // cyrmaster's pid file
    bool operator==(const Paths&) const = default;
  } paths;

  struct Partition {
    std::string name;
    std::string path;
    bool operator==(const Partition&) const = default;
  };
  std::vector<Partition> partitions;

  // What cyrus.conf makes cyrmaster listen on.
  struct Service {
    std::string name;      // in cyrus.conf
    std::string protocol;  // imap pop3 lmtp sieve http nntp mupdate
    std::string endpoint;
    bool tls = false;  // TLS from the first byte
    bool operator==(const Service&) const = default;
  };
  std::vector<Service> services;

  struct Mupdate {
    std::string endpoint;       // of the master
    std::string username;       // this node's account there; its password is in mupdate_password_file
    std::string password_file;  // one line, no more; empty on the master itself
    // Frontends: how long Cyrus is kept from starting until the master can be reached. A slave that finds no master
    // waits for mupdate_retry_delay, 20 to 29 s.
    int wait_seconds = 0;
    bool operator==(const Mupdate&) const = default;
  } mupdate;

  struct Push {
    int max_delete_percent = 10;  // of the mailboxes here or of the entries there; more is held
    int retry_seconds = 5;        // first retry when the master cannot be reached; doubles up to max_retry_seconds
    int max_retry_seconds = 60;
    bool operator==(const Push&) const = default;
  } push;

  struct Health {
    int interval_seconds = 10;
    int timeout_seconds = 5;
    int list_check_seconds = 30;  // frontends: how often the list is compared with the master's, at most
    bool operator==(const Health&) const = default;
  } health;

  // How often the files are looked at, to tell Cyrus of changes; never when 0, since somebody else does then.
  struct Reload {
    int watch_seconds = 0;
    bool operator==(const Reload&) const = default;
  } reload;

  struct Listen {
    std::string http;    // probes and /metrics
    std::string grpc;    // operator, with mutual TLS
    std::string tls_ca;  // PEM files; the key is readable by the agent only
    std::string tls_cert;
    std::string tls_key;
    bool operator==(const Listen&) const = default;
  } listen;

  struct Logs {
    std::string socket;  // unix datagram socket that the preloaded syslog(3) sends to
    std::string spill;   // where it writes while nobody listens there
    std::string file;    // JSON lines go here; to standard output when empty
    bool operator==(const Logs&) const = default;
  } logs;

  bool operator==(const AgentConfig&) const = default;
};

// Fields that are absent keep their defaults; one that is unknown or of the wrong type is an error that names it.
Result<AgentConfig> parse_agent_config(std::string_view json);
std::string to_json(const AgentConfig& config);

}  // namespace murder
