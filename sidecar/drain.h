// Before a frontend ends: waits for its sessions, once no new ones come.
#pragma once

#include <chrono>
#include <string>

namespace murder::agent {

// Returns when there are none any more, or after `longest`; how many are left.
std::size_t drain(const std::string& proc_directory, std::chrono::seconds longest);

}  // namespace murder::agent
