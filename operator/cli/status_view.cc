#include "operator/cli/status_view.h"

#include "operator/cli/output.h"

namespace murder::cli {
namespace {

using std::chrono::system_clock;

system_clock::time_point from_ms(std::int64_t ms) { return system_clock::time_point(std::chrono::milliseconds(ms)); }

std::string services(const agent::v1::NodeStatus& status) {
  int all = 0, up = 0;
  for (const auto& check : status.checks()) {
    if (!check.name().starts_with("service ")) continue;
    ++all;
    if (check.state() == agent::v1::CHECK_STATE_OK) ++up;
  }
  return std::to_string(up) + "/" + std::to_string(all);
}

bool in_sync(const agent::v1::ListSync& list) {
  return list.compared_at_ms() != 0 && list.error().empty() && list.missing() + list.extra() + list.different() == 0;
}

std::string list_text(const agent::v1::ListSync& list, system_clock::time_point now) {
  if (list.compared_at_ms() == 0) return list.error().empty() ? "not compared yet" : "not compared: " + list.error();
  const std::string when = ", " + age(from_ms(list.compared_at_ms()), now) + " ago";
  if (!list.error().empty()) return "not compared: " + list.error() + when;
  if (in_sync(list)) return "in sync" + when;
  std::string text = "out of sync: ";
  text += std::to_string(list.missing()) + " missing, " + std::to_string(list.extra()) + " extra, " +
          std::to_string(list.different()) + " different";
  if (list.in_sync_at_ms() != 0) text += ", for " + age(from_ms(list.in_sync_at_ms()), now);
  return text + when;
}

bool is_clean(const agent::v1::PushReport& push) {
  return push.outcome() == agent::v1::PUSH_OUTCOME_IN_SYNC || push.outcome() == agent::v1::PUSH_OUTCOME_PUSHED;
}

std::string push_text(const agent::v1::PushReport& push, system_clock::time_point now) {
  switch (push.outcome()) {
    case agent::v1::PUSH_OUTCOME_IN_SYNC:
    case agent::v1::PUSH_OUTCOME_PUSHED:
      return "pushed, " + age(from_ms(push.finished_at_ms()), now) + " ago";
    case agent::v1::PUSH_OUTCOME_HELD:
      return "held: " + push.reason();
    case agent::v1::PUSH_OUTCOME_FAILED:
      return "push failed: " + push.error();
    default:
      return "not pushed yet";
  }
}

}  // namespace

std::string age(system_clock::time_point then, system_clock::time_point now) {
  const auto seconds = std::max<std::int64_t>(0, std::chrono::duration_cast<std::chrono::seconds>(now - then).count());
  if (seconds < 120) return std::to_string(seconds) + " s";
  if (seconds < 2 * 3600) return std::to_string(seconds / 60) + " min";
  if (seconds < 48 * 3600) return std::to_string(seconds / 3600) + " h";
  return std::to_string(seconds / 86400) + " d";
}

StatusView view(const topology::Topology& topology, const agents::Replies<agent::v1::NodeStatus>& replies,
                system_clock::time_point now) {
  StatusView view;
  view.cluster = topology.cluster;
  view.cyrus = std::string(to_string(topology.cyrus));
  view.ready = true;
  for (const auto& node : topology.nodes) {
    NodeRow row{.node = node.name, .role = std::string(to_string(node.role)), .address = node.address};
    const auto reply = replies.find(node.name);
    if (reply == replies.end() || !reply->second) {
      row.state = "no answer";
      row.services = row.mailboxes = row.list = "-";
      view.problems.push_back(reply == replies.end() ? node.name + ": not asked"
                                                     : node.name + ": " + reply->second.error().message);
      view.ready = false;
      view.nodes.push_back(std::move(row));
      continue;
    }
    const auto& status = *reply->second;
    if (!status.cyrus_version().empty() && node.role == Role::Master) view.cyrus = status.cyrus_version();
    row.state = status.ready() ? "ready" : status.alive() ? "not ready" : "dead";
    row.services = services(status);
    row.mailboxes = std::to_string(node.role == Role::Frontend ? status.list_sync().entries() : status.mailboxes());
    row.list = "-";
    view.ready = view.ready && status.ready();
    for (const auto& check : status.checks()) {
      if (check.state() == agent::v1::CHECK_STATE_FAILED) {
        view.problems.push_back(node.name + ": " + check.name() + ": " + check.message());
      }
    }
    for (const auto& service : status.disabled_services()) {
      view.problems.push_back(node.name + ": cyrmaster has disabled service " + service + " after too many failures");
    }
    if (node.role == Role::Frontend) {
      row.list = list_text(status.list_sync(), now);
      view.ready = view.ready && in_sync(status.list_sync());
    } else if (node.role == Role::Backend) {
      row.list = push_text(status.last_push(), now);
      view.ready = view.ready && is_clean(status.last_push());
      for (const auto& conflict : status.last_push().conflicts()) {
        view.conflicts.push_back({node.name, conflict.mailbox(), conflict.here(), conflict.master()});
      }
    }
    view.nodes.push_back(std::move(row));
  }
  return view;
}

nlohmann::ordered_json to_json(const StatusView& view) {
  nlohmann::ordered_json json{{"cluster", view.cluster}, {"cyrus", view.cyrus}, {"ready", view.ready}};
  json["nodes"] = nlohmann::ordered_json::array();
  for (const auto& row : view.nodes) {
    json["nodes"].push_back({{"node", row.node},
                             {"role", row.role},
                             {"address", row.address},
                             {"state", row.state},
                             {"services", row.services},
                             {"mailboxes", row.mailboxes},
                             {"list", row.list}});
  }
  json["conflicts"] = nlohmann::ordered_json::array();
  for (const auto& row : view.conflicts) {
    json["conflicts"].push_back(
        {{"backend", row.backend}, {"mailbox", row.mailbox}, {"here", row.here}, {"master", row.master}});
  }
  json["problems"] = view.problems;
  return json;
}

void print(const StatusView& view, std::ostream& out) {
  out << "MurderCluster " << view.cluster << ", Cyrus " << view.cyrus << ": " << (view.ready ? "ready" : "not ready")
      << "\n\n";
  Table table({"NODE", "ROLE", "ADDRESS", "STATE", "SERVICES", "MAILBOXES", "LIST"});
  for (const auto& row : view.nodes) {
    table.add({row.node, row.role, row.address, row.state, row.services, row.mailboxes, row.list});
  }
  table.print(out);
  if (!view.problems.empty()) {
    out << "\nProblems\n";
    for (const auto& problem : view.problems) out << "  " << problem << "\n";
  }
  if (view.conflicts.empty()) return;
  out << "\nConflicts: held by two backends. Nothing was deleted; say which side is right:\n";
  Table conflicts({"  MAILBOX", "HERE", "AT THE MASTER", "HERE IS RIGHT"});
  for (const auto& row : view.conflicts) {
    conflicts.add(
        {"  " + row.mailbox, row.here, row.master, "murder push " + row.backend + " --local-is-right " + row.mailbox});
  }
  conflicts.print(out);
  out << "  (or --master-is-right MAILBOX: the copy here goes to DELETED.*)\n";
}

}  // namespace murder::cli
