// From what was observed to what is true: alive, ready, and the list of checks that says why.
//
// Alive means: a restart of Cyrus would not help. Ready means: this node does its job for others. Pure.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/role.h"
#include "sidecar/health/check.h"

namespace murder::health {

struct ServiceSeen {
  std::string name;
  std::string error = {};  // empty when it greeted
  int refused_rounds = 0;  // how many rounds in a row, this one included, nobody listened
  double seconds = 0;
};

struct Observations {
  Role role = Role::Backend;
  bool cyrmaster_running = false;
  std::string cyrmaster_error = {};  // why it could not be looked at
  std::chrono::seconds cyrmaster_age{0};
  std::vector<ServiceSeen> services = {};
  std::set<std::string> disabled = {};  // services that cyrmaster says it has given up
  // By role; absent when it does not apply. Unknown when not looked at yet.
  std::optional<Check> mupdate_master = {};     // master and backends: authenticated NOOP
  std::optional<Check> push = {};               // backends
  std::optional<Check> mailbox_list = {};       // frontends
  std::optional<Check> status_of_unknown = {};  // frontends
};

struct Verdict {
  bool alive = false;
  bool ready = false;
  std::vector<Check> checks = {};
};

// A service that nobody listens for is a reason to restart Cyrus only after cyrmaster had this long to start it, and
// only when seen in this many rounds: a restart for a hiccup costs every session of the node.
inline constexpr std::chrono::seconds service_grace{30};
inline constexpr int refused_rounds_to_act = 3;

Verdict judge(const Observations& seen);

}  // namespace murder::health
