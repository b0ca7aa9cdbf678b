// Calls a function for each object that needs looking at, again until it succeeds.
//
//   Controller backends({.name = "backend", .workers = 2}, [&](const ObjectKey& key) -> Result<ReconcileOutcome> {
//     const auto backend = informer.store().get(key);
//     if (!backend) return ReconcileOutcome{};      // gone: nothing to do
//     …
//     return ReconcileOutcome{.requeue_after = 30s};
//   });
//   informer.add_handler([&](const Change& change) { backends.queue().add(change.key()); });
//   backends.start();   // once all informers have synced, and this process leads
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/result.h"
#include "operator/kubernetes/metrics.h"
#include "operator/kubernetes/work_queue.h"

namespace murder::kubernetes {

struct ReconcileOutcome {
  // Look again after this time, whatever happens; not at all by default. A change looks at once in any case.
  std::optional<std::chrono::nanoseconds> requeue_after = {};
};

// Level-triggered: it is told which object, never what happened to it. An error is retried with growing pauses.
// Exceptions count as errors.
using Reconcile = std::function<Result<ReconcileOutcome>(const ObjectKey& key)>;

struct ControllerOptions {
  std::string name;
  int workers = 1;
  // A reconcile that takes longer is stuck: is_live() says so.
  std::chrono::seconds longest_reconcile{300};
  QueueOptions queue = {};
  Metrics* metrics = nullptr;
  std::function<void(const ObjectKey& key, const Error& error)> on_error = {};  // for the log; by any worker
};

class Controller {
 public:
  Controller(ControllerOptions options, Reconcile reconcile);
  ~Controller();

  WorkQueue& queue() { return queue_; }
  const std::string& name() const { return options_.name; }

  void start();
  // Takes no more keys, and returns when the workers have finished theirs. May be started again: what was queued is
  // kept by nobody, so enqueue all objects anew.
  void stop();
  // The same, but what is queued is worked off first, as far as the time allows.
  void drain(std::chrono::milliseconds timeout);

  // For liveness: no worker is stuck.
  bool is_live() const;
  // Brings depth and unfinished work up to date; before a scrape.
  void refresh_metrics();

 private:
  void work();
  void handle(const ObjectKey& key);

  const ControllerOptions options_;
  const Reconcile reconcile_;
  WorkQueue queue_;
  std::atomic<int> active_ = 0;
  bool stopped_ = false;
  std::vector<std::jthread> workers_;
};

}  // namespace murder::kubernetes
