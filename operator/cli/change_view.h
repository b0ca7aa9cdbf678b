// A change of a running murder, as `murder plan` and `murder local apply` show it.
#pragma once

#include <nlohmann/json.hpp>
#include <ostream>

#include "operator/cli/running.h"
#include "operator/local/apply.h"

namespace murder::cli {

// {"steps": [{node, will, because}], "held": [{node, by, because}]}
nlohmann::ordered_json change_json(const local::Change& change);
void print_change(const local::Change& change, std::ostream& out);

// Asks the agents of the murder that runs, once, when the first backend is asked for.
local::MailboxesOf mailboxes_by_agents(const RunningOptions& options);

}  // namespace murder::cli
