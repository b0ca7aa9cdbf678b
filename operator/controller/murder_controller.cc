#include "operator/controller/murder_controller.h"

#include <algorithm>

#include "operator/controller/act.h"
#include "operator/controller/conditions.h"
#include "operator/controller/move_requests.h"

namespace murder::controller {
namespace {

using namespace std::chrono_literals;
using kubernetes::Event;
using kubernetes::ReconcileOutcome;

// Certificates are looked at again, and whatever no watch tells of.
constexpr auto kAtLeast = 1h;
constexpr auto kNewTogether = 500ms;
// A push of 100 000 mailboxes takes Cyrus four minutes; a reconcile that takes longer counts as stuck.
constexpr auto kPatience = 4min;
constexpr auto kLookPatience = 15s;
constexpr auto kSoon = 100ms;

}  // namespace

MurderController::MurderController(kubernetes::Client& client, Caches& caches, AgentWatch& agents,
                                   AgentIdentity& identity, kubernetes::EventRecorder& events, const Log& log,
                                   MurderOptions options)
    : client_(client),
      caches_(caches),
      agents_(agents),
      identity_(identity),
      events_(events),
      log_(log),
      options_(std::move(options)),
      engine_(client, {.field_manager = std::string(objects::kOperator), .hash_annotation = kAppliedAnnotation}) {}

Result<ReconcileOutcome> MurderController::reconcile(const ObjectKey& key) {
  auto cluster = caches_.get(kClusters, key);
  if (!cluster || kubernetes::is_being_deleted(*cluster)) return without_cluster(key);

  Snapshot snapshot = gather(caches_, agents_, options_, key, std::move(cluster));
  if (const auto pause = pause_of_new(snapshot)) {
    MURDER_TRY(announce(snapshot));
    return ReconcileOutcome{.requeue_after = *pause};
  }
  auto& memory = memory_of(key);
  count_anew(key, memory.cordoned, snapshot);
  const Wanted wanted = want(snapshot);
  Plan plan;
  Outcome outcome;
  std::optional<Credentials> credentials;
  if (wanted.murder) {
    auto ensured = ensure_credentials(client_, snapshot, *wanted.murder, memory.certificates);
    if (ensured) {
      credentials = *std::move(ensured);
      plan = decide(snapshot, wanted, *credentials, memory.settled);
      if (snapshot.paused()) {
        plan.actions.clear();
      } else {
        const Actor::Agents agents = {
            .push = [&](const std::string& pod,
                        const agent::v1::PushRequest& request) { return agents_.push(key, pod, request, kPatience); },
            .forget = [&](const std::string& pod,
                          const std::string& server) { return agents_.forget(key, pod, server, kPatience); },
        };
        outcome = Actor(client_, engine_, snapshot, agents).carry_out(plan);
        if (outcome.changes.empty() && outcome.failures.empty()) memory.settled = std::move(plan.settled);
      }
    } else {
      outcome.failures.push_back(ensured.error().message);
    }
  }
  std::vector<std::string> complaints;
  if (wanted.murder && !snapshot.paused()) {
    if (auto answered = answer_move_annotation(client_, snapshot, outcome, complaints); !answered) {
      outcome.failures.push_back(answered.error().message);
    }
  }
  tell(snapshot, plan, outcome, complaints);
  const Report said = report(snapshot, wanted, plan, outcome);
  if (credentials) MURDER_TRY(watch_agents(snapshot, wanted, *credentials, said.settled));
  MURDER_TRY(publish(snapshot, said));
  if (!outcome.failures.empty()) return Error{outcome.failures.front()};
  auto now_cordoned = cordoned(snapshot, wanted, plan);
  const bool more =
      !std::includes(memory.cordoned.begin(), memory.cordoned.end(), now_cordoned.begin(), now_cordoned.end());
  memory.cordoned = std::move(now_cordoned);
  return ReconcileOutcome{.requeue_after = more ? std::chrono::nanoseconds(kSoon) : std::chrono::nanoseconds(kAtLeast)};
}

// What an agent said a while ago says nothing of a mailbox that was made since, and a Backend is let go only when it
// holds none.
void MurderController::count_anew(const ObjectKey& key, const std::set<std::string>& backends, Snapshot& snapshot) {
  for (const auto& name : backends) {
    const auto pods = snapshot.pods_of(name);
    if (pods.size() != 1) continue;
    auto& seen = snapshot.agents[pods.front()->name];
    auto facts = agents_.look(key, pods.front()->name, kLookPatience);
    if (facts) {
      seen = {*std::move(facts), ""};
    } else {
      seen = {std::nullopt, facts.error().message};
    }
  }
}

// A murder is never worked on twice at a time: what is returned is the caller's until the next pass.
MurderController::Memory& MurderController::memory_of(const ObjectKey& key) {
  const std::lock_guard lock(mutex_);
  return memories_[key];
}

// Its objects are taken along by their owner references. Backends stay, and wait for one of that name.
Result<ReconcileOutcome> MurderController::without_cluster(const ObjectKey& key) {
  agents_.forget(key);
  identity_.forget(key);
  {
    const std::lock_guard lock(mutex_);
    memories_.erase(key);
  }
  for (const auto& backend : caches_.of_cluster(kBackends, key)) {
    if (kubernetes::is_being_deleted(*backend)) {
      Snapshot nothing{.object = backend};
      Plan plan;
      plan.actions.emplace_back(SetFinalizer{backend, false, "its MurderCluster is gone"});
      const auto* list = kubernetes::find(*backend, {"metadata", "finalizers"});
      if (list == nullptr || list->empty()) continue;
      const auto outcome = Actor(client_, engine_, nothing).carry_out(plan);
      if (!outcome.failures.empty()) return Error{outcome.failures.front()};
    } else {
      const auto status = status_without_cluster(*backend, key.name, Clock::now());
      const auto applied = engine_.apply_status(kBackends, *backend, status);
      if (!applied && !applied.failed_with(kubernetes::Failure::NotFound)) return applied.error().in("status");
    }
  }
  return ReconcileOutcome{};
}

// A MurderCluster and its Backends are applied one after the other: made for what has come by then, the first would be
// told of the others at once, while it starts.
std::optional<std::chrono::nanoseconds> MurderController::pause_of_new(const Snapshot& snapshot) {
  const std::lock_guard lock(mutex_);
  const auto uid = kubernetes::uid_of(*snapshot.object);
  auto seen = first_seen_.find(uid);
  if (seen == first_seen_.end()) {
    if (kubernetes::find(*snapshot.object, {"status", "conditions"}) != nullptr) return {};
    seen = first_seen_.emplace(uid, snapshot.now).first;
  }
  const auto left = seen->second + kNewTogether - snapshot.now;
  if (left <= Clock::duration(0)) return {};
  return left;
}

// What has no condition counts as finished (kstatus): so one is there before anything is done.
Result<void> MurderController::announce(const Snapshot& snapshot) {
  if (kubernetes::find(*snapshot.object, {"status", "conditions"}) != nullptr) return {};
  const auto text = rfc3339(snapshot.now);
  const auto condition = [&](const char* type, const char* status) {
    return Json{{"type", type},
                {"status", status},
                {"reason", name_of(Reason::Creating)},
                {"message", "its servers are being made"},
                {"lastTransitionTime", text},
                {"observedGeneration", kubernetes::generation_of(*snapshot.object)}};
  };
  const Json status = {{"observedGeneration", kubernetes::generation_of(*snapshot.object)},
                       {"summary", "its servers are being made"},
                       {"conditions", {condition("Ready", "Unknown"), condition("Reconciling", "True")}}};
  const auto applied = engine_.apply_status(kClusters, *snapshot.object, status);
  if (!applied) return applied.error().in("status");
  return {};
}

Result<void> MurderController::publish(const Snapshot& snapshot, const Report& report) {
  const auto apply = [&](const Resource& resource, const Json& live, const Json& status) -> Result<void> {
    const auto applied = engine_.apply_status(resource, live, status);
    // Gone meanwhile, or made anew: the next pass knows.
    if (!applied && !applied.failed_with(kubernetes::Failure::NotFound)) {
      return applied.error().in("status of " + resource.kind + " " + kubernetes::key_of(live).name);
    }
    return {};
  };
  for (const auto& backend : snapshot.backends) {
    const auto status = report.backends.find(backend.name());
    if (status != report.backends.end()) MURDER_TRY(apply(kBackends, *backend.object, status->second));
  }
  return apply(kClusters, *snapshot.object, report.cluster);
}

Result<void> MurderController::watch_agents(const Snapshot& snapshot, const Wanted& wanted,
                                            const Credentials& credentials, bool settled) {
  const auto key = kubernetes::key_of(*snapshot.object);
  const auto identity = identity_.of(key, credentials.authority, snapshot.now);
  if (!identity) return identity.error();
  std::vector<agents::Endpoint> endpoints;
  for (const auto& pod : snapshot.pods) {
    const auto* node = wanted.murder->topology.find(pod.node);
    if (node == nullptr || pod.ip.empty() || pod.deleting) continue;
    endpoints.push_back(endpoint_of(pod, *node, pod.name));
  }
  agents_.watch(key, std::move(endpoints), *identity, settled);
  return {};
}

void MurderController::tell(const Snapshot& snapshot, const Plan& plan, const Outcome& outcome,
                            const std::vector<std::string>& complaints) {
  const auto regarding = kubernetes::reference_to(*snapshot.object);
  const auto cluster = kubernetes::key_of(*snapshot.object).text();
  for (const auto& change : outcome.changes) {
    log_(LogLevel::Info, change.text, {{"cluster", cluster}, {"reason", name_of(change.reason)}});
    events_.record({.regarding = regarding,
                    .type = Event::Type::Normal,
                    .reason = std::string(name_of(change.reason)),
                    .action = change.action,
                    .note = change.text,
                    .related = change.related});
  }
  for (const auto& failure : outcome.failures) {
    log_(LogLevel::Error, failure, {{"cluster", cluster}, {"reason", name_of(Reason::ApplyFailed)}});
    events_.record({.regarding = regarding,
                    .type = Event::Type::Warning,
                    .reason = std::string(name_of(Reason::ApplyFailed)),
                    .action = "Apply",
                    .note = failure});
  }
  for (const auto& complaint : complaints) {
    log_(LogLevel::Warning, complaint, {{"cluster", cluster}, {"reason", "InvalidRequest"}});
    events_.record({.regarding = regarding,
                    .type = Event::Type::Warning,
                    .reason = "InvalidRequest",
                    .action = "Move",
                    .note = complaint});
  }
  for (const auto& hold : plan.holds) {
    log_(LogLevel::Debug, hold.message, {{"cluster", cluster}, {"node", hold.node}, {"predicate", hold.predicate}});
  }
}

}  // namespace murder::controller
