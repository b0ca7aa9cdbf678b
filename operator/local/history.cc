#include "operator/local/history.h"

#include <array>
#include <nlohmann/json.hpp>

#include "operator/local/durable_file.h"

namespace murder::local {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array kReasons = {
    Reason::NotRunning,        Reason::Exited,
    Reason::OrphanedChildren,  Reason::ServiceDisabled,
    Reason::AgentUnresponsive, Reason::ConfigurationChanged,
    Reason::NotWanted,         Reason::StopTooSlow,
    Reason::WaitingForAgent,   Reason::WaitingForMaster,
    Reason::Draining,          Reason::BackingOff,
    Reason::OneAtATime,
};

Reason reason_from(const std::string& text) {
  for (const auto reason : kReasons) {
    if (to_string(reason) == text) return reason;
  }
  return Reason::NotRunning;
}

Json past_to_json(const Past& past) {
  return {{"pid", past.pid},
          {"startedMs", past.started.count()},
          {"notBeforeMs", past.not_before.count()},
          {"noRestartBeforeMs", past.no_restart_before.count()},
          {"failures", past.failures},
          {"restarts", past.restarts},
          {"askedToEnd", past.asked_to_end},
          {"askedAtMs", past.asked_at.count()},
          {"reason", to_string(past.reason)},
          {"message", past.message}};
}

// Throws nlohmann's exceptions, caught in parse_history.
Past past_from(const Json& json) {
  return {.pid = json.at("pid").get<pid_t>(),
          .started = Moment(json.at("startedMs").get<long long>()),
          .not_before = Moment(json.at("notBeforeMs").get<long long>()),
          .failures = json.at("failures").get<int>(),
          .restarts = json.at("restarts").get<int>(),
          .asked_to_end = json.at("askedToEnd").get<bool>(),
          .asked_at = Moment(json.at("askedAtMs").get<long long>()),
          .no_restart_before = Moment(json.at("noRestartBeforeMs").get<long long>()),
          .reason = reason_from(json.at("reason").get<std::string>()),
          .message = json.at("message").get<std::string>()};
}

}  // namespace

std::string to_json(const History& history, const std::string& boot) {
  Json nodes = Json::object();
  for (const auto& [name, past] : history.memory.nodes) {
    nodes[name] = {{"agent", past_to_json(past.agent)}, {"cyrus", past_to_json(past.cyrus)}};
  }
  Json holds = Json::array();
  for (const auto& hold : history.holds) {
    holds.push_back({{"node", hold.node}, {"reason", to_string(hold.reason)}, {"message", hold.message}});
  }
  return Json{{"boot", boot}, {"nodes", nodes}, {"holds", holds}}.dump(1) + "\n";
}

History parse_history(const std::string& text, const std::string& boot) {
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  try {
    if (!json.is_object() || json.at("boot") != boot) return {};
    History history;
    for (const auto& [name, node] : json.at("nodes").items()) {
      history.memory.nodes[name] = {.agent = past_from(node.at("agent")), .cyrus = past_from(node.at("cyrus"))};
    }
    for (const auto& hold : json.at("holds")) {
      history.holds.push_back({.node = hold.at("node").get<std::string>(),
                               .reason = reason_from(hold.at("reason").get<std::string>()),
                               .message = hold.at("message").get<std::string>()});
    }
    return history;
  } catch (const Json::exception&) {
    return {};
  }
}

std::string boot_id() {
  const auto text = read_file("/proc/sys/kernel/random/boot_id");
  return text && *text ? (*text)->substr(0, (*text)->find('\n')) : "";
}

Result<History> load_history(const Places& places) {
  const auto text = read_file(places.history());
  if (!text) return text.error();
  return parse_history(text->value_or(""), boot_id());
}

Status save_history(const Places& places, const History& history) {
  return write_file(places.history(), to_json(history, boot_id()), {.mode = 0640, .survives_power_loss = false});
}

}  // namespace murder::local
