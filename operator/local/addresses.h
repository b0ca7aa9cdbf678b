// A loopback address for every node, the same for as long as the cluster is remembered. Pure.
//
// The master is 127.N.0.1, backends are 127.N.1.x, frontends 127.N.2.x; be2 gets .2 when nobody had it before. An
// address is never given to another node, since clients, certificates and mailbox lists may still mean the first one.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/role.h"

namespace murder::local {

using Addresses = std::map<std::string, std::string>;  // node → address

// What is known and what `nodes` need beside it. Errors: a role has more than 254 names in its life.
Result<Addresses> allocate(int network, Addresses known, const std::vector<std::pair<std::string, Role>>& nodes);

// N for a new cluster: from its name, so that it is likely to be the same again, and not one of those taken. 16 to 239:
// beyond what other software uses of 127/8. Errors: all are taken.
Result<int> choose_network(const std::string& cluster, const std::set<int>& taken);

// Networks of 127/8 in which somebody listens, from the text of /proc/net/tcp.
std::set<int> networks_in_use(const std::string& proc_net_tcp);

}  // namespace murder::local
