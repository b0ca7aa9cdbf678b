// The loop of one murder: gather → decide → act → report.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "operator/controller/gather.h"
#include "operator/controller/log.h"
#include "operator/controller/report.h"
#include "operator/kubernetes/apply.h"
#include "operator/kubernetes/controller.h"
#include "operator/kubernetes/events.h"

namespace murder::controller {

class MurderController {
 public:
  MurderController(kubernetes::Client& client, Caches& caches, AgentWatch& agents, AgentIdentity& identity,
                   kubernetes::EventRecorder& events, const Log& log, MurderOptions options);

  // Of the MurderCluster with this key, which may be gone.
  Result<kubernetes::ReconcileOutcome> reconcile(const ObjectKey& key);

 private:
  // What is known of a murder from earlier passes. What is not known is found out again.
  struct Memory {
    GoodCertificates certificates;
    Settled settled;
    std::set<std::string> cordoned;  // Backends (decide.h)
  };

  Result<kubernetes::ReconcileOutcome> without_cluster(const ObjectKey& key);
  Memory& memory_of(const ObjectKey& key);
  void count_anew(const ObjectKey& key, const std::set<std::string>& backends, Snapshot& snapshot);
  std::optional<std::chrono::nanoseconds> pause_of_new(const Snapshot& snapshot);
  Result<void> announce(const Snapshot& snapshot);
  Result<void> publish(const Snapshot& snapshot, const Report& report);
  Result<void> watch_agents(const Snapshot& snapshot, const Wanted& wanted, const Credentials& credentials,
                            bool settled);
  void tell(const Snapshot& snapshot, const Plan& plan, const Outcome& outcome,
            const std::vector<std::string>& complaints);

  kubernetes::Client& client_;
  Caches& caches_;
  AgentWatch& agents_;
  AgentIdentity& identity_;
  kubernetes::EventRecorder& events_;
  const Log& log_;
  const MurderOptions options_;
  kubernetes::ApplyEngine engine_;

  std::mutex mutex_;
  std::map<std::string, Clock::time_point> first_seen_;  // MurderClusters without a status, by uid
  std::map<ObjectKey, Memory> memories_;
};

}  // namespace murder::controller
