// Cyrus's list of mailboxes on this node, and its other databases, by cyr_dbtool.
#pragma once

#include <string>
#include <vector>

#include "base/agent_config.h"
#include "base/result.h"

namespace murder::move {

// What `cyr_dbtool FILE twoskip WHAT…` prints; of `get`, an empty line when there is no such record.
Result<std::string> ask_database(const AgentConfig& config, const std::string& file, std::vector<std::string> what);

std::string mailboxes_db(const AgentConfig& config);

}  // namespace murder::move
