// What was seen of a murder, put together: from the caches and the agents alone, never from the server.
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "operator/agents/agents.h"
#include "operator/controller/agent_watch.h"
#include "operator/controller/caches.h"
#include "operator/controller/credentials.h"

namespace murder::controller {

struct MurderOptions {
  std::string cyrus_image;     // "cyrus-murder/cyrus:{version}"
  std::string cluster_domain;  // "cluster.local"
};

Snapshot gather(const Caches& caches, const AgentWatch& agents, const MurderOptions& options, const ObjectKey& key,
                ObjectPtr cluster);

// Who we are to the agents of a murder: a certificate of its own CA, made anew when that is another, and each month.
class AgentIdentity {
 public:
  Result<agents::Credentials> of(const ObjectKey& cluster, const objects::Certificate& authority,
                                 Clock::time_point now);
  void forget(const ObjectKey& cluster);

 private:
  struct Shown {
    std::string authority;
    objects::Certificate certificate;
    Clock::time_point made;
  };
  std::mutex mutex_;
  std::map<ObjectKey, Shown> shown_;
};

// Where the agent of a pod listens, under the name that it is to be called by.
agents::Endpoint endpoint_of(const PodSeen& pod, const topology::Node& node, std::string name);

}  // namespace murder::controller
