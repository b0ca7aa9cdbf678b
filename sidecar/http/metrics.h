// The node in Prometheus's text format. Names begin with murder_, units are in the names, and there is no label whose
// values grow with the number of mailboxes.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "base/agent_config.h"
#include "sidecar/health/state.h"

namespace murder::http {

struct LogCounts {
  std::array<std::uint64_t, 8> lines{};  // by severity, as <syslog.h> numbers them
  std::uint64_t dropped = 0;             // lost by the senders
};

std::string metrics_text(const AgentConfig& config, const health::Snapshot& now, const LogCounts& logs);

}  // namespace murder::http
