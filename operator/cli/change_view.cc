#include "operator/cli/change_view.h"

#include <memory>

#include "operator/cli/output.h"

namespace murder::cli {
namespace {

constexpr std::chrono::milliseconds kPatience{10'000};

}  // namespace

nlohmann::ordered_json change_json(const local::Change& change) {
  auto steps = nlohmann::ordered_json::array();
  for (const auto& step : change.steps) {
    steps.push_back({{"node", step.node}, {"will", to_string(step.verb)}, {"because", step.reason}});
  }
  auto held = nlohmann::ordered_json::array();
  for (const auto* rules : {&change.kept, &change.waiting}) {
    for (const auto& each : *rules) {
      held.push_back({{"node", each.node}, {"by", each.predicate}, {"because", each.message}});
    }
  }
  return {{"cluster", change.topology.cluster}, {"steps", steps}, {"held", held}};
}

void print_change(const local::Change& change, std::ostream& out) {
  if (change.steps.empty()) {
    out << "Nothing to do: everything is as the manifests say.\n";
  } else {
    Table table({"NODE", "WILL", "BECAUSE"});
    for (const auto& step : change.steps) table.add({step.node, std::string(to_string(step.verb)), step.reason});
    table.print(out);
  }
  for (const auto& each : change.waiting)
    out << each.node << " waits (" << each.predicate << "): " << each.message << "\n";
  for (const auto& each : change.kept)
    out << each.node << " stays (" << each.predicate << "): " << each.message << "\n";
}

local::MailboxesOf mailboxes_by_agents(const RunningOptions& options) {
  using Statuses = agents::Replies<agent::v1::NodeStatus>;
  const auto asked = std::make_shared<std::optional<Statuses>>();
  return [options, asked](const std::string& backend) -> std::optional<std::uint64_t> {
    if (!*asked) {
      const auto running = open_running(options);
      if (!running) return {};
      *asked = running->agents->status(/*fresh=*/true, kPatience);
    }
    const auto reply = (*asked)->find(backend);
    if (reply == (*asked)->end() || !reply->second) return {};
    const auto& status = *reply->second;
    if (!status.counted()) return {};
    return status.mailboxes();
  };
}

}  // namespace murder::cli
