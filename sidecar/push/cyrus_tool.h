// Cyrus's own command line tools, run beside the Cyrus of this node.
#pragma once

#include <string>
#include <vector>

#include "base/agent_config.h"
#include "base/process/run.h"

namespace murder::push {

// `program` of /usr/lib/cyrus/bin with -C `imapd_conf`. What it logs goes where Cyrus's own messages go, when the
// preloaded syslog(3) is installed beside the agent.
process::Command cyrus_tool(const AgentConfig& config, const std::string& imapd_conf, const std::string& program,
                            std::vector<std::string> arguments);

}  // namespace murder::push
