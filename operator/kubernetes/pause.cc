#include "operator/kubernetes/pause.h"

#include <condition_variable>
#include <mutex>

namespace murder::kubernetes {

bool pause_for(std::chrono::nanoseconds length, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, stop, length, [] { return false; });
  return !stop.stop_requested();
}

}  // namespace murder::kubernetes
