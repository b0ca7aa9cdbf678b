#include "sidecar/move/hold.h"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <utility>

#include "sidecar/move/listing.h"
#include "sidecar/push/cyrus_tool.h"

namespace murder::move {
namespace {

using namespace std::chrono_literals;

// How a denial of ours is told from an administrator's. Clients of LMTP are not shown it.
constexpr std::string_view marker = "murder-agent: is being moved";
// A delivery that was let in before the hold has this long to reach its backend.
constexpr auto drain = 1s;
constexpr auto retry = 5s;

std::string lmtp_services(const AgentConfig& config) {
  std::string names;
  for (const auto& service : config.services) {
    if (service.protocol == "lmtp") names += (names.empty() ? "" : ",") + service.name;
  }
  return names;
}

}  // namespace

Denial denial_of(std::string_view record) {
  while (record.ends_with('\n') || record.ends_with('\r')) record.remove_suffix(1);
  if (record.empty()) return Denial::None;
  const auto message = record.rfind('\t');
  return message != std::string_view::npos && record.substr(message + 1) == marker ? Denial::Ours : Denial::Another;
}

std::vector<std::string> users_we_deny(std::string_view records) {
  std::vector<std::string> users;
  while (!records.empty()) {
    const auto end = records.find('\n');
    const auto line = records.substr(0, end);
    records.remove_prefix(end == std::string_view::npos ? records.size() : end + 1);
    const auto key_end = line.find('\t');
    if (key_end == std::string_view::npos || key_end == 0) continue;
    if (denial_of(line.substr(key_end + 1)) == Denial::Ours) users.emplace_back(line.substr(0, key_end));
  }
  return users;
}

std::string user_of(std::string_view mailbox) {
  if (!is_user(mailbox)) return {};
  mailbox.remove_prefix(std::string_view("user.").size());
  std::string user(mailbox.substr(0, mailbox.find('.')));
  std::replace(user.begin(), user.end(), '^', '.');
  return user;
}

DenyCommands deny_commands(const AgentConfig& config) {
  const auto run = [config](const std::string& program, std::vector<std::string> arguments) -> Result<std::string> {
    auto command = push::cyrus_tool(config, config.paths.imapd_conf, program, std::move(arguments));
    command.timeout = 10s;
    auto ended = process::run_successfully(command);
    if (!ended) return std::move(ended).error();
    return std::move(ended->output);
  };
  const auto database = config.paths.config_directory + "/user_deny.db";
  const auto exists = [database] {
    std::error_code error;
    return std::filesystem::exists(database, error);
  };
  return {
      .look = [run, database, exists](const std::string& user) -> Result<Denial> {
        if (!exists()) return Denial::None;
        const auto record = run("cyr_dbtool", {database, "flat", "get", user});
        if (!record) return record.error();
        return denial_of(*record);
      },
      .deny = [run, services = lmtp_services(config)](const std::string& user) -> Status {
        if (services.empty()) return ok();  // nothing is delivered through here
        const auto done = run("cyr_deny", {"-s", services, "-m", std::string(marker), user});
        if (!done) return done.error();
        return ok();
      },
      .allow = [run](const std::string& user) -> Status {
        const auto done = run("cyr_deny", {"-a", user});
        if (!done) return done.error();
        return ok();
      },
      .ours = [run, database, exists]() -> Result<std::vector<std::string>> {
        if (!exists()) return std::vector<std::string>{};
        const auto records = run("cyr_dbtool", {database, "flat", "show"});
        if (!records) return records.error();
        return users_we_deny(*records);
      },
  };
}

void DeliveryHold::start() {
  if (const auto left = commands_.ours()) {
    for (const auto& user : *left) until_[user] = Clock::now();
  } else {
    std::cerr << "murder-agent: deliveries that an earlier agent held back: " << left.error().message << std::endl;
  }
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void DeliveryHold::stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

Status DeliveryHold::hold(const std::string& user, std::chrono::seconds duration) {
  {
    const std::lock_guard lock(mutex_);
    const auto until = Clock::now() + duration;
    if (const auto held = until_.find(user); held != until_.end() && held->second > Clock::now()) {
      held->second = until;
      return ok();
    }
    const auto denial = commands_.look(user);
    if (!denial) return denial.error();
    // An administrator has said what is let in; it cannot be said beside that.
    if (*denial == Denial::Another) return ok();
    MURDER_TRY(commands_.deny(user));
    until_[user] = until;
    changed_ = true;
    wake_.notify_all();
  }
  std::this_thread::sleep_for(drain);
  return ok();
}

Status DeliveryHold::release(const std::string& user) {
  const std::lock_guard lock(mutex_);
  return release_locked(user);
}

Status DeliveryHold::release_locked(const std::string& user) {
  const auto denial = commands_.look(user);
  if (!denial) return denial.error();
  if (*denial == Denial::Ours) MURDER_TRY(commands_.allow(user));
  until_.erase(user);
  return ok();
}

void DeliveryHold::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    const auto next = std::min_element(until_.begin(), until_.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
    const auto changed = [this] { return std::exchange(changed_, false); };
    if (next == until_.end()) {
      wake_.wait(lock, stop, changed);
      continue;
    }
    const auto [user, until] = *next;
    if (until > Clock::now()) {
      wake_.wait_until(lock, stop, until, changed);
      continue;
    }
    if (const auto released = release_locked(user); !released) {
      std::cerr << "murder-agent: deliveries to " << user << " are still held back: " << released.error().message
                << "; trying again" << std::endl;
      until_[user] = Clock::now() + retry;
    }
  }
}

}  // namespace murder::move
