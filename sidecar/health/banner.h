// Does a service of this node answer as its protocol says? Cyrus forks a process before it greets, so a greeting proves
// that the service starts with its configuration, which an open port does not (CYRUS.md finding 2).
#pragma once

#include <string>
#include <string_view>

#include "base/agent_config.h"
#include "base/net/deadline.h"
#include "base/result.h"
#include "sidecar/health/connection.h"

namespace murder::health {

struct Greeted {
  Result<std::string> version;  // of Cyrus as the greeting names it, "3.6.1-Debian-…"; empty when it does not say
  bool refused = false;         // nobody listens
  double seconds = 0;
};

Greeted greet(const AgentConfig::Service& service, net::Deadline deadline);

// Reads the greeting of `protocol` on an open connection and returns its last line.
Result<std::string> read_greeting(Connection& connection, std::string_view protocol, net::Deadline deadline);

// "* OK [CAPABILITY …] be1 Cyrus IMAP 3.6.1-Debian-3.6.1-4+deb12u5 server ready" → "3.6.1-Debian-3.6.1-4+deb12u5".
std::string version_in(std::string_view greeting);

}  // namespace murder::health
