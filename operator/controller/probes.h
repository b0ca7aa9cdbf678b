// /healthz, /readyz and /metrics.
#pragma once

#include <prometheus/registry.h>

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"

namespace murder::controller {

class Probes {
 public:
  // Says what is wrong; empty when nothing is. Called by the server's threads.
  using Question = std::function<std::string()>;

  Probes(Question live, Question ready, std::function<void()> before_scrape, prometheus::Registry& registry);
  ~Probes();

  // "0.0.0.0:8080".
  Status listen(const std::string& endpoint);

 private:
  struct Server;
  std::unique_ptr<Server> server_;
};

}  // namespace murder::controller
