#include "sidecar/move/mover.h"

#include <algorithm>

namespace murder::move {
namespace {

constexpr std::size_t most_reports = 100;

}  // namespace

Report* Mover::find(const std::string& id) {
  const auto found =
      std::find_if(reports_.begin(), reports_.end(), [&](const Report& report) { return report.id == id; });
  return found == reports_.end() ? nullptr : &*found;
}

Result<Report> Mover::move(const MoveRequest& request, bool start) {
  const std::lock_guard lock(mutex_);
  if (const auto* known = find(request.id)) return *known;
  if (!reports_.empty() && reports_.back().progress == Progress::Running) {
    Report busy = reports_.back();
    busy.progress = Progress::Busy;
    return busy;
  }
  const auto under_way = is_under_way_();
  if (!under_way) return under_way.error().in("what Cyrus is doing");
  Report report;
  report.id = request.id;
  if (*under_way) {
    report.progress = Progress::Busy;
    return report;
  }
  if (!start) return report;
  if (stopped_) return Error{"the agent is stopping"};

  if (thread_.joinable()) thread_.join();  // its move has ended
  report.progress = Progress::Running;
  report.mailbox = request.mailbox;
  report.started_at = std::chrono::system_clock::now();
  reports_.push_back(report);
  if (reports_.size() > most_reports) reports_.pop_front();
  thread_ = std::jthread([this, request](std::stop_token stop) { run(request, stop); });
  return report;
}

void Mover::run(const MoveRequest& request, const std::stop_token& stop) {
  auto answer = rename_(request, stop);
  const std::lock_guard lock(mutex_);
  auto* report = find(request.id);
  report->answer = std::move(answer);
  report->ended_at = std::chrono::system_clock::now();
  report->progress = Progress::Ended;
}

void Mover::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    thread_.request_stop();
  }
  if (thread_.joinable()) thread_.join();
}

}  // namespace murder::move
