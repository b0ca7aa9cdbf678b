// What is true of a mailbox that moves, as master, backends and frontends say it now. Facts alone: who asks them is
// elsewhere (operator/agents/), and so is Kubernetes.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace murder::moves {

// In a list of MUPDATE. A name that is not in it is absent.
struct Place {
  enum class State { Active, Reserved };
  State state = State::Active;
  std::string location;  // "be1.example.org!p1"

  std::string_view server() const { return std::string_view(location).substr(0, location.find('!')); }
  std::string_view partition() const {
    const auto bang = location.find('!');
    return bang == std::string::npos ? std::string_view() : std::string_view(location).substr(bang + 1);
  }
  bool operator==(const Place&) const = default;
};
using Places = std::map<std::string, Place>;  // by name

// In a backend's own list.
enum class Holding {
  Held,
  Moving,  // here still, and flagged as being on its way
  Remote,  // a pointer to another server
  Gone,    // remembered only: what a move leaves behind
};

// Of the messages that there were when a mailbox's inventory was taken: those that are there, and those expunged after
// it.
struct Kept {
  std::int64_t messages = 0;
  std::string digest = {};
  std::string flags_digest = {};
  std::int64_t changed = 0;  // since the inventory; then flags_digest says nothing
  bool operator==(const Kept&) const = default;
};

struct Contents {
  std::int64_t uid_validity = 0;
  std::int64_t uid_next = 0;
  std::int64_t highest_mod_seq = 0;
  std::int64_t messages = 0;
  std::string digest = {};
  std::string flags_digest = {};
  std::optional<Kept> kept = {};
  bool operator==(const Contents&) const = default;
};

struct Held {
  Holding holding = Holding::Held;
  std::string partition = {};
  std::optional<Contents> contents = {};  // when they were asked for, and it is held
  bool operator==(const Held&) const = default;
};
// By name: what belongs to the move, and what delayed delete has made of such (DELETED.NAME.TIME).
using Listing = std::map<std::string, Held>;

// What the agent at the source says of the move.
struct AgentSays {
  enum class State {
    Unknown,  // it has not begun it, or has been restarted since; nothing is under way there
    Running,
    Ended,
    Busy,  // another move is under way there, or this one, begun before the agent was restarted
  };
  State state = State::Unknown;
  std::string busy_with = {};            // mailbox, when it is known
  bool refused = false;                  // Cyrus's answer says no; an OK proves nothing
  std::vector<std::string> answer = {};  // its lines, the tagged one last
  std::string error = {};                // why there is no tagged answer
};

// Whether a mailbox belongs to the move of another: a user moves with all below it, a shared mailbox alone.
bool is_user(std::string_view mailbox);
bool belongs_to(std::string_view mailbox, std::string_view name);

// DELETED.NAME.TIME of exactly this mailbox is held.
bool has_deleted_copy(const Listing& listing, std::string_view name);

}  // namespace murder::moves
