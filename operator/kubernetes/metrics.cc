#include "operator/kubernetes/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>

namespace murder::kubernetes {
namespace {

using prometheus::Counter;
using prometheus::Gauge;
using prometheus::Histogram;

double seconds(std::chrono::nanoseconds time) { return std::chrono::duration<double>(time).count(); }

// Those of controller-runtime, so that queries over both make sense.
const Histogram::BucketBoundaries queue_buckets = {1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 10, 100, 1000};
const Histogram::BucketBoundaries reconcile_buckets = {
    0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1,  1.25, 1.5,
    1.75,  2,    2.5,   3,    3.5, 4,    4.5, 5,    6,   7,    8,   9,    10,  15,  20,  25,  30,  40, 50,   60};

template <typename Metric>
auto& family(prometheus::Registry& registry, const char* name, const char* help) {
  return prometheus::detail::Builder<Metric>().Name(name).Help(help).Register(registry);
}

}  // namespace

struct Metrics::Families {
  explicit Families(prometheus::Registry& registry)
      : reconciles(family<Counter>(registry, "controller_runtime_reconcile_total", "Reconciles, by result")),
        reconcile_errors(family<Counter>(registry, "controller_runtime_reconcile_errors_total", "Failed reconciles")),
        reconcile_seconds(
            family<Histogram>(registry, "controller_runtime_reconcile_time_seconds", "How long a reconcile takes")),
        workers(family<Gauge>(registry, "controller_runtime_active_workers", "Workers that are reconciling now")),
        depth(family<Gauge>(registry, "workqueue_depth", "Keys that wait to be worked on")),
        adds(family<Counter>(registry, "workqueue_adds_total", "Keys added")),
        waited(family<Histogram>(registry, "workqueue_queue_duration_seconds", "How long a key waits")),
        worked(family<Histogram>(registry, "workqueue_work_duration_seconds", "How long a key is worked on")),
        retries(family<Counter>(registry, "workqueue_retries_total", "Keys added again after a failure")),
        unfinished(family<Gauge>(registry, "workqueue_unfinished_work_seconds", "Work in progress, all together")),
        longest(
            family<Gauge>(registry, "workqueue_longest_running_processor_seconds", "Work in progress, the longest")),
        requests(family<Counter>(registry, "rest_client_requests_total", "Requests to the API server")),
        leader(family<Gauge>(registry, "leader_election_master_status", "1 while this process leads")) {}

  prometheus::Family<Counter>& reconciles;
  prometheus::Family<Counter>& reconcile_errors;
  prometheus::Family<Histogram>& reconcile_seconds;
  prometheus::Family<Gauge>& workers;
  prometheus::Family<Gauge>& depth;
  prometheus::Family<Counter>& adds;
  prometheus::Family<Histogram>& waited;
  prometheus::Family<Histogram>& worked;
  prometheus::Family<Counter>& retries;
  prometheus::Family<Gauge>& unfinished;
  prometheus::Family<Gauge>& longest;
  prometheus::Family<Counter>& requests;
  prometheus::Family<Gauge>& leader;
};

Metrics::Metrics(prometheus::Registry& registry) : families_(std::make_unique<Families>(registry)) {}
Metrics::~Metrics() = default;

std::function<void(const RequestRecord&)> Metrics::request_observer(const std::string& host) {
  return [this, host](const RequestRecord& record) {
    const auto code = record.code == 0 ? "<error>" : std::to_string(record.code);
    families_->requests.Add({{"code", code}, {"method", record.method}, {"host", host}}).Increment();
  };
}

QueueObserver Metrics::queue_observer(const std::string& name) {
  const std::map<std::string, std::string> label = {{"name", name}};
  auto& adds = families_->adds.Add(label);
  auto& retries = families_->retries.Add(label);
  auto& waited = families_->waited.Add(label, queue_buckets);
  auto& worked = families_->worked.Add(label, queue_buckets);
  return {.added = [&adds] { adds.Increment(); },
          .retried = [&retries] { retries.Increment(); },
          .taken = [&waited](std::chrono::nanoseconds time) { waited.Observe(seconds(time)); },
          .done = [&worked](std::chrono::nanoseconds time) { worked.Observe(seconds(time)); }};
}

void Metrics::refresh(const std::string& name, const WorkQueue::Snapshot& snapshot) {
  const std::map<std::string, std::string> label = {{"name", name}};
  families_->depth.Add(label).Set(static_cast<double>(snapshot.depth));
  families_->unfinished.Add(label).Set(seconds(snapshot.unfinished));
  families_->longest.Add(label).Set(seconds(snapshot.longest_running));
}

void Metrics::reconciled(const std::string& controller, const std::string& result, std::chrono::nanoseconds took) {
  families_->reconciles.Add({{"controller", controller}, {"result", result}}).Increment();
  families_->reconcile_seconds.Add({{"controller", controller}}, reconcile_buckets).Observe(seconds(took));
  auto& errors = families_->reconcile_errors.Add({{"controller", controller}});
  if (result == "error") errors.Increment();
}

void Metrics::active_workers(const std::string& controller, int count) {
  families_->workers.Add({{"controller", controller}}).Set(count);
}

void Metrics::leading(const std::string& lease, bool is_leader) {
  families_->leader.Add({{"name", lease}}).Set(is_leader ? 1 : 0);
}

}  // namespace murder::kubernetes
