// Sessions of a Cyrus, by what its processes say of themselves.
#pragma once

#include <cstddef>
#include <string>

namespace murder {

// How many sessions of clients there are: processes that say in proc_path whom they serve (imapd.conf(5)).
std::size_t count_sessions(const std::string& proc_directory);

}  // namespace murder
