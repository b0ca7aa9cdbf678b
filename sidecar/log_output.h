// From Cyrus's syslog(3) to JSON lines: the receiver, and what is done with each record.
#pragma once

#include <atomic>
#include <functional>
#include <memory>

#include "base/agent_config.h"
#include "base/result.h"
#include "sidecar/http/metrics.h"
#include "sidecar/logs/receiver.h"
#include "sidecar/logs/watch.h"

namespace murder::agent {

class LogOutput {
 public:
  // Lines go to config.logs.file, or to standard output. `on_event` is called by the receiver's thread. Without a
  // socket in the configuration there is nothing to receive, and all counts stay 0.
  static Result<std::unique_ptr<LogOutput>> start(const AgentConfig& config,
                                                  std::function<void(const logs::LogEvent&)> on_event);
  virtual ~LogOutput() = default;
  virtual http::LogCounts counts() const = 0;

 protected:
  LogOutput() = default;
};

}  // namespace murder::agent
