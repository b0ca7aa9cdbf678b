// The metrics that dashboards of Go operators know, under their names (controller-runtime, client-go).
#pragma once

#include <prometheus/registry.h>

#include <memory>
#include <string>

#include "operator/kubernetes/client.h"
#include "operator/kubernetes/work_queue.h"

namespace murder::kubernetes {

class Metrics {
 public:
  explicit Metrics(prometheus::Registry& registry);
  ~Metrics();

  // For ClientOptions::on_request: rest_client_requests_total{code,method,host}.
  std::function<void(const RequestRecord&)> request_observer(const std::string& host);
  // workqueue_*{name}. Depth and unfinished work are of the moment: refresh() before a scrape.
  QueueObserver queue_observer(const std::string& name);
  void refresh(const std::string& name, const WorkQueue::Snapshot& snapshot);
  // controller_runtime_reconcile_total{controller,result} and _time_seconds, _errors_total; result is one of success,
  // error, requeue, requeue_after.
  void reconciled(const std::string& controller, const std::string& result, std::chrono::nanoseconds took);
  void active_workers(const std::string& controller, int count);
  // leader_election_master_status{name}.
  void leading(const std::string& lease, bool is_leader);

 private:
  struct Families;
  std::unique_ptr<Families> families_;
};

}  // namespace murder::kubernetes
