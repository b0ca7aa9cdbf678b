// The loop of one murder: gather → decide → act → report.
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "operator/controller/agent_watch.h"
#include "operator/controller/caches.h"
#include "operator/controller/log.h"
#include "operator/controller/report.h"
#include "operator/kubernetes/apply.h"
#include "operator/kubernetes/controller.h"
#include "operator/kubernetes/events.h"

namespace murder::controller {

struct MurderOptions {
  std::string cyrus_image;     // "cyrus-murder/cyrus:{version}"
  std::string cluster_domain;  // "cluster.local"
};

class MurderController {
 public:
  MurderController(kubernetes::Client& client, Caches& caches, AgentWatch& agents, kubernetes::EventRecorder& events,
                   const Log& log, MurderOptions options);

  // Of the MurderCluster with this key, which may be gone.
  Result<kubernetes::ReconcileOutcome> reconcile(const ObjectKey& key);

 private:
  Snapshot gather(const ObjectKey& key, ObjectPtr cluster) const;
  Result<kubernetes::ReconcileOutcome> without_cluster(const ObjectKey& key);
  Result<void> announce(const Snapshot& snapshot);
  Result<void> publish(const Snapshot& snapshot, const Report& report);
  Result<void> watch_agents(const Snapshot& snapshot, const Wanted& wanted, const Credentials& credentials,
                            bool settled);
  void tell(const Snapshot& snapshot, const Plan& plan, const Outcome& outcome);

  kubernetes::Client& client_;
  Caches& caches_;
  AgentWatch& agents_;
  kubernetes::EventRecorder& events_;
  const Log& log_;
  const MurderOptions options_;
  kubernetes::ApplyEngine engine_;

  // What we show to agents, by murder; made anew when its CA is another.
  struct Shown {
    std::string authority;
    objects::Certificate certificate;
    Clock::time_point made;
  };
  std::mutex mutex_;
  std::map<ObjectKey, Shown> shown_;
};

}  // namespace murder::controller
