// Stops processes and waits for their end.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "operator/local/process_table.h"

namespace murder::local {

// Readable for poll(2) once it has ended.
bool has_ended(const net::UniqueFd& handle);

// Those that still run when the time is over.
std::vector<Process> await_end(const std::vector<Process>& processes, Moment at_most);

// A leader and those of its session.
std::vector<Process> with_session(const Process& leader, const NodeProcesses& processes);

// Ends all processes of the nodes: cyrmasters by SIGQUIT, which lets sessions finish their command, then what they left
// behind, then the agents; whatever has not ended after `patience` by SIGKILL, and `tell` is told of each such. Errors:
// something cannot be killed.
Status stop_nodes(const Places& places, const std::string& library, const std::vector<std::string>& nodes,
                  Moment patience, const std::function<void(const std::string&)>& tell);

}  // namespace murder::local
