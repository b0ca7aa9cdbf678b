#include "operator/controller/report.h"

#include <algorithm>

#include "operator/api/backend_fields.h"
#include "operator/api/murder_cluster_fields.h"
#include "operator/api/schema/writer.h"
#include "operator/controller/conditions.h"

namespace murder::controller {
namespace {

using topology::Node;

template <typename T>
Json to_status(T status) {
  return Json::parse(api::to_json(std::move(status)).dump());
}

std::string of(std::size_t some, std::size_t all) { return std::to_string(some) + "/" + std::to_string(all); }

std::string joined(const std::vector<std::string>& texts, std::size_t most = 3) {
  std::string text;
  for (std::size_t i = 0; i < std::min(texts.size(), most); ++i) text += (i == 0 ? "" : "; ") + texts[i];
  if (texts.size() > most) text += "; and " + std::to_string(texts.size() - most) + " more";
  return text;
}

// The state of a node's pod, in words: why it is not ready.
struct Trouble {
  Reason reason;
  std::string message;
};
Trouble trouble_of(const Snapshot& now, const std::string& node) {
  const auto pods = now.pods_of(node);
  if (pods.empty()) return {Reason::Creating, "its pod is not there yet"};
  for (const auto* pod : pods) {
    if (pod->deleting) return {Reason::Restarting, "pod " + pod->name + " ends"};
    if (!pod->trouble.empty()) return {Reason::PodFailed, "pod " + pod->name + ": " + pod->trouble};
  }
  for (const auto* pod : pods) {
    if (pod->ready) continue;
    const auto* facts = now.facts_of(*pod);
    if (facts != nullptr && !facts->failed_checks.empty()) {
      return {Reason::Starting, "pod " + pod->name + ": " + joined(facts->failed_checks)};
    }
    return {Reason::Starting, "pod " + pod->name + " is starting"};
  }
  return {Reason::Starting, ""};
}

std::string used(const AgentFacts& facts) {
  std::uint64_t total = 0;
  std::uint64_t available = 0;
  for (const auto& partition : facts.partitions) {
    total += partition.total_bytes;
    available += partition.available_bytes;
  }
  if (total == 0) return {};
  return std::to_string(100 * (total - available) / total) + "%";
}

// --- A Backend ---

class BackendReport {
 public:
  BackendReport(const Snapshot& now, const Wanted& wanted, const Plan& plan, const BackendSeen& seen)
      : now_(now), wanted_(wanted), plan_(plan), seen_(seen), conditions_(*seen.object, now.now) {
    const auto pods = now.pods_of(seen.name());
    if (pods.size() == 1) pod_ = pods.front();
    if (pod_ != nullptr) facts_ = now.facts_of(*pod_);
  }

  Json build() {
    api::BackendStatus status;
    status.observed_generation = kubernetes::generation_of(*seen_.object);
    // One that is let go is no node any more, and its name is still needed: the master has to forget it.
    const auto* node = this->node();
    status.server_name = node != nullptr ? node->host : kubernetes::text_at(*seen_.object, {"status", "serverName"});
    status.last_push = kubernetes::text_at(*seen_.object, {"status", "lastPush"});
    if (facts_ != nullptr) {
      status.mailboxes = static_cast<std::int64_t>(facts_->mailboxes);
      status.used = used(*facts_);
      for (const auto& partition : facts_->partitions) {
        // In whole per cent of the size: a status that is written for each message would be written all the time.
        const std::uint64_t step = std::max<std::uint64_t>(partition.total_bytes / 100, 1);
        status.partitions.push_back({partition.name, static_cast<std::int64_t>(partition.total_bytes),
                                     static_cast<std::int64_t>(partition.available_bytes / step * step)});
      }
      for (const auto& conflict : facts_->conflicts) {
        if (status.conflicts.size() == 100) break;
        status.conflicts.push_back({conflict.mailbox, conflict.here, conflict.master});
      }
      if (facts_->pushed_at_ms > 0) {
        status.last_push = rfc3339(Clock::time_point(std::chrono::milliseconds(facts_->pushed_at_ms)));
      }
    }
    status.synced = !facts_ || !facts_->pushed ? "No" : facts_->hold_reason.empty() ? "Yes" : "Held";
    conditions();
    status.conditions = std::move(conditions_).take();
    return to_status(std::move(status));
  }

  bool ready() const { return pod_ != nullptr && pod_->ready && !pod_->deleting; }
  bool synced() const { return facts_ != nullptr && facts_->pushed && facts_->hold_reason.empty(); }
  bool settled() const { return ready() && pod_ != nullptr && has_taken_up(now_, plan_, *pod_) && hold() == nullptr; }

 private:
  const Node* node() const { return wanted_.murder ? wanted_.murder->topology.find(seen_.name()) : nullptr; }
  const Hold* hold() const {
    for (const auto& hold : plan_.holds) {
      if (hold.node == seen_.name()) return &hold;
    }
    return nullptr;
  }

  void conditions() {
    if (!seen_.mistakes.empty()) {
      conditions_.set("Ready", api::ConditionStatus::Unknown, Reason::InvalidSpec, seen_.mistakes.front().message);
      conditions_.set("Stalled", true, Reason::InvalidSpec, seen_.mistakes.front().text());
      return;
    }
    if (ready()) {
      conditions_.set("Ready", true, Reason::Ready, "it serves its mailboxes");
    } else {
      const auto trouble = trouble_of(now_, seen_.name());
      conditions_.set("Ready", false, trouble.reason, trouble.message);
    }
    const bool pushed = facts_ != nullptr && facts_->pushed;
    if (pushed) {
      conditions_.set("Registered", true, Reason::Registered, "the MUPDATE master knows its mailboxes");
    } else {
      conditions_.set("Registered", api::ConditionStatus::Unknown, Reason::NotPushed,
                      facts_ != nullptr && !facts_->push_error.empty() ? facts_->push_error
                                                                       : "its list was not pushed to the master yet");
    }
    sync();
    progress();
    if (const auto kept = wanted_.kept.find(seen_.name()); kept != wanted_.kept.end()) {
      conditions_.set("Stalled", true, pushed && facts_->mailboxes > 0 ? Reason::NotEmpty : Reason::MailboxesUnknown,
                      "not deleted: " + kept->second.message);
    }
  }

  void sync() {
    if (facts_ == nullptr || !facts_->pushed) {
      conditions_.set("Synced", api::ConditionStatus::Unknown, Reason::NotPushed, "not pushed yet");
    } else if (facts_->hold_reason.empty()) {
      conditions_.set("Synced", true, Reason::Synced, "its list and the master's agree");
    } else {
      const Reason reason = facts_->hold_reason == "MassDelete" ? Reason::MassDelete : Reason::MailboxConflict;
      conditions_.set("Synced", false, reason, facts_->push_error);
      if (reason == Reason::MailboxConflict) conditions_.set("MailboxConflict", true, reason, facts_->push_error);
    }
  }

  void progress() {
    const auto* held = hold();
    if (settled()) {
      conditions_.set("Progressing", false, Reason::Settled, "it is as it should be");
      conditions_.set("Degraded", false, Reason::Ready, "");
      return;
    }
    const auto trouble = trouble_of(now_, seen_.name());
    if (held != nullptr) {
      conditions_.set("Progressing", true, Reason::Restarting, held->predicate + ": " + held->message);
    } else if (!ready()) {
      conditions_.set("Progressing", true, trouble.reason, trouble.message);
    } else {
      conditions_.set("Progressing", true, Reason::Reloading, "it has not taken up its files yet");
    }
    const bool failed = trouble.reason == Reason::PodFailed;
    conditions_.set("Degraded", failed, failed ? Reason::PodFailed : Reason::Ready, failed ? trouble.message : "");
    conditions_.set("Reconciling", true, held != nullptr ? Reason::Restarting : Reason::Starting, "see Progressing");
  }

  const Snapshot& now_;
  const Wanted& wanted_;
  const Plan& plan_;
  const BackendSeen& seen_;
  const PodSeen* pod_ = nullptr;
  const AgentFacts* facts_ = nullptr;
  Conditions conditions_;
};

// --- The MurderCluster ---

class ClusterReport {
 public:
  ClusterReport(const Snapshot& now, const Wanted& wanted, const Plan& plan, const Outcome& outcome)
      : now_(now), wanted_(wanted), plan_(plan), outcome_(outcome), conditions_(*now.object, now.now) {}

  // Rows of the backends, as their own reports have them.
  void add(const std::string& name, const BackendReport& backend, const Json& status) {
    status_.backends.push_back({name, backend.ready(), backend.synced(), status.value("mailboxes", std::int64_t{0})});
    if (backend.ready()) ++ready_backends_;
    if (!backend.synced()) unsynced_.push_back(name);
    if (!backend.ready()) unready_.push_back(name);
    settled_ = settled_ && backend.settled();
  }

  Json build() {
    status_.observed_generation = kubernetes::generation_of(*now_.object);
    if (!wanted_.murder) return invalid();
    const auto& topology = wanted_.murder->topology;
    status_.version = cyrus::to_string(topology.cyrus);
    status_.selector = objects::frontend_selector_text(topology);
    master();
    frontends();
    status_.ready_backends = of(ready_backends_, status_.backends.size());
    ready();
    progress();
    degraded();
    status_.conditions = std::move(conditions_).take();
    return to_status(std::move(status_));
  }

  bool settled() const { return settled_; }

 private:
  // What was seen before stays: the pods run on with what they have.
  Json invalid() {
    std::vector<std::string> texts;
    for (const auto& mistake : wanted_.mistakes) texts.push_back(mistake.text());
    const std::string message = "nothing is changed until this is mended: " + joined(texts);
    conditions_.set("Ready", api::ConditionStatus::Unknown, Reason::InvalidSpec, message);
    conditions_.set("Progressing", false, Reason::InvalidSpec, message);
    conditions_.set("Degraded", true, Reason::InvalidSpec, message);
    conditions_.set("Stalled", true, Reason::InvalidSpec, message);
    status_.summary = shortened("invalid: " + joined(texts, 1));
    status_.conditions = std::move(conditions_).take();
    return to_status(std::move(status_));
  }

  static std::string shortened(std::string text) {
    if (text.size() > 1024) text.resize(1024);
    return text;
  }

  void master() {
    const auto& topology = wanted_.murder->topology;
    status_.master.endpoint = topology.master().host + ":" + std::to_string(topology.port(topology::Protocol::Mupdate));
    status_.master.ready = is_up(now_, topology::kMasterName);
    const auto pods = now_.pods_of(topology::kMasterName);
    if (pods.size() == 1) {
      if (const auto* facts = now_.facts_of(*pods.front())) status_.master.version = facts->cyrus_version;
      settled_ = settled_ && has_taken_up(now_, plan_, *pods.front());
    }
    settled_ = settled_ && status_.master.ready;
    if (status_.master.ready) {
      conditions_.set("MasterAvailable", true, Reason::Ready, "it answers an authenticated NOOP");
    } else {
      const auto trouble = trouble_of(now_, topology::kMasterName);
      conditions_.set("MasterAvailable", false, Reason::MasterDown, trouble.message);
    }
  }

  void frontends() {
    const auto wanted = wanted_.murder->topology.spec.frontend.replicas;
    for (const auto* pod : now_.pods_of(topology::kFrontendsName)) {
      if (pod->deleting) continue;
      ++status_.replicas;
      api::FrontendStatus row{.name = pod->name, .ready = pod->ready};
      if (const auto* facts = now_.facts_of(*pod)) {
        row.entries = static_cast<std::int64_t>(facts->mailboxes);
        row.missing = static_cast<std::int64_t>(facts->missing);
        row.extra = static_cast<std::int64_t>(facts->extra);
        row.different = static_cast<std::int64_t>(facts->different);
        if (facts->compared && row.missing + row.extra + row.different > 0) differing_.push_back(pod->name);
      }
      if (pod->ready) ++status_.ready_replicas;
      if (has_taken_up(now_, plan_, *pod)) ++status_.updated_replicas;
      // While frontends are replaced there are more than there may be replicas, and so rows.
      constexpr std::size_t kMostRows = 1000;
      if (status_.frontends.size() < kMostRows) status_.frontends.push_back(std::move(row));
    }
    status_.ready_frontends = of(static_cast<std::size_t>(status_.ready_replicas), static_cast<std::size_t>(wanted));
    settled_ = settled_ && status_.replicas == wanted && status_.ready_replicas == wanted &&
               status_.updated_replicas == wanted && rolled_out();
    if (status_.ready_replicas > 0) {
      conditions_.set("FrontendsAvailable", true, Reason::Ready, status_.ready_frontends + " serve clients");
    } else if (wanted == 0) {
      conditions_.set("FrontendsAvailable", false, Reason::NoFrontends, "spec.frontend.replicas is 0");
    } else {
      conditions_.set("FrontendsAvailable", false, Reason::FrontendsNotReady,
                      trouble_of(now_, topology::kFrontendsName).message);
    }
  }

  // Whether no frontend is left of an earlier template.
  bool rolled_out() const {
    const auto deployment = now_.find(
        "Deployment",
        objects::node_object(wanted_.murder->topology, *wanted_.murder->topology.find(topology::kFrontendsName)));
    if (!deployment) return false;
    const auto number = [&](const char* name) {
      const auto* value = kubernetes::find(*deployment, {"status", name});
      return value != nullptr && value->is_number_integer() ? value->get<std::int64_t>() : 0;
    };
    return number("observedGeneration") == kubernetes::generation_of(*deployment) &&
           number("updatedReplicas") == number("replicas");
  }

  void ready() {
    const auto unready = [&](Reason reason, std::string message) {
      status_.summary = shortened(message);
      conditions_.set("Ready", false, reason, std::move(message));
    };
    if (unsynced_.empty() && unready_.empty()) {
      conditions_.set("BackendsSynced", !status_.backends.empty(),
                      status_.backends.empty() ? Reason::NoBackends : Reason::Synced,
                      status_.backends.empty() ? "there is no Backend of this cluster"
                                               : "every backend's list and the master's agree");
    } else {
      conditions_.set("BackendsSynced", false, Reason::NotPushed,
                      "not in sync with the master: " + joined(unsynced_.empty() ? unready_ : unsynced_));
    }
    if (!status_.master.ready) return unready(Reason::MasterDown, "the MUPDATE master is not ready");
    if (status_.backends.empty()) return unready(Reason::NoBackends, "there is no Backend of this cluster");
    if (!unready_.empty()) return unready(Reason::BackendsNotReady, "not ready: " + joined(unready_));
    if (!unsynced_.empty()) return unready(Reason::NotPushed, "not in sync with the master: " + joined(unsynced_));
    if (status_.ready_replicas == 0) {
      return unready(Reason::FrontendsNotReady, "no frontend has answered IMAP with a list that is the master's");
    }
    status_.summary = status_.ready_frontends + " frontends and " + of(ready_backends_, status_.backends.size()) +
                      " backends serve clients";
    conditions_.set("Ready", true, Reason::Ready, status_.summary);
  }

  void progress() {
    if (now_.paused()) {
      conditions_.set("Progressing", false, Reason::Paused,
                      "nothing is changed while it is annotated with " + std::string(kPausedAnnotation));
      return;
    }
    settled_ = settled_ && plan_.holds.empty() && outcome_.changes.empty() && outcome_.failures.empty();
    if (settled_) {
      conditions_.set("Progressing", false, Reason::Settled, "everything is as it should be");
      return;
    }
    Reason reason = Reason::Reloading;
    std::string message = "servers have not taken up their files yet";
    if (!plan_.holds.empty()) {
      reason = Reason::Restarting;
      message =
          plan_.holds.front().node + " waits: " + plan_.holds.front().predicate + ": " + plan_.holds.front().message;
    } else if (!status_.master.ready || !unready_.empty()) {
      reason = Reason::Starting;
      message = "waits until servers are ready";
    } else if (status_.replicas != wanted_.murder->topology.spec.frontend.replicas) {
      reason = Reason::Scaling;
      message = std::to_string(status_.replicas) + " frontends, " +
                std::to_string(wanted_.murder->topology.spec.frontend.replicas) + " wanted";
    } else if (!outcome_.changes.empty()) {
      reason = Reason::ResourceChanged;
      std::vector<std::string> texts;
      for (const auto& change : outcome_.changes) texts.push_back(change.text);
      message = joined(texts);
    }
    conditions_.set("Progressing", true, reason, message);
    conditions_.set("Reconciling", true, reason, message);
  }

  void degraded() {
    std::vector<std::string> troubles = outcome_.failures;
    Reason reason = troubles.empty() ? Reason::Ready : Reason::ApplyFailed;
    for (const auto& pod : now_.pods) {
      if (pod.trouble.empty()) continue;
      if (troubles.empty()) reason = Reason::PodFailed;
      troubles.push_back("pod " + pod.name + ": " + pod.trouble);
    }
    for (const auto& backend : now_.backends) {
      for (const auto* pod : now_.pods_of(backend.name())) {
        const auto* facts = now_.facts_of(*pod);
        if (facts == nullptr || facts->hold_reason.empty()) continue;
        if (troubles.empty()) {
          reason = facts->hold_reason == "MassDelete" ? Reason::MassDelete : Reason::MailboxConflict;
        }
        troubles.push_back("backend " + backend.name() + ": " + facts->push_error);
      }
    }
    if (!differing_.empty()) {
      if (troubles.empty()) reason = Reason::ListsDiffer;
      troubles.push_back("the list of " + joined(differing_) + " is not the master's");
    }
    conditions_.set("Degraded", !troubles.empty(), reason, joined(troubles));
  }

  const Snapshot& now_;
  const Wanted& wanted_;
  const Plan& plan_;
  const Outcome& outcome_;
  Conditions conditions_;
  api::MurderClusterStatus status_;
  std::size_t ready_backends_ = 0;
  std::vector<std::string> unsynced_, unready_, differing_;
  bool settled_ = true;
};

}  // namespace

Report report(const Snapshot& snapshot, const Wanted& wanted, const Plan& plan, const Outcome& outcome) {
  Report report;
  ClusterReport cluster(snapshot, wanted, plan, outcome);
  for (const auto& seen : snapshot.backends) {
    BackendReport backend(snapshot, wanted, plan, seen);
    Json status = backend.build();
    cluster.add(seen.name(), backend, status);
    report.backends[seen.name()] = std::move(status);
  }
  report.cluster = cluster.build();
  report.settled = cluster.settled();
  return report;
}

Json status_without_cluster(const Json& backend, const std::string& cluster, Clock::time_point now) {
  Conditions conditions(backend, now);
  const std::string message = "there is no MurderCluster " + cluster + " in this namespace";
  conditions.set("Ready", false, Reason::ClusterMissing, message);
  conditions.set("Stalled", true, Reason::ClusterMissing, message);
  api::BackendStatus status;
  status.observed_generation = kubernetes::generation_of(backend);
  status.conditions = std::move(conditions).take();
  return to_status(std::move(status));
}

}  // namespace murder::controller
