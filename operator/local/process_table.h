// Which processes of this machine are a node's, told by the kernel alone.
//
// A process is a node's when its /etc/hosts is that node's etc/hosts: the node's processes are started with that bind
// mount (namespace.h), all their descendants inherit it, and nobody else can have it. So there is no record that could
// be missing or stale after a crash between starting a process and writing it down, and an orphan is found whatever it
// did to its session, name or parent.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/net/unique_fd.h"
#include "base/result.h"
#include "operator/local/state.h"

namespace murder::local {

// Time since the machine started, suspended or not (CLOCK_BOOTTIME): the clock of /proc/PID/stat, and one that a
// restarted supervisor shares with the one before.
using Moment = std::chrono::milliseconds;
Moment since_boot();

struct Process {
  pid_t pid = 0;
  Moment started{0};  // with the pid, names a process for good
  pid_t session = 0;
  std::string program;  // path of its executable
  std::string version;  // see kVersionVariable; of session leaders only
  bool operator==(const Process&) const = default;
};

struct NodeProcesses {
  std::optional<Process> agent;
  std::optional<Process> cyrmaster;
  std::vector<Process> children;  // of the two, running or of their sessions
  std::vector<Process> orphans;   // programs of Cyrus whose cyrmaster has gone: they may hold its ports

  bool empty() const { return !agent && !cyrmaster && children.empty() && orphans.empty(); }
};

// The environment variable with which agent and cyrmaster are started: Versions::agent, Versions::cyrus.
inline constexpr const char* kVersionVariable = "MURDER_CONFIG_VERSION";

// Splits a node's processes by what they are. Pure.
NodeProcesses sort_out(const std::vector<Process>& processes, const Places& places, const std::string& library);

// All processes of all directories below places.nodes(), also of nodes that are in no topology any more.
Result<std::map<std::string, NodeProcesses>> scan(const Places& places, const std::string& library);

// The process that has this pid now. Nothing when there is none, or only a zombie.
std::optional<Process> process_of(pid_t pid);

// A handle on a process that stays its own when the pid is used again (pidfd_open(2)). Nothing when it has gone.
std::optional<net::UniqueFd> open_process(const Process& process);
// Nothing happens when it has gone.
Status send_signal(const Process& process, int number);

// The fields of /proc/PID/stat that are used here; for tests.
struct Stat {
  char state = 0;
  pid_t session = 0;
  Moment started{0};
};
std::optional<Stat> parse_stat(const std::string& text, long ticks_per_second);

}  // namespace murder::local
