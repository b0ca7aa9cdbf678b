// Says on standard error that a long request is still under way, so that nobody wonders whether to interrupt it.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace murder::cli {

// From construction to destruction. Silent for the first second; then once a second on a terminal (one line, which is
// removed at the end), and every ten seconds elsewhere.
class Progress {
 public:
  explicit Progress(std::string what);  // "be1 compares its list with the master's"
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

 private:
  void run(const std::stop_token& stop);

  const std::string what_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;  // last: it uses the others
};

}  // namespace murder::cli
