#include "operator/local/stop.h"

#include <poll.h>
#include <signal.h>

#include <algorithm>
#include <cerrno>

namespace murder::local {
namespace {

constexpr Moment kKillPatience{5'000};

using Processes = std::vector<Process>;

Status signal_all(const Processes& processes, int number) {
  for (const auto& process : processes) MURDER_TRY(send_signal(process, number));
  return ok();
}

// What `select` finds of the nodes now.
Result<Processes> find(const Places& places, const std::string& library, const std::vector<std::string>& nodes,
                       const std::function<void(const NodeProcesses&, Processes&)>& select) {
  auto found = scan(places, library);
  if (!found) return std::move(found).error();
  Processes selected;
  for (const auto& name : nodes) {
    if (const auto node = found->find(name); node != found->end()) select(node->second, selected);
  }
  return selected;
}

// Those of `nodes` that are stopped, and how.
struct Stopping {
  const Places& places;
  const std::string& library;
  const std::vector<std::string>& nodes;
  const std::function<void(const std::string&)>& tell;

  // New ones may have been started while we waited, by those that we waited for: looks until there are none.
  Status end_all(int number, Moment patience,
                 const std::function<void(const NodeProcesses&, Processes&)>& select) const {
    const Moment until = since_boot() + patience;
    for (;;) {
      auto processes = find(places, library, nodes, select);
      if (!processes) return std::move(processes).error();
      if (processes->empty()) return ok();
      const Moment now = since_boot();
      Processes slow = *processes;
      if (now < until) {
        MURDER_TRY(signal_all(*processes, number));
        slow = await_end(*processes, until - now);
      }
      for (const auto& process : slow) {
        tell("killing process " + std::to_string(process.pid) + " (" + process.program + "): it did not end within " +
             std::to_string(patience.count() / 1000) + " s");
      }
      MURDER_TRY(signal_all(slow, SIGKILL));
      const auto left = await_end(slow, kKillPatience);
      if (!left.empty()) return Error{"process " + std::to_string(left.front().pid) + " cannot be killed"};
    }
  }
};

}  // namespace

bool has_ended(const net::UniqueFd& handle) {
  pollfd waiting{handle.get(), POLLIN, 0};
  return poll(&waiting, 1, 0) > 0;
}

Processes await_end(const Processes& processes, Moment at_most) {
  const Moment until = since_boot() + at_most;
  for (const auto& process : processes) {
    const auto handle = open_process(process);
    if (!handle) continue;
    pollfd waiting{handle->get(), POLLIN, 0};
    for (;;) {
      const Moment left = std::max(until - since_boot(), Moment(0));
      if (poll(&waiting, 1, static_cast<int>(left.count())) >= 0 || errno != EINTR) break;
    }
  }
  Processes left;
  for (const auto& process : processes) {
    const auto handle = open_process(process);
    if (handle && !has_ended(*handle)) left.push_back(process);
  }
  return left;
}

Processes with_session(const Process& leader, const NodeProcesses& processes) {
  Processes all = {leader};
  for (const auto& child : processes.children) {
    if (child.session == leader.session) all.push_back(child);
  }
  return all;
}

Status stop_nodes(const Places& places, const std::string& library, const std::vector<std::string>& nodes,
                  Moment patience, const std::function<void(const std::string&)>& tell) {
  const Stopping stopping{places, library, nodes, tell};
  MURDER_TRY(stopping.end_all(SIGQUIT, patience, [](const NodeProcesses& node, Processes& into) {
    if (node.cyrmaster) into.push_back(*node.cyrmaster);
  }));
  MURDER_TRY(stopping.end_all(SIGTERM, Moment(2'000), [](const NodeProcesses& node, Processes& into) {
    into.insert(into.end(), node.orphans.begin(), node.orphans.end());
  }));
  return stopping.end_all(SIGTERM, patience, [](const NodeProcesses& node, Processes& into) {
    if (node.agent) into.push_back(*node.agent);
    into.insert(into.end(), node.children.begin(), node.children.end());
    into.insert(into.end(), node.orphans.begin(), node.orphans.end());
  });
}

}  // namespace murder::local
