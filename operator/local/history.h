// What the supervisor remembers, in STATE/run/history.json: a supervisor that takes over goes on where the last one
// was, and `status` tells of restarts and of what waits for what. Of no use after a reboot, and then not believed.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "operator/local/supervise_plan.h"

namespace murder::local {

struct History {
  Memory memory;
  std::vector<Hold> holds;
  bool operator==(const History&) const = default;
};

std::string to_json(const History& history, const std::string& boot_id);
// An empty history when the text is of another boot, or none of ours: then nothing is known.
History parse_history(const std::string& json, const std::string& boot_id);

std::string boot_id();
Result<History> load_history(const Places& places);
Status save_history(const Places& places, const History& history);

}  // namespace murder::local
