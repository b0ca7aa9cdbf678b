#include "operator/local/ready.h"

#include <poll.h>

#include <cstdio>
#include <deque>
#include <fstream>
#include <set>

#include "operator/local/cluster.h"
#include "operator/local/history.h"
#include "operator/local/observe.h"

namespace murder::local {
namespace {

using namespace std::chrono_literals;

std::string what_it_lacks(const std::string& name, const SeenNode& node, const History& history) {
  std::string text;
  if (!node.processes.agent) text = "its agent does not run";
  if (node.processes.agent && !node.processes.cyrmaster) text = "Cyrus does not run";
  if (text.empty()) text = node.ready == Sign::Good ? "it has not taken up its files" : "not ready";
  if (!node.text.empty()) text += ": " + node.text;
  for (const auto& hold : history.holds) {
    if (hold.node == name) text += "; " + std::string(to_string(hold.reason)) + ": " + hold.message;
  }
  const auto past = history.memory.nodes.find(name);
  if (past != history.memory.nodes.end()) {
    for (const auto& process : {past->second.agent, past->second.cyrus}) {
      if (!process.message.empty()) text += "; " + process.message;
    }
  }
  return text;
}

std::string in_seconds(Moment time) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f s", static_cast<double>(time.count()) / 1000);
  return text;
}

void pause(Moment time) { poll(nullptr, 0, static_cast<int>(time.count())); }

}  // namespace

std::string last_lines(const topology::Node& node, std::size_t count) {
  std::string text;
  for (const auto& path : {node.paths.log() + "/" + node.name + ".jsonl", node.paths.log() + "/agent.out",
                           node.paths.log() + "/cyrmaster.out"}) {
    std::ifstream file(path);
    std::deque<std::string> lines;
    for (std::string line; std::getline(file, line);) {
      lines.push_back(std::move(line));
      if (lines.size() > count) lines.pop_front();
    }
    for (const auto& line : lines) text += "    " + line + "\n";
  }
  return text;
}

Status await_gone(const std::vector<std::string>& nodes, const ClusterState& state, const Places& places,
                  std::chrono::milliseconds patience, const std::function<void(const std::string&)>& progress) {
  constexpr Moment kInterval{100};
  const Moment begin = since_boot();
  std::set<std::string> left(nodes.begin(), nodes.end());
  while (!left.empty()) {
    auto processes = scan(places, state.library);
    if (!processes) return std::move(processes).error();
    for (const auto& name : nodes) {
      if (!left.contains(name) || !(*processes)[name].empty()) continue;
      left.erase(name);
      progress(name + " has ended after " + in_seconds(since_boot() - begin));
    }
    if (left.empty()) break;
    if (since_boot() - begin >= patience) {
      return Error{*left.begin() + " has not ended after " + in_seconds(patience) + "; see " + places.supervisor_log()};
    }
    pause(kInterval);
  }
  return ok();
}

Status await_ready(const topology::Topology& topology, const ClusterState& state, const Places& places,
                   std::chrono::milliseconds patience, const std::function<void(const std::string&)>& progress) {
  // How often the state is asked for: agents answer in a millisecond, and nothing tells when one becomes ready.
  constexpr Moment kInterval{100};
  const Moment begin = since_boot();
  std::set<std::string> ready;
  for (;;) {
    auto seen = observe(topology, places, net::Deadline::in(3s));
    if (!seen) return std::move(seen).error();
    std::set<std::string> now;
    for (const auto& node : topology.nodes) {
      const auto& found = seen->nodes[node.name];
      if (!is_ready(found, since_boot()) || !is_as_wanted(found, state.versions.at(node.name))) continue;
      now.insert(node.name);
      if (!ready.contains(node.name)) progress(node.name + " is ready after " + in_seconds(since_boot() - begin));
    }
    ready = std::move(now);
    if (ready.size() == topology.nodes.size()) return ok();
    if (since_boot() - begin >= patience) {
      const auto history = load_history(places);
      std::string text = "not all nodes are ready after " + in_seconds(patience);
      for (const auto& node : topology.nodes) {
        if (ready.contains(node.name)) continue;
        text += "\n  " + node.name + ": " +
                what_it_lacks(node.name, seen->nodes[node.name], history ? *history : History{}) + "\n" +
                last_lines(node, 5);
      }
      return Error{text + "the supervisor goes on trying; see also " + places.supervisor_log()};
    }
    pause(kInterval);
  }
}

}  // namespace murder::local
