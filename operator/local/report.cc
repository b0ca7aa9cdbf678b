#include "operator/local/report.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "operator/local/cluster.h"
#include "operator/local/history.h"
#include "operator/local/observe.h"
#include "operator/local/single.h"

namespace murder::local {
namespace {

using namespace std::chrono_literals;
using Row = std::vector<std::string>;

std::string duration(Moment time) {
  const auto seconds = time.count() / 1000;
  if (seconds < 120) return std::to_string(seconds) + "s";
  if (seconds < 7200) return std::to_string(seconds / 60) + "m";
  return std::to_string(seconds / 3600) + "h";
}

std::string pid_and_age(const std::optional<Process>& process) {
  if (!process) return "-";
  return std::to_string(process->pid) + " (" + duration(since_boot() - process->started) + ")";
}

std::string table(const std::vector<Row>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      text += row[i];
      if (i + 1 < row.size()) text += std::string(widths[i] - row[i].size() + 2, ' ');
    }
    text += '\n';
  }
  return text;
}

std::string trouble(const NodeReport& node) {
  if (!node.agent) return "agent does not run";
  if (!node.cyrmaster) return "Cyrus does not run";
  return node.ready ? "" : "not ready";
}

NodeReport report_of(const topology::Node& node, const SeenNode& seen, const History& history) {
  NodeReport report{.name = node.name,
                    .role = node.role,
                    .host = node.host,
                    .address = node.address,
                    .agent = seen.processes.agent,
                    .cyrmaster = seen.processes.cyrmaster,
                    .ready = is_ready(seen, since_boot())};
  const auto past = history.memory.nodes.find(node.name);
  if (past != history.memory.nodes.end()) {
    report.agent_restarts = past->second.agent.restarts;
    report.cyrus_restarts = past->second.cyrus.restarts;
  }
  report.text = trouble(report);
  const auto add = [&](const std::string& text) { report.text += (report.text.empty() ? "" : ": ") + text; };
  if (!seen.text.empty()) add(seen.text);
  for (const auto& hold : history.holds) {
    if (hold.node == node.name) add(std::string(to_string(hold.reason)) + " (" + hold.message + ")");
  }
  return report;
}

nlohmann::ordered_json to_json(const std::optional<Process>& process) {
  if (!process) return nullptr;
  return {{"pid", process->pid}, {"uptimeSeconds", (since_boot() - process->started).count() / 1000}};
}

nlohmann::ordered_json to_json(const std::optional<pid_t>& pid) {
  return pid ? nlohmann::ordered_json(*pid) : nlohmann::ordered_json(nullptr);
}

}  // namespace

bool Report::ready() const {
  return std::all_of(nodes.begin(), nodes.end(), [](const NodeReport& node) { return node.ready; });
}

Result<Report> report(const Places& places) {
  auto state = load(places);
  if (!state) return std::move(state).error();
  if (!*state) return Error{"no local murder in " + places.root + ": start one with `murder local up`"};
  auto cluster = read_cluster((*state)->manifests);
  if (!cluster) return std::move(cluster).error();
  auto topology = derive_local(*cluster, **state, places);
  if (!topology) return std::move(topology).error();
  auto seen = observe(*topology, places, net::Deadline::in(3s));
  if (!seen) return std::move(seen).error();
  auto history = load_history(places);
  if (!history) return std::move(history).error();
  Report report{.cluster = (*state)->cluster,
                .places = places,
                .wanted = (*state)->wanted,
                .supervisor = holder(places.supervisor_lock()),
                .guard = holder(places.guard_lock())};
  for (const auto& node : topology->nodes) report.nodes.push_back(report_of(node, seen->nodes[node.name], *history));
  return report;
}

std::string to_text(const Report& report) {
  const auto running = [](const std::optional<pid_t>& pid) {
    return pid ? "process " + std::to_string(*pid) : std::string("does not run");
  };
  std::string text = report.cluster + ": " +
                     (!report.wanted   ? "down"
                      : report.ready() ? "ready"
                                       : "not ready") +
                     " (" + report.places.root + ")\n";
  if (report.wanted) {
    text += "supervisor: " + running(report.supervisor) + ", guard: " + running(report.guard) + "\n";
  }
  std::vector<Row> rows = {{"NODE", "ROLE", "READY", "ADDRESS", "CYRUS", "AGENT", "RESTARTS", "STATUS"}};
  for (const auto& node : report.nodes) {
    rows.push_back({node.name, std::string(murder::to_string(node.role)), node.ready ? "yes" : "no", node.address,
                    pid_and_age(node.cyrmaster), pid_and_age(node.agent),
                    std::to_string(node.cyrus_restarts) + "+" + std::to_string(node.agent_restarts), node.text});
  }
  return text + table(rows);
}

std::string to_json(const Report& report) {
  nlohmann::ordered_json nodes = nlohmann::ordered_json::array();
  for (const auto& node : report.nodes) {
    nodes.push_back({{"name", node.name},
                     {"role", murder::to_string(node.role)},
                     {"host", node.host},
                     {"address", node.address},
                     {"ready", node.ready},
                     {"cyrus", to_json(node.cyrmaster)},
                     {"agent", to_json(node.agent)},
                     {"cyrusRestarts", node.cyrus_restarts},
                     {"agentRestarts", node.agent_restarts},
                     {"text", node.text}});
  }
  return nlohmann::ordered_json{{"cluster", report.cluster},
                                {"state", report.places.root},
                                {"wanted", report.wanted},
                                {"ready", report.ready()},
                                {"supervisor", to_json(report.supervisor)},
                                {"guard", to_json(report.guard)},
                                {"nodes", nodes}}
             .dump(2) +
         "\n";
}

}  // namespace murder::local
