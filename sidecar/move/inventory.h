// What this backend holds of a user's mailboxes, or of one shared mailbox. Reads only.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/agent_config.h"
#include "base/result.h"
#include "sidecar/health/imap.h"
#include "sidecar/move/contents.h"
#include "sidecar/move/listing.h"

namespace murder::move {

struct InventoryRequest {
  std::string mailbox;
  bool contents = false;
  std::map<std::string, Mark> since = {};
};

struct HeldMailbox {
  Line line;
  std::optional<Contents> contents = {};  // of what is held, when asked for
};

Result<std::vector<HeldMailbox>> take_inventory(const AgentConfig& config, const health::Login& login,
                                                const InventoryRequest& request);

// Of one mailbox, on a connection that has logged in.
Result<Contents> read_contents(health::Connection& connection, const std::string& tag, const std::string& mailbox,
                               std::optional<Mark> since, net::Deadline deadline);

// The node's own IMAP service.
Result<AgentConfig::Service> imap_service(const AgentConfig& config);

}  // namespace murder::move
