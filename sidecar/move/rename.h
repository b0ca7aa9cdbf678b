// Has Cyrus move a mailbox to another server: RENAME MAILBOX MAILBOX SERVER!PARTITION on an administrator's connection
// to the backend that holds it (imap/imapd.c: cmd_rename turns it into XFER).
#pragma once

#include <sys/types.h>

#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/agent_config.h"
#include "base/result.h"
#include "sidecar/health/imap.h"

namespace murder::move {

struct MoveRequest {
  std::string id;
  std::string mailbox;      // internal name
  std::string destination;  // host name, as in locations
  std::string partition;    // its default when empty
};

// What Cyrus said. A tagged OK comes after an untagged NO as well (CYRUS.md finding 6), and is no proof either way.
struct Answer {
  std::vector<std::string> untagged = {};
  std::string tagged = {};
  std::string error = {};  // the connection ended before the tagged answer

  bool refused() const;
};

// Waits as long as it takes. When `stop` is requested it returns, and Cyrus goes on.
Answer rename(const AgentConfig& config, const health::Login& login, const MoveRequest& request, std::stop_token stop);

// With '/' between the levels, "user.fred^smith.Work" is "user/fred.smith/Work" outside.
std::string external_name(std::string_view internal, char delimiter);
// * LIST (\Noselect) "/" ""
std::optional<char> delimiter_of(std::string_view list_answer);

// The processes that `cyr_info proc` shows at a RENAME or XFER of `user`'s: what an earlier agent began goes on after
// it. A line stays behind when its process was killed.
std::vector<pid_t> moving_processes(std::string_view shown, std::string_view user);
// Whether one of them still lives.
Result<bool> is_move_under_way(const AgentConfig& config, const health::Login& login);

}  // namespace murder::move
