// Holds back deliveries to a user on this frontend while its mailboxes move.
//
// A frontend sends a message where its list says, and when the mailbox has just left there the backend answers 550: the
// sender gets it back. Cyrus has a way to say "not now" (cyr_deny(8), for the LMTP services only): 451, and whoever
// sends tries again. IMAP and the rest are as they were.
//
// A hold ends by itself, so that whoever asked for it may end at any time, and so may this agent.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/agent_config.h"
#include "base/result.h"

namespace murder::move {

// Whose denial a record of user_deny.db is. What an administrator has denied stays as it is.
enum class Denial { None, Ours, Another };
// "2\tlmtp,lmtpunix\tmessage", as `cyr_dbtool … get` prints it; an empty line when there is none.
Denial denial_of(std::string_view record);
// The users of our denials among all lines of `cyr_dbtool … show`.
std::vector<std::string> users_we_deny(std::string_view records);

// user.fred^smith is fred.smith's.
std::string user_of(std::string_view mailbox);

// What is done to Cyrus: for tests to watch.
struct DenyCommands {
  std::function<Result<Denial>(const std::string& user)> look;
  std::function<Status(const std::string& user)> deny;
  std::function<Status(const std::string& user)> allow;
  std::function<Result<std::vector<std::string>>()> ours;
};
DenyCommands deny_commands(const AgentConfig& config);

class DeliveryHold {
 public:
  explicit DeliveryHold(DenyCommands commands) : commands_(std::move(commands)) {}
  ~DeliveryHold() { stop(); }
  DeliveryHold(const DeliveryHold&) = delete;
  DeliveryHold& operator=(const DeliveryHold&) = delete;

  // Ends what an earlier agent has left, and from then on each hold when its time has come.
  void start();
  void stop();

  // From now on for so long. The first time it returns when what was being delivered has had a moment to end.
  Status hold(const std::string& user, std::chrono::seconds duration);
  Status release(const std::string& user);

 private:
  using Clock = std::chrono::steady_clock;
  Status release_locked(const std::string& user);
  void run(const std::stop_token& stop);

  const DenyCommands commands_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::map<std::string, Clock::time_point> until_;
  bool changed_ = false;
  std::jthread thread_;
};

}  // namespace murder::move
