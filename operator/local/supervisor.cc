#include "operator/local/supervisor.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>
#include <vector>

#include "operator/local/cluster.h"
#include "operator/local/durable_file.h"
#include "operator/local/history.h"
#include "operator/local/journal.h"
#include "operator/local/launch.h"
#include "operator/local/observe.h"
#include "operator/local/single.h"
#include "operator/local/stop.h"
#include "operator/local/twin.h"
#include "operator/local/wake.h"

namespace murder::local {
namespace {

using namespace std::chrono_literals;

// A program that ends as soon as it begins is not started more often than this.
constexpr Moment kTwinPause{1'000};

// What is wanted, from cluster.json.
struct Wanted {
  ClusterState state;
  topology::Topology topology;
  Launcher launcher;
  std::vector<WantedNode> nodes;

  static Result<std::optional<Wanted>> load(const Places& places) {
    auto state = local::load(places);
    if (!state) return std::move(state).error();
    if (!*state || !(*state)->wanted) return std::optional<Wanted>();
    auto cluster = read_cluster((*state)->manifests);
    if (!cluster) return std::move(cluster).error();
    auto topology = derive_local(*cluster, **state, places);
    if (!topology) return std::move(topology).error();
    auto launcher = Launcher::make(places, **state, topology->target.user);
    if (!launcher) return std::move(launcher).error();
    auto nodes = wanted_nodes(*topology, **state);
    return std::optional(Wanted{std::move(**state), std::move(*topology), std::move(*launcher), std::move(nodes)});
  }
};

class Supervisor {
 public:
  Supervisor(Places places, Wake wake, Wanted wanted, History history)
      : places_(std::move(places)),
        wake_(std::move(wake)),
        wanted_(std::move(wanted)),
        history_(std::move(history)),
        journal_(places_.supervisor_log()) {}

  Status run() {
    journal_.info("Supervising", "", "process " + std::to_string(getpid()));
    for (;;) {
      const Moment pause = std::min(watch_guard(), step());
      switch (wake_.wait(watched(), pause)) {
        case Wake::Cause::Terminate:
          journal_.info("Ending", "", "asked to end; what runs goes on");
          return ok();
        case Wake::Cause::Hangup:
          if (!reload()) return ok();
          break;
        case Wake::Cause::Time:
        case Wake::Cause::ProcessEnded:
          break;
      }
    }
  }

 private:
  // Looks, decides, acts; says when to look again at the latest.
  Moment step() {
    auto seen = observe(wanted_.topology, places_, net::Deadline::in(3s));
    if (!seen) {
      journal_.warn("CannotLook", "", seen.error().message);
      return Moment(1'000);
    }
    History next = history_;
    remember(next.memory, wanted_.nodes, *seen, since_boot());
    auto decision = decide(wanted_.nodes, *seen, next.memory, since_boot(),
                           std::chrono::seconds(wanted_.topology.spec.frontend.drain_seconds));
    for (const auto& action : decision.actions) {
      const auto outcome = act(action, seen->nodes[action.node].processes);
      tell(action, outcome);
      remember(next.memory, action, outcome, since_boot());
    }
    next.holds = std::move(decision.holds);
    for (const auto& hold : next.holds) tell(hold);
    if (next != history_) {
      if (auto saved = save_history(places_, next); !saved) journal_.warn("CannotSave", "", saved.error().message);
      history_ = std::move(next);
    }
    return watch(*seen) ? decision.look_again : Moment(0);
  }

  Outcome act(const Action& action, const NodeProcesses& processes) {
    using Kind = Action::Kind;
    const auto* node = wanted_.topology.find(action.node);
    const auto versions = [&] { return wanted_.state.versions[action.node]; };
    switch (action.kind) {
      case Kind::StartAgent:
        return start(wanted_.launcher.agent(*node, versions().agent));
      case Kind::StartCyrus:
        return start(wanted_.launcher.cyrmaster(*node, versions().cyrus));
      case Kind::StopAgent:
        return signal({*processes.agent}, SIGTERM);
      case Kind::KillAgent:
        return signal(with_session(*processes.agent, processes), SIGKILL);
      case Kind::TellAgent:
        return signal({*processes.agent}, SIGHUP);
      case Kind::StopCyrus:
        return signal({*processes.cyrmaster}, SIGQUIT);
      case Kind::KillCyrus:
        return signal(with_session(*processes.cyrmaster, processes), SIGKILL);
      case Kind::EndOrphans:
        return signal(processes.orphans, SIGTERM);
      case Kind::KillOrphans:
        return signal(processes.orphans, SIGKILL);
    }
    return {};
  }

  static Outcome start(const process::Spawn& what) {
    const auto pid = process::spawn(what);
    if (!pid) return {.failure = pid.error().message};
    // Should it have ended already, its pid alone will do: the next look notices that it is not there.
    return {.process = process_of(*pid).value_or(Process{.pid = *pid, .started = since_boot()})};
  }

  static Outcome signal(const std::vector<Process>& processes, int number) {
    Outcome outcome;
    for (const auto& process : processes) {
      if (auto sent = send_signal(process, number); !sent) outcome.failure = sent.error().message;
    }
    return outcome;
  }

  void tell(const Action& action, const Outcome& outcome) {
    // Told again every second, until it was: said once.
    constexpr Moment kSaidAgain{60'000};
    if (action.kind == Action::Kind::TellAgent && outcome.failure.empty()) {
      const auto past = history_.memory.nodes.find(action.node);
      if (past != history_.memory.nodes.end() && past->second.agent.told_at > Moment(0) &&
          since_boot() - past->second.agent.told_at < kSaidAgain) {
        return;
      }
    }
    std::string text(to_string(action.kind));
    if (outcome.process) text += " (process " + std::to_string(outcome.process->pid) + ")";
    if (!action.message.empty()) text += ": " + action.message;
    if (!outcome.failure.empty()) {
      journal_.warn(to_string(action.reason), action.node, text + ": failed: " + outcome.failure);
    } else if (action.reason == Reason::NotRunning || action.reason == Reason::ConfigurationChanged) {
      journal_.info(to_string(action.reason), action.node, text);
    } else {
      journal_.warn(to_string(action.reason), action.node, text);
    }
  }

  // Once for as long as it lasts: what it says of seconds left changes all the time.
  void tell(const Hold& hold) {
    const auto same = [&](const Hold& other) { return other.node == hold.node && other.reason == hold.reason; };
    if (std::none_of(history_.holds.begin(), history_.holds.end(), same)) {
      journal_.info(to_string(hold.reason), hold.node, hold.message);
    }
  }

  // False when one has ended already, and nothing would wake us.
  bool watch(const Seen& seen) {
    bool all = true;
    handles_.clear();
    for (const auto& [name, node] : seen.nodes) {
      for (const auto& process : {node.processes.agent, node.processes.cyrmaster}) {
        if (!process) continue;
        auto handle = open_process(*process);
        all = all && handle;
        if (handle) handles_.push_back(std::move(*handle));
      }
    }
    return all;
  }

  // Says when to look again at the latest.
  Moment watch_guard() {
    if (guard_ && !has_ended(*guard_)) return Moment::max();
    guard_.reset();
    const Moment tried = since_boot() - guard_tried_;
    if (tried < kTwinPause) return kTwinPause - tried;
    guard_tried_ = since_boot();
    auto guard = ensure(places_, Twin::Guard);
    if (guard) {
      guard_ = std::move(*guard);
    } else {
      journal_.warn("GuardFailed", "", guard.error().message);
    }
    return kTwinPause;
  }

  std::vector<int> watched() const {
    std::vector<int> all;
    for (const auto& handle : handles_) all.push_back(handle.get());
    if (guard_) all.push_back(guard_->get());
    return all;
  }

  // False when there is nothing to supervise any more.
  bool reload() {
    auto wanted = Wanted::load(places_);
    if (!wanted) {
      // What is wanted cannot be read: what runs was wanted, and goes on.
      journal_.warn("CannotLoad", "", wanted.error().message);
      return true;
    }
    if (!*wanted) {
      journal_.info("Ending", "", "the cluster is not wanted any more");
      return false;
    }
    wanted_ = std::move(**wanted);
    journal_.info("Loaded", "", std::to_string(wanted_.nodes.size()) + " nodes");
    return true;
  }

  Places places_;
  Wake wake_;
  Wanted wanted_;
  History history_;
  Journal journal_;
  std::vector<net::UniqueFd> handles_;
  std::optional<net::UniqueFd> guard_;
  Moment guard_tried_{-kTwinPause};
};

}  // namespace

Status run_supervisor(const Places& places) {
  auto wake = Wake::make();
  if (!wake) return std::move(wake).error();
  auto single = Single::take(places.supervisor_lock());
  if (!single) return std::move(single).error();
  if (!*single) return ok();
  auto wanted = Wanted::load(places);
  if (!wanted) return std::move(wanted).error();
  if (!*wanted) return ok();
  auto history = load_history(places);
  if (!history) return std::move(history).error();
  return Supervisor(places, std::move(*wake), std::move(**wanted), std::move(*history)).run();
}

Status run_guard(const Places& places) {
  auto wake = Wake::make();
  if (!wake) return std::move(wake).error();
  auto single = Single::take(places.guard_lock());
  if (!single) return std::move(single).error();
  if (!*single) return ok();
  Journal journal(places.supervisor_log());
  for (;;) {
    auto state = load(places);
    if (state && (!*state || !(*state)->wanted)) return ok();
    auto supervisor = ensure(places, Twin::Supervisor);
    if (!supervisor) journal.warn("SupervisorFailed", "", supervisor.error().message);
    const std::vector<int> watched = supervisor ? std::vector{supervisor->get()} : std::vector<int>{};
    const Moment began = since_boot();
    Wake::Cause cause;
    do {
      cause = wake->wait(watched, supervisor ? Moment(3'600'000) : kTwinPause);
    } while (cause == Wake::Cause::Hangup);
    if (cause == Wake::Cause::Terminate) return ok();
    if (cause == Wake::Cause::ProcessEnded && since_boot() - began < kTwinPause &&
        wake->wait({}, kTwinPause) == Wake::Cause::Terminate) {
      return ok();
    }
  }
}

Status wake_supervisor(const Places& places) {
  if (const auto pid = holder(places.supervisor_lock())) {
    if (const auto process = process_of(*pid)) return send_signal(*process, SIGHUP);
  }
  auto started = ensure(places, Twin::Supervisor);
  if (!started) return std::move(started).error();
  return ok();
}

Status stop_supervisor(const Places& places) {
  for (const auto& lock : {places.guard_lock(), places.supervisor_lock()}) {
    const auto pid = holder(lock);
    const auto process = pid ? process_of(*pid) : std::nullopt;
    if (!process) continue;
    MURDER_TRY(send_signal(*process, SIGTERM));
    if (await_end({*process}, Moment(5'000)).empty()) continue;
    MURDER_TRY(send_signal(*process, SIGKILL));
    if (!await_end({*process}, Moment(5'000)).empty()) {
      return Error{"process " + std::to_string(*pid) + " cannot be killed"};
    }
  }
  return ok();
}

}  // namespace murder::local
