#include "operator/cli/progress.h"

#include <unistd.h>

#include <chrono>
#include <iostream>

namespace murder::cli {

using namespace std::chrono_literals;

Progress::Progress(std::string what)
    : what_(std::move(what)), thread_([this](const std::stop_token& stop) { run(stop); }) {}

Progress::~Progress() {
  thread_.request_stop();
  thread_.join();
}

void Progress::run(const std::stop_token& stop) {
  const bool terminal = isatty(STDERR_FILENO) == 1;
  const auto begun = std::chrono::steady_clock::now();
  bool shown = false;
  for (auto next = 1s;; next += terminal ? 1s : 10s) {
    std::unique_lock lock(mutex_);
    wake_.wait_until(lock, stop, begun + next, [] { return false; });
    if (stop.stop_requested()) break;
    std::cerr << (terminal ? "\r" : "") << what_ << " … " << next.count() << " s" << (terminal ? "" : "\n")
              << std::flush;
    shown = true;
  }
  if (terminal && shown) std::cerr << "\r\033[K" << std::flush;
}

}  // namespace murder::cli
