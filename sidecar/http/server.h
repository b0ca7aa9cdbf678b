// The HTTP server of probes and metrics. Unauthenticated, so it says nothing that is secret and changes nothing.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/agent_config.h"
#include "base/result.h"
#include "sidecar/health/state.h"
#include "sidecar/http/metrics.h"

namespace murder::http {

class Server {
 public:
  // Listens on config.listen.http and answers until destroyed. `logs` is called for each scrape, by any thread.
  static Result<std::unique_ptr<Server>> start(const AgentConfig& config, const health::State& state,
                                               std::function<LogCounts()> logs);
  virtual ~Server() = default;

 protected:
  Server() = default;
};

}  // namespace murder::http
