// Whether a move may begin. Each rule has a name; all look at one Situation, and none can ask anybody.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "operator/moves/observed.h"
#include "operator/moves/reason.h"
#include "operator/moves/request.h"
#include "operator/topology/topology.h"

namespace murder::moves {

// What a backend's agent says of its node.
struct BackendFacts {
  bool ready = false;
  std::string not_ready;   // why
  std::string not_synced;  // why its list and the master's differ, or are not known to agree; empty when they do
  std::vector<std::string> conflicts;  // mailboxes that are held
  std::string cyrus_version;           // "3.6.1-Debian-…"
};

// A move that has begun and has not ended.
struct OtherMove {
  std::string mailbox;
  std::string source;  // backends
  std::string destination;
};

struct Situation {
  const topology::Topology* topology;                    // of the cluster; never null
  Result<std::optional<Place>> master;                   // where it says that the mailbox is
  std::map<std::string, Result<bool>> holds;             // backend → whether it holds the mailbox
  std::map<std::string, Result<BackendFacts>> backends;  // by name
  std::vector<OtherMove> others = {};
};

struct Refusal {
  Reason reason;
  std::string message;     // what is wrong, and what to do
  bool temporary = false;  // the same request can be right later, without anybody changing it
};

// The first that holds, in the order in which a person would want to be told; nothing when the move may begin.
std::optional<Refusal> refuse(const Request& request, const Situation& situation);

// The backend at which the master lists the mailbox.
const topology::Node* source_of(const Situation& situation);

}  // namespace murder::moves
