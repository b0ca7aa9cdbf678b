// A log sink that keeps what it gets, and lets a test wait for it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <vector>

#include "sidecar/logs/receiver.h"

namespace murder::logs {

class Collector {
 public:
  using Records = std::vector<LogRecord>;

  LogSink sink() {
    return {.record =
                [this](const LogRecord& record) {
                  const std::lock_guard lock{mutex_};
                  records_.push_back(record);
                },
            .flush = [this] { changed_.notify_all(); }};
  }

  Records records() const {
    const std::lock_guard lock{mutex_};
    return records_;
  }

  // Whether `enough` became true of the records before a deadline that only a broken test meets.
  bool wait(const std::function<bool(const Records&)>& enough) {
    std::unique_lock lock{mutex_};
    return changed_.wait_for(lock, std::chrono::seconds{60}, [&] { return enough(records_); });
  }
  bool wait_for_count(std::size_t count) {
    return wait([=](const Records& records) { return records.size() >= count; });
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Records records_;
};

}  // namespace murder::logs
