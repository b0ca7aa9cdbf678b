#include "sidecar/drain.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <thread>

namespace murder::agent {

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

std::size_t drain(const std::string& proc_directory, std::chrono::seconds longest) {
  const auto deadline = std::chrono::steady_clock::now() + longest;
  std::size_t left = count_sessions(proc_directory);
  while (left > 0 && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    left = count_sessions(proc_directory);
  }
  return left;
}

}  // namespace murder::agent
