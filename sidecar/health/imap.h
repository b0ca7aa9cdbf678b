// Talks IMAP to the Cyrus of this node, as one of its administrators.
#pragma once

#include <string>
#include <string_view>

#include "base/agent_config.h"
#include "base/net/deadline.h"
#include "base/result.h"
#include "sidecar/health/connection.h"

namespace murder::health {

struct Login {
  std::string user;
  std::string password;
};

// RFC 9051 section 4.3: a quoted string. `text` has no line breaks.
std::string imap_string(std::string_view text);

// Connects, begins TLS where passwords need it, and logs in.
Result<Connection> open_imap(const AgentConfig::Service& service, const Login& login, net::Deadline deadline);

// Sends a command and returns its tagged answer without the tag. Untagged answers are dropped; BYE is an error.
Result<std::string> ask_imap(Connection& connection, std::string_view tag, const std::string& command,
                             std::string_view awaited, net::Deadline deadline);

}  // namespace murder::health
