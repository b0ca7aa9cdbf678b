// Which changes of a node's files a running Cyrus takes up when it is told to (SIGHUP to cyrmaster), and which only a
// restart brings.
//
// Tried on 3.6.1: after SIGHUP cyrmaster has read cyrus.conf anew (services added, removed, with other arguments), and
// every service process that is idle has gone, so that the next one reads the new imapd.conf; sessions go on with what
// they began with. What is not read again: what cyrmaster itself uses, DAEMON processes, and names in /etc/services.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "operator/topology/topology.h"

namespace murder::config {

// Whether an option of imapd.conf(5) is read by cyrmaster at its start, or by processes that live as long as it.
bool needs_restart(std::string_view imapd_option);
// All of those.
std::span<const std::string_view> restart_options();

// A digest of all that needs a restart, of a node: equal digests mean that a reload is enough.
std::string restart_digest(const topology::Topology& topology, const topology::Node& node);

}  // namespace murder::config
