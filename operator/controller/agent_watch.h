// What the agents of all murders say, asked again and again: often while a murder is on its way, seldom when it is
// settled. A change of what they say wakes whoever decides.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "operator/agents/agents.h"
#include "operator/controller/snapshot.h"

namespace murder::controller {

class AgentWatch {
 public:
  explicit AgentWatch(std::function<void(const ObjectKey& cluster)> changed);
  ~AgentWatch();

  void start();
  void stop();

  // Whom to ask from now on, and how eagerly. The same endpoints again cost nothing.
  void watch(const ObjectKey& cluster, std::vector<agents::Endpoint> endpoints, const agents::Credentials& credentials,
             bool settled);
  void forget(const ObjectKey& cluster);
  // By pod. What was said of a pod that is not asked any more is not among it.
  std::map<std::string, AgentSeen> seen(const ObjectKey& cluster) const;
  // Has one agent look now, and waits for what it says.
  Result<AgentFacts> look(const ObjectKey& cluster, const std::string& pod, std::chrono::milliseconds timeout);
  // Waits for the answer of one agent.
  Result<agent::v1::PushReport> push(const ObjectKey& cluster, const std::string& pod,
                                     const agent::v1::PushRequest& request, std::chrono::milliseconds timeout);
  // Likewise: how many entries the master has forgotten.
  Result<std::uint64_t> forget(const ObjectKey& cluster, const std::string& master_pod, const std::string& server,
                               std::chrono::milliseconds timeout);

 private:
  using Steady = std::chrono::steady_clock;
  struct Murder {
    std::vector<agents::Endpoint> endpoints;
    std::shared_ptr<agents::Agents> agents;
    std::map<std::string, AgentSeen> seen;
    std::string certificate;
    bool settled = false;
    Steady::time_point due{};
  };

  Result<std::shared_ptr<agents::Agents>> agents_of(const ObjectKey& cluster) const;
  void run(const std::stop_token& stop);
  void ask(const ObjectKey& cluster);

  const std::function<void(const ObjectKey&)> changed_;
  mutable std::mutex mutex_;
  std::condition_variable_any wake_;
  std::map<ObjectKey, Murder> murders_;
  std::jthread thread_;
};

// As a decision sees it.
AgentFacts facts_of(const agent::v1::NodeStatus& status);

}  // namespace murder::controller
