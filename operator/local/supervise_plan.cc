#include "operator/local/supervise_plan.h"

#include <algorithm>

namespace murder::local {
namespace {

using Kind = Action::Kind;

std::string seconds(Moment time) { return std::to_string((time.count() + 999) / 1000) + " s"; }

const NodePast& past_of(const Memory& memory, const std::string& node) {
  static const NodePast nothing;
  const auto found = memory.nodes.find(node);
  return found == memory.nodes.end() ? nothing : found->second;
}

const SeenNode& seen_of(const Seen& seen, const std::string& node) {
  static const SeenNode nothing;
  const auto found = seen.nodes.find(node);
  return found == seen.nodes.end() ? nothing : found->second;
}

Moment pause_after(int failures) {
  Moment pause = kFirstPause;
  for (int i = 1; i < failures && pause < kLongestPause; ++i) pause *= 2;
  return std::min(pause, kLongestPause);
}

void failed(Past& past, Moment now) {
  ++past.failures;
  past.not_before = now + pause_after(past.failures);
}

void note(std::optional<Moment>& since, bool holds, Moment now) {
  if (!holds) since.reset();
  if (holds && !since) since = now;
}

void remember_process(Past& past, const std::optional<Process>& process, Moment now) {
  if (process && process->pid == past.pid && process->started == past.started) {
    if (now - process->started >= kForgiven) past.failures = 0;
    return;
  }
  if (past.pid != 0) {  // the one we knew has ended
    if (!past.asked_to_end) {
      failed(past, now);
      past.reason = Reason::Exited;
    }
    past.pid = 0;
    past.asked_to_end = false;
  }
  if (process) {
    past.pid = process->pid;
    past.started = process->started;
  }
}

// One node's part of the decision. What is done is put into `decision`, and so is what has to wait.
class NodePlan {
 public:
  NodePlan(const WantedNode& node, const std::vector<WantedNode>& wanted, const Seen& seen, const Memory& memory,
           Moment now, Decision& decision)
      : node_(node),
        wanted_(wanted),
        seen_(seen),
        now_(now),
        memory_(memory),
        self_(seen_of(seen, node.name)),
        past_(past_of(memory, node.name)),
        decision_(decision) {}

  void decide() {
    agent();
    cyrus();
  }

 private:
  void agent() {
    const auto& process = self_.processes.agent;
    if (!process) return start(Kind::StartAgent, past_.agent);
    if (past_.agent.asked_to_end) return insist(Kind::KillAgent, past_.agent);
    if (is_over(past_.silent_since, kSilentPatience)) {
      return act(Kind::StopAgent, Reason::AgentUnresponsive, self_.text);
    }
    if (process->version != node_.versions.agent) {
      return act(Kind::StopAgent, Reason::ConfigurationChanged, "its files or its program are others");
    }
    const bool others = !self_.files.empty() && self_.files != node_.versions.files;
    if (others && now_ - past_.agent.told_at >= kToldAgain) {
      act(Kind::TellAgent, Reason::ConfigurationChanged, "its files are others than those it has taken up");
    }
  }

  void cyrus() {
    const auto& process = self_.processes.cyrmaster;
    if (!process) {
      if (!self_.processes.orphans.empty()) return end_orphans();
      if (self_.startup != Sign::Good) {
        return hold(Reason::WaitingForAgent, self_.text.empty() ? "the agent prepares its directories" : self_.text);
      }
      if (node_.role != Role::Master && !master_permits()) return;
      return start(Kind::StartCyrus, past_.cyrus);
    }
    if (past_.cyrus.asked_to_end) return insist(Kind::KillCyrus, past_.cyrus);
    if (!self_.processes.orphans.empty()) end_orphans();
    if (is_over(past_.bad_since, kBadPatience) && now_ >= past_.cyrus.no_restart_before)
      return restart(Reason::ServiceDisabled, self_.text);
    if (process->version != node_.versions.cyrus) {
      restart(Reason::ConfigurationChanged, "what it reads at its start alone has changed");
    }
  }

  void start(Kind kind, const Past& past) {
    if (now_ < past.not_before) {
      const char* what = kind == Kind::StartAgent ? "agent" : "Cyrus";
      return hold(Reason::BackingOff, std::string(what) + " failed " + std::to_string(past.failures) +
                                          " times in a row; next start in " + seconds(past.not_before - now_));
    }
    act(kind, past.failures > 0 ? Reason::Exited : Reason::NotRunning, past.message);
  }

  void insist(Kind kind, const Past& past) {
    if (now_ - past.asked_at >= kStopPatience) act(kind, Reason::StopTooSlow, "not within " + seconds(kStopPatience));
  }

  void end_orphans() {
    act(is_over(past_.orphans_since, kOrphanPatience) ? Kind::KillOrphans : Kind::EndOrphans, Reason::OrphanedChildren,
        std::to_string(self_.processes.orphans.size()) + " processes of a cyrmaster that has ended may hold its ports");
  }

  // A slave that misses the master when it starts comes back to it only after mupdate_retry_delay (20 s and more), so
  // it is worth a wait; but without a master mail is still served, so not worth a long one.
  bool master_permits() {
    if (seen_.master_answers) return true;
    if (is_over(memory_.master_wanted_since, kMasterPatience)) return true;
    hold(Reason::WaitingForMaster, "starts when the MUPDATE master answers, or after " + seconds(kMasterPatience));
    return false;
  }

  void restart(Reason reason, const std::string& message) {
    if (node_.role != Role::Master) {
      if (const auto* other = peer_that_is_down()) {
        return hold(Reason::OneAtATime, "restarts when " + other->name + " is back");
      }
    }
    act(Kind::StopCyrus, reason, message);
  }

  const WantedNode* peer_that_is_down() const {
    for (const auto& other : wanted_) {
      if (other.role != node_.role || other.name == node_.name) continue;
      const auto& theirs = seen_of(seen_, other.name);
      const auto& cyrmaster = theirs.processes.cyrmaster;
      const bool leaving = past_of(memory_, other.name).cyrus.asked_to_end || is_stopped_now(other.name);
      // One that does not become ready in good time is ill, and must not keep the others from what they need.
      if (leaving || !cyrmaster || (!is_ready(theirs, now_) && now_ - cyrmaster->started < kSettling)) return &other;
    }
    return nullptr;
  }

  bool is_stopped_now(const std::string& name) const {
    return std::any_of(decision_.actions.begin(), decision_.actions.end(),
                       [&](const Action& action) { return action.kind == Kind::StopCyrus && action.node == name; });
  }

  bool is_over(const std::optional<Moment>& since, Moment patience) const { return since && now_ - *since >= patience; }

  void act(Kind kind, Reason reason, std::string message) {
    decision_.actions.push_back({kind, node_.name, reason, std::move(message)});
  }
  void hold(Reason reason, std::string message) { decision_.holds.push_back({node_.name, reason, std::move(message)}); }

  const WantedNode& node_;
  const std::vector<WantedNode>& wanted_;
  const Seen& seen_;
  const Moment now_;
  const Memory& memory_;
  const SeenNode& self_;
  const NodePast& past_;
  Decision& decision_;
};

// A node that is in no topology any more, but still has processes: Cyrus first, then its agent.
void retire(const std::string& name, const SeenNode& node, const NodePast& past, Moment now, Moment drain,
            Decision& decision) {
  const auto& processes = node.processes;
  const Moment left = past.unwanted_since.value_or(now) + drain - now;
  if (processes.cyrmaster && !past.cyrus.asked_to_end && node.sessions > 0 && left > Moment(0)) {
    decision.holds.push_back(
        {name, Reason::Draining,
         std::to_string(node.sessions) + " sessions: ends with the last of them, or in " + seconds(left)});
    return;
  }
  const auto stop = [&](Kind ask, Kind kill, const Past& process) {
    if (!process.asked_to_end) {
      decision.actions.push_back({ask, name, Reason::NotWanted, "no node of the cluster any more"});
    } else if (now - process.asked_at >= kStopPatience) {
      decision.actions.push_back({kill, name, Reason::StopTooSlow, "not within " + seconds(kStopPatience)});
    }
  };
  if (processes.cyrmaster) return stop(Kind::StopCyrus, Kind::KillCyrus, past.cyrus);
  if (!processes.orphans.empty()) {
    decision.actions.push_back({Kind::KillOrphans, name, Reason::NotWanted, "no node of the cluster any more"});
  }
  if (processes.agent) stop(Kind::StopAgent, Kind::KillAgent, past.agent);
}

bool is_wanted(const std::vector<WantedNode>& wanted, const std::string& name) {
  return std::any_of(wanted.begin(), wanted.end(), [&](const WantedNode& node) { return node.name == name; });
}

// Often while something is on its way, seldom when all is well: exits wake the supervisor by themselves.
Moment next_look(const std::vector<WantedNode>& wanted, const Seen& seen, const Memory& memory, Moment now) {
  constexpr Moment kSteady{10'000}, kSlow{2'000}, kFast{100};
  Moment next = kSteady;
  for (const auto& node : wanted) {
    const auto& seen_node = seen_of(seen, node.name);
    const auto& past = past_of(memory, node.name);
    for (const auto& process : {past.agent, past.cyrus}) {
      if (process.not_before > now) next = std::min(next, process.not_before - now);
    }
    const bool is_told = seen_node.files.empty() || seen_node.files == node.versions.files;
    if (is_ready(seen_node, now) && is_told && !past.bad_since && !past.silent_since) continue;
    next = std::min(next, kSlow);
    const auto& cyrmaster = seen_node.processes.cyrmaster;
    if (!is_told) next = std::min(next, kToldAgain);
    const bool starting = !cyrmaster || now - cyrmaster->started < Moment(10'000);
    const bool paused = now < past.cyrus.not_before || now < past.agent.not_before;
    if (starting && !paused) next = std::min(next, kFast);
  }
  return next;
}

}  // namespace

bool is_young(const Process& cyrmaster, Moment now) { return now - cyrmaster.started < kFirstCheck; }

bool is_as_wanted(const SeenNode& node, const Versions& versions) {
  const auto& processes = node.processes;
  return processes.agent && processes.cyrmaster && processes.agent->version == versions.agent &&
         processes.cyrmaster->version == versions.cyrus && node.files == versions.files;
}

bool is_ready(const SeenNode& node, Moment now) {
  const auto& cyrmaster = node.processes.cyrmaster;
  return cyrmaster && node.ready == Sign::Good && (node.serves || !is_young(*cyrmaster, now));
}

std::string_view to_string(Reason reason) {
  switch (reason) {
    case Reason::NotRunning:
      return "NotRunning";
    case Reason::Exited:
      return "Exited";
    case Reason::OrphanedChildren:
      return "OrphanedChildren";
    case Reason::ServiceDisabled:
      return "ServiceDisabled";
    case Reason::AgentUnresponsive:
      return "AgentUnresponsive";
    case Reason::ConfigurationChanged:
      return "ConfigurationChanged";
    case Reason::NotWanted:
      return "NotWanted";
    case Reason::StopTooSlow:
      return "StopTooSlow";
    case Reason::WaitingForAgent:
      return "WaitingForAgent";
    case Reason::WaitingForMaster:
      return "WaitingForMaster";
    case Reason::BackingOff:
      return "BackingOff";
    case Reason::OneAtATime:
      return "OneAtATime";
    case Reason::Draining:
      return "Draining";
  }
  return "";
}

std::string_view to_string(Kind kind) {
  switch (kind) {
    case Kind::StartAgent:
      return "start agent";
    case Kind::StopAgent:
      return "stop agent";
    case Kind::KillAgent:
      return "kill agent";
    case Kind::TellAgent:
      return "tell agent";
    case Kind::StartCyrus:
      return "start Cyrus";
    case Kind::StopCyrus:
      return "stop Cyrus";
    case Kind::KillCyrus:
      return "kill Cyrus";
    case Kind::EndOrphans:
      return "end orphans";
    case Kind::KillOrphans:
      return "kill orphans";
  }
  return "";
}

void remember(Memory& memory, const std::vector<WantedNode>& wanted, const Seen& seen, Moment now) {
  std::erase_if(memory.nodes, [&](const auto& entry) {
    return !is_wanted(wanted, entry.first) && seen_of(seen, entry.first).processes.empty();
  });
  for (const auto& node : wanted) memory.nodes.try_emplace(node.name);
  for (const auto& [name, node] : seen.nodes) {
    if (!node.processes.empty()) memory.nodes.try_emplace(name);
  }
  for (auto& [name, past] : memory.nodes) {
    const auto& node = seen_of(seen, name);
    remember_process(past.agent, node.processes.agent, now);
    remember_process(past.cyrus, node.processes.cyrmaster, now);
    note(past.unwanted_since, !is_wanted(wanted, name), now);
    note(past.orphans_since, !node.processes.orphans.empty(), now);
    const auto settled = [&](const std::optional<Process>& process) {
      return process && now - process->started >= kFirstCheck;
    };
    // A fresh agent has not looked yet, and a fresh Cyrus has not had the time to be well.
    const bool judged = settled(node.processes.agent) && settled(node.processes.cyrmaster);
    // A service that is not there yet, because Cyrus has not been told of it, is no reason to restart it.
    const auto versions =
        std::find_if(wanted.begin(), wanted.end(), [&](const auto& each) { return each.name == name; });
    const bool is_told = versions == wanted.end() || node.files.empty() || node.files == versions->versions.files;
    note(past.bad_since, judged && is_told && node.alive == Sign::Bad, now);
    note(past.silent_since, settled(node.processes.agent) && node.alive == Sign::Silent, now);
  }
  note(memory.master_wanted_since, !seen.master_answers, now);
}

Decision decide(const std::vector<WantedNode>& wanted, const Seen& seen, const Memory& memory, Moment now,
                Moment drain) {
  Decision decision;
  for (const auto& node : wanted) NodePlan(node, wanted, seen, memory, now, decision).decide();
  for (const auto& [name, node] : seen.nodes) {
    if (!is_wanted(wanted, name)) retire(name, node, past_of(memory, name), now, drain, decision);
  }
  decision.look_again = next_look(wanted, seen, memory, now);
  const bool drains = std::any_of(decision.holds.begin(), decision.holds.end(),
                                  [](const Hold& hold) { return hold.reason == Reason::Draining; });
  if (drains) decision.look_again = std::min(decision.look_again, kDrainLook);
  return decision;
}

void remember(Memory& memory, const Action& action, const Outcome& outcome, Moment now) {
  auto& node = memory.nodes[action.node];
  const auto start = [&](Past& past) {
    if (past.started > Moment(0)) ++past.restarts;
    past.message = outcome.failure;
    if (outcome.process) {
      past.pid = outcome.process->pid;
      past.started = outcome.process->started;
    } else {
      failed(past, now);
    }
  };
  const auto ask = [&](Past& past) {
    past.asked_to_end = true;
    past.asked_at = now;
    past.reason = action.reason;
    past.message = action.message;
  };
  switch (action.kind) {
    case Kind::StartAgent:
      return start(node.agent);
    case Kind::StartCyrus:
      return start(node.cyrus);
    case Kind::StopAgent:
      node.silent_since.reset();
      return ask(node.agent);
    case Kind::StopCyrus:
      if (action.reason == Reason::ServiceDisabled) {
        node.bad_since.reset();
        ++node.cyrus.failures;
        node.cyrus.no_restart_before = now + pause_after(node.cyrus.failures);
      }
      return ask(node.cyrus);
    case Kind::TellAgent:
      node.agent.told_at = now;
      return;
    case Kind::KillAgent:
    case Kind::KillCyrus:
    case Kind::EndOrphans:
    case Kind::KillOrphans:
      return;
  }
}

}  // namespace murder::local
