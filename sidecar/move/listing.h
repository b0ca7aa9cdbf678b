// The lines of a backend's own mailboxes.db that belong to one move.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/agent_config.h"
#include "base/result.h"

namespace murder::move {

enum class Holding {
  Held,
  Moving,  // here still, and flagged as being on its way
  Remote,  // a pointer to another server
  Gone,    // remembered only: what a move leaves at its source
};

struct Line {
  std::string name;
  Holding holding = Holding::Gone;
  std::string partition = {};
  bool operator==(const Line&) const = default;
};

// A user moves with all below it; a shared mailbox moves alone.
bool is_user(std::string_view mailbox);
bool belongs_to(std::string_view mailbox, std::string_view name);
// Whether `name` is what delayed delete has made of `mailbox`, or of one that belongs to it.
bool is_deleted_copy(std::string_view mailbox, std::string_view name);

// What `cyr_dbtool … show PREFIX` prints: a key, a tab and a record a line. Those of `mailbox` and its DELETED ones;
// gaps in the hierarchy and reserved names are none.
Result<std::vector<Line>> parse_listing(std::string_view mailbox, std::string_view text);

// Asks for both prefixes. Takes no lock that a move holds.
Result<std::vector<Line>> list(const AgentConfig& config, const std::string& mailbox);

}  // namespace murder::move
