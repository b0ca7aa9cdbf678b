#include "sidecar/drain.h"

#include <thread>

#include "base/sessions.h"

namespace murder::agent {

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
