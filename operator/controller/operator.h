// The operator as a whole: caches, the loop, the lease, Events, probes and metrics.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/result.h"
#include "operator/controller/log.h"

namespace murder::controller {

struct Options {
  std::string kubeconfig;
  std::string context;
  std::vector<std::string> namespaces;  // all when empty
  std::string cyrus_image = "cyrus-murder/cyrus:{version}";
  std::string cluster_domain = "cluster.local";
  std::string http = "0.0.0.0:8080";  // probes and metrics; none when empty
  int workers = 2;

  bool leader_elect = false;
  std::string lease_name = "murder-operator";
  std::string lease_namespace;  // the pod's own when empty
  std::chrono::seconds lease_duration{60};
  std::chrono::seconds lease_renew_deadline{40};
  std::chrono::seconds lease_retry{10};

  LogLevel log_level = LogLevel::Info;
};

// Returns when a signal has ended it in order, or with the reason why it cannot go on. SIGTERM and SIGINT must be
// blocked in all threads.
Status run(const Options& options);

}  // namespace murder::controller
