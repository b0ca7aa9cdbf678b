// Before a frontend ends: waits for its sessions, once no new ones come.
#pragma once

#include <chrono>
#include <string>

namespace murder::agent {

// How many sessions of clients there are: processes that say in proc_path whom they serve (imapd.conf(5)).
std::size_t count_sessions(const std::string& proc_directory);

// Returns when there are none any more, or after `longest`; how many are left.
std::size_t drain(const std::string& proc_directory, std::chrono::seconds longest);

}  // namespace murder::agent
