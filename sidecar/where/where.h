// What a node's own mailbox list says of one mailbox.
#pragma once

#include <string>
#include <vector>

#include "base/agent_config.h"
#include "base/result.h"
#include "mupdate/client/client.h"

namespace murder::where {

enum class State {
  Absent,
  Active,  // in a list of MUPDATE
  Reserved,
  Local,    // in a backend's own list, as a mailbox that it holds
  Remote,   // in a backend's own list, as moved or moving away
  Deleted,  // in a backend's own list, as remembered only
};

struct Place {
  State state = State::Absent;
  std::string location = {};
  std::string acl = {};
};

// Of a backend: one record of mailboxes.db.
Result<Place> ask_mailboxes_db(const AgentConfig& config, const std::string& mailbox);
// Of a master or a frontend: FIND, of all of them on one connection.
Result<std::vector<Place>> ask_mupdate(const mupdate::Options& options, const std::vector<std::string>& mailboxes);
Result<Place> ask_mupdate(const mupdate::Options& options, const std::string& mailbox);

}  // namespace murder::where
