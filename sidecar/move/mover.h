// The thread that moves: one mailbox at a time, whatever becomes of the caller, and none twice.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "base/result.h"
#include "sidecar/move/rename.h"

namespace murder::move {

enum class Progress {
  Unknown,  // this agent has not begun it, or has been restarted since
  Running,
  Ended,
  Busy,  // not begun: another move is under way
};

struct Report {
  Progress progress = Progress::Unknown;
  std::string id = {};
  std::string mailbox = {};  // of a Busy one: that is under way, if it is known
  std::chrono::system_clock::time_point started_at = {};
  std::chrono::system_clock::time_point ended_at = {};
  Answer answer = {};
};

class Mover {
 public:
  using Rename = std::function<Answer(const MoveRequest&, std::stop_token)>;
  // Whether Cyrus still carries out what an earlier agent began.
  using IsUnderWay = std::function<Result<bool>()>;

  Mover(Rename rename, IsUnderWay is_under_way) : rename_(std::move(rename)), is_under_way_(std::move(is_under_way)) {}
  ~Mover() { stop(); }
  Mover(const Mover&) = delete;
  Mover& operator=(const Mover&) = delete;

  // Begins it when `start` is set and it has not been begun; says how it goes in any case. Does not wait for its end.
  Result<Report> move(const MoveRequest& request, bool start);
  // Returns when the thread has; Cyrus goes on.
  void stop();

 private:
  Report* find(const std::string& id);
  void run(const MoveRequest& request, const std::stop_token& stop);

  const Rename rename_;
  const IsUnderWay is_under_way_;

  std::mutex mutex_;
  std::deque<Report> reports_;  // the last ones, oldest first; the one that runs is the last
  bool stopped_ = false;
  std::jthread thread_;
};

}  // namespace murder::move
