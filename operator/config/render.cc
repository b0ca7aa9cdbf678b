#include "operator/config/render.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/agent_config.h"
#include "operator/config/text.h"

namespace murder::config {
namespace {

using topology::Account;
using topology::AccountUse;
using topology::Node;
using topology::Protocol;
using topology::Topology;

// The account that a node uses at the master, by its secret.
std::string mupdate_secret(const Node& node) {
  return node.role == Role::Backend ? "mupdate." + node.name : "mupdate-frontends";
}

std::string host_and_port(const std::string& host, int port) { return host + ":" + std::to_string(port); }

std::string at(const Node& node, int port) {
  return host_and_port(node.address.empty() ? "0.0.0.0" : node.address, port);
}

// Cyrus finds ports by name, getaddrinfo(host, "lmtp"), and has no other way to be told.
std::string services_file(const Topology& topology, const Node& node) {
  std::string text = header(topology, node);
  const auto line = [&](std::string_view name, int port) {
    text +=
        std::string(name) + std::string(name.size() < 12 ? 12 - name.size() : 1, ' ') + std::to_string(port) + "/tcp\n";
  };
  for (const auto& entry : topology::kPorts) {
    line(entry.service, topology.port(entry.protocol));
    if (entry.tls_port != 0) line(entry.tls_service, topology.port(entry.protocol, true));
  }
  line("csync", 2005 + topology.target.port_offset);
  return text;
}

std::string hosts_file(const Topology& topology, const Node& node) {
  std::string text = header(topology, node) + "127.0.0.1   localhost\n::1         localhost\n";
  for (const auto& other : topology.nodes) {
    if (!other.address.empty()) {
      const std::size_t width = std::max<std::size_t>(other.address.size() + 1, 12);
      text += other.address + std::string(width - other.address.size(), ' ') + other.host + " " + other.name + "\n";
    }
  }
  return text;
}

bool can_log_in(const Account& account, const Node& node) {
  return std::find(account.nodes.begin(), account.nodes.end(), node.name) != account.nodes.end();
}

std::string accounts_json(const Topology& topology, const Node& node, const Passwords& passwords) {
  nlohmann::ordered_json accounts = nlohmann::ordered_json::array();
  for (const auto& account : topology.accounts) {
    if (can_log_in(account, node)) {
      accounts.push_back({{"user", account.name}, {"password", passwords.at(account.secret)}});
    }
  }
  return accounts.dump(1) + "\n";
}

std::string imapd_secrets(const Topology& topology, const Node& node, const Passwords& passwords) {
  std::string text = header(topology, node);
  const auto set = [&](const std::string& key, const std::string& secret) {
    text += key + ": " + passwords.at(secret) + "\n";
  };
  if (node.role == Role::Master) return text;
  set("mupdate_password", mupdate_secret(node));
  if (node.role == Role::Backend) {
    set("proxy_password", topology::kMove);
  } else {
    // Cyrus looks for the host name up to its first dot.
    for (const auto* backend : topology.with_role(Role::Backend)) {
      set(backend->short_host() + "_password", std::string(topology::kMailProxy) + "." + backend->name);
    }
  }
  return text;
}

}  // namespace

std::string agent_json(const Topology& topology, const Node& node) {
  AgentConfig config;
  config.cluster = topology.cluster;
  config.node = node.name;
  config.role = node.role;
  config.server_name = node.host;
  config.paths = {
      .imapd_conf = node.paths.imapd_conf(),
      .cyrus_conf = node.paths.cyrus_conf(),
      .accounts = node.paths.accounts_json(),
      .sasldb = node.paths.run() + "/sasldb2",
      .config_directory = node.paths.conf(),
      .run_directory = node.paths.run(),
      .sieve_directory = node.paths.sieve(),
      .master_pid = node.paths.run() + "/master.pid",
  };
  for (const auto& partition : node.partitions) config.partitions.push_back({partition.name, partition.path});
  for (const auto& service : node.services) {
    const bool any_address = service.listen.find_first_of(":/") == std::string::npos;
    config.services.push_back({.name = service.name,
                               .protocol = std::string(topology::spoken(service.protocol)),
                               .endpoint = any_address ? "127.0.0.1:" + service.listen : service.listen,
                               .tls = service.tls});
  }
  config.mupdate.endpoint = host_and_port(topology.master().host, topology.port(Protocol::Mupdate));
  if (node.role != Role::Master) {
    config.mupdate.username = topology.account(mupdate_secret(node))->name;
    config.mupdate.password_file = node.paths.mupdate_password();
  }
  if (topology.target.pods) {
    if (node.role == Role::Frontend) config.mupdate.wait_seconds = 60;
    config.reload.watch_seconds = 1;
  }
  config.push.max_delete_percent = static_cast<int>(topology.spec.sync.max_delete_percent);
  config.health.list_check_seconds = static_cast<int>(topology.spec.sync.list_check_seconds);
  config.listen = {
      .http = at(node, node.agent_http_port),
      .grpc = at(node, node.agent_grpc_port),
      .tls_ca = node.paths.tls() + "/ca.crt",
      .tls_cert = node.paths.tls() + "/agent.crt",
      .tls_key = node.paths.tls() + "/agent.key",
  };
  config.logs = {
      .socket = node.paths.run() + "/log.sock",
      .spill = node.paths.run() + "/log.spill",
      .file = topology.target.log_to_files ? node.paths.log() + "/" + node.name + ".jsonl" : "",
  };
  return to_json(config);
}

std::vector<File> render(const Topology& topology, const Node& node) {
  std::vector<File> files = {
      {node.paths.cyrus_conf(), cyrus_conf(topology, node)},
      {node.paths.imapd_conf(), imapd_conf(topology, node)},
      {node.paths.agent_json(), agent_json(topology, node)},
      {node.paths.etc() + "/services", services_file(topology, node)},
  };
  if (!node.address.empty()) files.push_back({node.paths.etc() + "/hosts", hosts_file(topology, node)});
  return files;
}

std::vector<File> render_secrets(const Topology& topology, const Node& node, const Passwords& passwords) {
  std::vector<File> files = {
      {node.paths.imapd_secrets(), imapd_secrets(topology, node, passwords)},
      {node.paths.accounts_json(), accounts_json(topology, node, passwords)},
  };
  if (node.role != Role::Master) {
    files.push_back({node.paths.mupdate_password(), passwords.at(mupdate_secret(node)) + "\n"});
  }
  return files;
}

std::vector<std::string> secrets_of(const Topology& topology) {
  std::set<std::string> keys;
  for (const auto& account : topology.accounts) keys.insert(account.secret);
  return {keys.begin(), keys.end()};
}

}  // namespace murder::config
