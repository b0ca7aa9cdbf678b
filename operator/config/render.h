// Topology → the bytes of every file that a node is made of. Pure: the same Topology gives the same bytes.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "operator/topology/topology.h"

namespace murder::config {

struct File {
  std::string path;  // absolute, in the node's root
  std::string bytes;
};

// Secret key (topology::Account::secret) → password.
using Passwords = std::map<std::string, std::string>;

// What holds no secret: etc/cyrus.conf, etc/imapd.conf, etc/agent.json, etc/services, and etc/hosts where the target
// gives addresses.
std::vector<File> render(const topology::Topology& topology, const topology::Node& node);

// What does: secrets/imapd-secrets.conf (included by imapd.conf), secrets/accounts.json, secrets/mupdate-password. A
// password that is missing is a programming error of the caller: see secrets_of.
std::vector<File> render_secrets(const topology::Topology& topology, const topology::Node& node,
                                 const Passwords& passwords);

// The keys of all passwords that the topology needs, sorted.
std::vector<std::string> secrets_of(const topology::Topology& topology);

// Single files, for those who want one.
std::string cyrus_conf(const topology::Topology& topology, const topology::Node& node);
std::string imapd_conf(const topology::Topology& topology, const topology::Node& node);
std::string agent_json(const topology::Topology& topology, const topology::Node& node);

}  // namespace murder::config
