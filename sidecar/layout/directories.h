// The directories that Cyrus expects to find. It makes the ones below a mailbox itself, and none of these.
#pragma once

#include <string>
#include <vector>

#include "base/agent_config.h"
#include "base/result.h"

namespace murder::layout {

// In the order in which they have to be made. The minimal set of 3.6 to 3.12: without `db` ctl_cyrusdb -r fails,
// without `socket` cyrmaster cannot lock its services, without `proc` and `lock` no imapd starts; `log` (telemetry of a
// session), `msg` (shutdown and motd files), `ptclient`, `user`, `quota` and `backup` are looked into and may be empty.
std::vector<std::string> directories(const AgentConfig& config);

// Makes what is missing, with its parents, readable by this user alone. Never changes one that exists.
Status make_directories(const std::vector<std::string>& paths);

}  // namespace murder::layout
