#include "operator/plan/plan.h"

#include <algorithm>
#include <optional>
#include <set>

namespace murder::plan {
namespace {

constexpr std::size_t kShownChanges = 3;

std::string_view file_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

bool is_secret(std::string_view path) { return path.find("/secrets/") != std::string_view::npos; }

// What a change of a file means to those who read it.
Verb effect(std::string_view path) {
  const auto name = file_name(path);
  if (name == "hosts" || name == "services") return Verb::Rewrite;                  // looked at anew with each lookup
  if (name == "accounts.json" || name == "mupdate-password") return Verb::Rewrite;  // the agent takes them up
  if (name == "agent.json") return Verb::RestartAgent;
  return Verb::Reload;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    if (const auto line = text.substr(0, end); !line.empty() && line.front() != '#') lines.push_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

// "serverlist: be1.x" → "serverlist": lines of the same key are one line that changed.
std::string_view key_of(std::string_view line) {
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  return line.substr(0, line.find_first_of(": ="));
}

std::string_view value_of(std::string_view line) {
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  const auto value = line.find_first_not_of(": =", key_of(line).size());
  return value == std::string_view::npos ? std::string_view() : line.substr(value);
}

std::vector<std::string_view> only_in(const std::vector<std::string_view>& these,
                                      const std::vector<std::string_view>& not_those) {
  const std::set<std::string_view> others(not_those.begin(), not_those.end());
  std::vector<std::string_view> found;
  std::copy_if(these.begin(), these.end(), std::back_inserter(found),
               [&](auto line) { return !others.contains(line); });
  return found;
}

std::optional<Step> compare(const NodeFiles& wanted, const Observed& seen) {
  if (!seen.running) return Step{wanted.name, Verb::Start, seen.files.empty() ? "new" : "not running"};
  std::optional<Step> step;
  if (wanted.restarts_agent) step = Step{wanted.name, Verb::RestartAgent, ""};
  if (wanted.restarts_cyrus) step = Step{wanted.name, Verb::RestartCyrus, ""};
  for (const auto& [path, bytes] : wanted.files) {
    const auto there = seen.files.find(path);
    if (there != seen.files.end() && there->second == bytes) continue;
    const Verb verb = effect(path);
    const std::string before = there == seen.files.end() ? "" : there->second;
    const std::string why =
        is_secret(path) ? std::string(file_name(path)) + ": passwords" : difference(file_name(path), before, bytes);
    // A node is told of once, by what disturbs it most.
    if (!step || verb < step->verb) {
      step = Step{wanted.name, verb, step && !step->reason.empty() ? why + "; " + step->reason : why};
    } else {
      step->reason += (step->reason.empty() ? "" : "; ") + why;
    }
  }
  if (step && step->reason.empty()) step->reason = "another program, or certificate";
  return step;
}

}  // namespace

std::string_view to_string(Verb verb) {
  switch (verb) {
    case Verb::Start:
      return "start";
    case Verb::Stop:
      return "stop";
    case Verb::RestartCyrus:
      return "restart Cyrus";
    case Verb::Reload:
      return "reload Cyrus";
    case Verb::RestartAgent:
      return "restart agent";
    case Verb::Rewrite:
      return "rewrite";
  }
  return "";
}

std::string difference(std::string_view file, std::string_view before, std::string_view after) {
  const auto old_lines = lines_of(before);
  const auto new_lines = lines_of(after);
  auto gone = only_in(old_lines, new_lines);
  const auto come = only_in(new_lines, old_lines);
  std::vector<std::string> changes;
  for (const auto line : come) {
    const auto twin = std::find_if(gone.begin(), gone.end(), [&](auto other) { return key_of(other) == key_of(line); });
    const std::string key(key_of(line));
    if (twin == gone.end()) {
      changes.push_back(key + ": " + std::string(value_of(line)) + " (new)");
    } else {
      changes.push_back(key + ": " + std::string(value_of(*twin)) + " → " + std::string(value_of(line)));
      gone.erase(twin);
    }
  }
  for (const auto line : gone) changes.push_back(std::string(key_of(line)) + " (removed)");
  std::string text = std::string(file) + ": ";
  for (std::size_t i = 0; i < std::min(changes.size(), kShownChanges); ++i) text += (i == 0 ? "" : ", ") + changes[i];
  if (changes.size() > kShownChanges) text += " and " + std::to_string(changes.size() - kShownChanges) + " more";
  return text;
}

std::vector<Step> plan(const std::vector<NodeFiles>& wanted, const std::map<std::string, Observed>& observed) {
  std::vector<Step> steps;
  std::set<std::string> names;
  for (const auto& node : wanted) {
    names.insert(node.name);
    const auto seen = observed.find(node.name);
    if (auto step = compare(node, seen == observed.end() ? Observed{} : seen->second))
      steps.push_back(*std::move(step));
  }
  for (const auto& [name, seen] : observed) {
    if (!names.contains(name) && seen.running)
      steps.push_back({name, Verb::Stop, "in no manifest any more; its files and mail stay"});
  }
  return steps;
}

}  // namespace murder::plan
