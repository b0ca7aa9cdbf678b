#include "base/sessions.h"

#include <algorithm>
#include <cctype>
#include <filesystem>

namespace murder {

std::size_t count_sessions(const std::string& proc_directory) {
  std::size_t sessions = 0;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(proc_directory, error)) {
    // One file a process, by its number; "…new" is one that is just written.
    const std::string name = entry.path().filename().string();
    if (std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isdigit(c); })) ++sessions;
  }
  return sessions;
}

}  // namespace murder
