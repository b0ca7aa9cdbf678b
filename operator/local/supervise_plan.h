// What the supervisor does next: (what is wanted, what was seen, what happened before, now) → actions. Pure.
//
// Decided from what is seen each time, never from an event, so a supervisor that was away and one that was there decide
// the same.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/role.h"
#include "operator/local/process_table.h"

namespace murder::local {

enum class Reason {
  NotRunning,            // never started since the machine started, or stopped by us
  Exited,                // ended without being asked to
  OrphanedChildren,      // cyrmaster ended alone, and its children hold its ports
  ServiceDisabled,       // the agent says that only a restart of Cyrus will help
  AgentUnresponsive,     // the agent runs and does not answer
  ConfigurationChanged,  // by `up` or `apply`
  NotWanted,             // no node of the cluster any more
  StopTooSlow,           // asked to end, and did not
  // Why something is not done yet.
  WaitingForAgent,
  WaitingForMaster,
  BackingOff,
  OneAtATime,
  Draining,
};
std::string_view to_string(Reason reason);

struct WantedNode {
  std::string name;
  Role role = Role::Master;
  Versions versions;
};

enum class Sign { Unknown, Good, Bad, Silent };  // Silent: no answer at all

struct SeenNode {
  NodeProcesses processes;
  Sign startup = Sign::Unknown;  // /startupz of the agent
  Sign alive = Sign::Unknown;    // /livez
  Sign ready = Sign::Unknown;    // /readyz
  std::string files;             // Versions::files that the agent has taken up; empty when it did not say
  std::size_t sessions = 0;      // of a frontend that is not wanted any more
  bool serves = false;           // its first service gave its greeting; asked of a Cyrus that is_young() only
  std::string text;              // of what is not good
};

// What an agent says of a Cyrus that is so young may still be about the one before it.
bool is_young(const Process& cyrmaster, Moment now);

// Whether the processes are those that are wanted, and have taken up the files that are.
bool is_as_wanted(const SeenNode& node, const Versions& versions);

// Serves, as far as can be told.
bool is_ready(const SeenNode& node, Moment now);

struct Seen {
  std::map<std::string, SeenNode> nodes;
  bool master_answers = false;  // the MUPDATE master gave its greeting, or has run for a while
};

// What is remembered of one of a node's two processes.
struct Past {
  pid_t pid = 0;         // as last seen; 0 when it is known to have ended
  Moment started{0};     // of that process
  Moment not_before{0};  // of the next start
  int failures = 0;      // in a row
  int restarts = 0;      // ever, in this run
  bool asked_to_end = false;
  Moment asked_at{0};
  Moment no_restart_before{0};         // for its health
  Moment told_at{0};                   // of new files
  Reason reason = Reason::NotRunning;  // of the last start
  std::string message;
  bool operator==(const Past&) const = default;
};

struct NodePast {
  Past agent;
  Past cyrus;
  std::optional<Moment> bad_since;     // /livez is bad
  std::optional<Moment> silent_since;  // the agent runs and gives no answer
  std::optional<Moment> orphans_since;
  std::optional<Moment> unwanted_since;
  bool operator==(const NodePast&) const = default;
};

struct Memory {
  std::map<std::string, NodePast> nodes;
  std::optional<Moment> master_wanted_since;  // waiting for it to answer
  bool operator==(const Memory&) const = default;
};

struct Action {
  enum class Kind {
    StartAgent,
    StopAgent,
    KillAgent,
    TellAgent,
    StartCyrus,
    StopCyrus,
    KillCyrus,
    EndOrphans,
    KillOrphans
  };
  Kind kind;
  std::string node;
  Reason reason;
  std::string message;
  bool operator==(const Action&) const = default;
};
std::string_view to_string(Action::Kind kind);

struct Hold {
  std::string node;
  Reason reason;
  std::string message;
  bool operator==(const Hold&) const = default;
};

struct Decision {
  std::vector<Action> actions;
  std::vector<Hold> holds;
  Moment look_again{0};  // after this long, even when nothing happens
};

// Takes note of what was seen: exits, uptimes, rounds of bad health.
void remember(Memory& memory, const std::vector<WantedNode>& wanted, const Seen& seen, Moment now);

// `drain`: how long a node that is not wanted any more may go on with the sessions that it has.
Decision decide(const std::vector<WantedNode>& wanted, const Seen& seen, const Memory& memory, Moment now,
                Moment drain = Moment(0));

// What came of an action.
struct Outcome {
  std::string failure;             // empty when it was done
  std::optional<Process> process;  // that was started
};

// Takes note of it. A start that failed counts as an exit.
void remember(Memory& memory, const Action& action, const Outcome& outcome, Moment now);

inline constexpr Moment kFirstPause{1'000};
inline constexpr Moment kLongestPause{60'000};
inline constexpr Moment kToldAgain{1'000};        // an agent waits with telling a Cyrus that has just started
inline constexpr Moment kDrainLook{500};          // nothing tells when a session ends
inline constexpr Moment kForgiven{60'000};        // failures, after being up this long
inline constexpr Moment kMasterPatience{20'000};  // then the others start without it: they serve what they know
inline constexpr Moment kStopPatience{15'000};
inline constexpr Moment kOrphanPatience{2'000};
inline constexpr Moment kSettling{30'000};  // a node may take this long to become ready before it counts as down
inline constexpr Moment kFirstCheck{
    15'000};  // no judgement before: an agent looks every 10 s, and may not have seen it yet
inline constexpr Moment kBadPatience{3'000};
inline constexpr Moment kSilentPatience{15'000};

}  // namespace murder::local
