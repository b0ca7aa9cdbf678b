#include "operator/controller/agent_watch.h"

#include <algorithm>

namespace murder::controller {
namespace {

using namespace std::chrono_literals;

constexpr auto kEager = 500ms;
constexpr auto kAtLeisure = 10s;
constexpr auto kPatience = 3s;

bool same(const std::vector<agents::Endpoint>& a, const std::vector<agents::Endpoint>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return x.node == y.node && x.address == y.address && x.host == y.host;
  });
}

bool same(const AgentSeen& a, const AgentSeen& b) {
  if (a.facts.has_value() != b.facts.has_value()) return false;
  return !a.facts || *a.facts == *b.facts;
}

}  // namespace

AgentFacts facts_of(const agent::v1::NodeStatus& status) {
  AgentFacts facts;
  facts.ready = status.ready();
  for (const auto& check : status.checks()) {
    if (check.state() != agent::v1::CHECK_STATE_OK) {
      facts.failed_checks.push_back(check.name() + (check.message().empty() ? "" : ": " + check.message()));
    }
  }
  facts.cyrus_version = status.cyrus_version();
  facts.mailboxes = status.mailboxes();
  facts.counted = status.counted();
  facts.files_digest = status.files_digest();
  for (const auto& partition : status.partitions()) {
    facts.partitions.push_back({partition.name(), partition.total_bytes(), partition.available_bytes()});
  }
  if (status.has_last_push()) {
    const auto& push = status.last_push();
    const auto outcome = push.outcome();
    facts.pushed = outcome == agent::v1::PUSH_OUTCOME_IN_SYNC || outcome == agent::v1::PUSH_OUTCOME_PUSHED ||
                   outcome == agent::v1::PUSH_OUTCOME_HELD;
    facts.in_sync = outcome == agent::v1::PUSH_OUTCOME_IN_SYNC || outcome == agent::v1::PUSH_OUTCOME_PUSHED;
    if (outcome == agent::v1::PUSH_OUTCOME_HELD) facts.hold_reason = push.reason();
    facts.push_error = push.error();
    facts.pushed_at_ms = facts.in_sync ? push.finished_at_ms() : 0;
    for (const auto& conflict : push.conflicts()) {
      facts.conflicts.push_back({conflict.mailbox(), conflict.here(), conflict.master()});
    }
  }
  if (status.has_list_sync()) {
    const auto& sync = status.list_sync();
    facts.compared = sync.compared_at_ms() > 0;
    facts.master_entries = sync.master_entries();
    facts.missing = sync.missing();
    facts.extra = sync.extra();
    facts.different = sync.different();
  }
  return facts;
}

AgentWatch::AgentWatch(std::function<void(const ObjectKey& cluster)> changed) : changed_(std::move(changed)) {}

AgentWatch::~AgentWatch() { stop(); }

void AgentWatch::start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void AgentWatch::stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void AgentWatch::watch(const ObjectKey& cluster, std::vector<agents::Endpoint> endpoints,
                       const agents::Credentials& credentials, bool settled) {
  const std::lock_guard lock(mutex_);
  Murder& murder = murders_[cluster];
  if (!murder.agents || !same(murder.endpoints, endpoints) || murder.certificate != credentials.certificate) {
    murder.agents = std::make_shared<agents::Agents>(endpoints, credentials);
    std::erase_if(murder.seen, [&](const auto& entry) {
      return std::none_of(endpoints.begin(), endpoints.end(),
                          [&](const auto& endpoint) { return endpoint.node == entry.first; });
    });
    murder.endpoints = std::move(endpoints);
    murder.certificate = credentials.certificate;
    murder.due = {};
  }
  if (murder.settled && !settled) murder.due = {};
  murder.settled = settled;
  wake_.notify_all();
}

void AgentWatch::forget(const ObjectKey& cluster) {
  const std::lock_guard lock(mutex_);
  murders_.erase(cluster);
}

std::map<std::string, AgentSeen> AgentWatch::seen(const ObjectKey& cluster) const {
  const std::lock_guard lock(mutex_);
  const auto murder = murders_.find(cluster);
  return murder == murders_.end() ? std::map<std::string, AgentSeen>{} : murder->second.seen;
}

Result<std::shared_ptr<agents::Agents>> AgentWatch::agents_of(const ObjectKey& cluster) const {
  const std::lock_guard lock(mutex_);
  const auto murder = murders_.find(cluster);
  if (murder == murders_.end() || !murder->second.agents) {
    return Error{"the agents of " + cluster.text() + " are not known yet"};
  }
  return murder->second.agents;
}

Result<AgentFacts> AgentWatch::look(const ObjectKey& cluster, const std::string& pod,
                                    std::chrono::milliseconds timeout) {
  const auto agents = agents_of(cluster);
  if (!agents) return agents.error();
  const auto status = (*agents)->status(pod, /*fresh=*/true, timeout);
  if (!status) return status.error();
  return facts_of(*status);
}

Result<agent::v1::PushReport> AgentWatch::push(const ObjectKey& cluster, const std::string& pod,
                                               const agent::v1::PushRequest& request,
                                               std::chrono::milliseconds timeout) {
  const auto agents = agents_of(cluster);
  if (!agents) return agents.error();
  return (*agents)->push(pod, request, timeout);
}

Result<std::uint64_t> AgentWatch::forget(const ObjectKey& cluster, const std::string& master_pod,
                                         const std::string& server, std::chrono::milliseconds timeout) {
  const auto agents = agents_of(cluster);
  if (!agents) return agents.error();
  return (*agents)->forget(master_pod, server, timeout);
}

void AgentWatch::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    const auto next = std::min_element(murders_.begin(), murders_.end(),
                                       [](const auto& a, const auto& b) { return a.second.due < b.second.due; });
    const auto now = Steady::now();
    if (next == murders_.end() || next->second.due > now) {
      const auto due = next == murders_.end() ? now + kAtLeisure : next->second.due;
      // Woken early when there are others to ask, or sooner.
      wake_.wait_until(lock, stop, due, [&] {
        return std::any_of(murders_.begin(), murders_.end(), [&](const auto& entry) { return entry.second.due < due; });
      });
      continue;
    }
    const ObjectKey cluster = next->first;
    next->second.due = now + (next->second.settled ? Steady::duration(kAtLeisure) : Steady::duration(kEager));
    lock.unlock();
    ask(cluster);
    lock.lock();
  }
}

void AgentWatch::ask(const ObjectKey& cluster) {
  std::shared_ptr<agents::Agents> agents;
  {
    const std::lock_guard lock(mutex_);
    const auto murder = murders_.find(cluster);
    if (murder == murders_.end()) return;
    agents = murder->second.agents;
  }
  const auto replies = agents->status(/*fresh=*/false, kPatience);
  bool news = false;
  {
    const std::lock_guard lock(mutex_);
    const auto murder = murders_.find(cluster);
    // Others are asked by now: what these said is of no use.
    if (murder == murders_.end() || murder->second.agents != agents) return;
    for (const auto& [pod, reply] : replies) {
      AgentSeen seen;
      if (reply) {
        seen.facts = facts_of(*reply);
      } else {
        seen.error = reply.error().message;
      }
      AgentSeen& before = murder->second.seen[pod];
      news = news || !same(before, seen);
      before = std::move(seen);
    }
  }
  if (news) changed_(cluster);
}

}  // namespace murder::controller
