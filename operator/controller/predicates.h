// The rules that hold a restart back, each with a name that status and logs say.
#pragma once

#include <optional>
#include <string>

#include "operator/controller/snapshot.h"
#include "operator/objects/objects.h"

namespace murder::controller {

struct Hold {
  std::string node;
  std::string predicate;  // "one_backend_at_a_time"
  std::string message;    // what it waits for
};

// What the rules look at.
struct RestartQuestion {
  const Snapshot& now;
  const objects::Murder& murder;
  const topology::Node& node;  // whose pod would be replaced
};

// The first rule that forbids it, in the order in which a person would want to be told.
std::optional<Hold> hold_restart(const RestartQuestion& question);

// A node of which every pod is ready: it has one, and none is about to go.
bool is_up(const Snapshot& now, std::string_view node);

}  // namespace murder::controller
