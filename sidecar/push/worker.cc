#include "sidecar/push/worker.h"

#include <algorithm>
#include <optional>

namespace murder::push {
namespace {

using Clock = std::chrono::steady_clock;

Report ended_before_its_turn() {
  Report report;
  report.error = "the agent is stopping";
  report.finished_at = std::chrono::system_clock::now();
  return report;
}

}  // namespace

void Worker::start() {
  thread_ = std::jthread([this](std::stop_token stop) { run(stop); });
}

void Worker::stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  for (auto& request : requests_) request.done.set_value(ended_before_its_turn());
  requests_.clear();
}

void Worker::push_soon() {
  const std::lock_guard lock(mutex_);
  push_wanted_ = true;
  wake_.notify_all();
}

Report Worker::push_now(Choice choice, bool dry_run) {
  std::future<Report> done;
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) return ended_before_its_turn();
    requests_.push_back({std::move(choice), dry_run, {}});
    done = requests_.back().done.get_future();
    wake_.notify_all();
  }
  return done.get();
}

void Worker::run(std::stop_token stop) {
  bool retry = false;
  Clock::time_point retry_at;
  auto delay = std::chrono::seconds(settings_.retry_seconds);
  const auto is_due = [&] { return !requests_.empty() || push_wanted_; };

  while (true) {
    std::optional<Request> request;
    {
      std::unique_lock lock(mutex_);
      if (retry) {
        wake_.wait_until(lock, stop, retry_at, is_due);
      } else {
        wake_.wait(lock, stop, is_due);
      }
      if (stop.stop_requested()) return;
      if (!requests_.empty()) {
        request = std::move(requests_.front());
        requests_.pop_front();
      } else if (push_wanted_) {
        push_wanted_ = false;
        delay = std::chrono::seconds(settings_.retry_seconds);
      }
    }
    const bool dry_run = request && request->dry_run;
    Report report = push_(request ? request->choice : Choice{}, dry_run, stop);
    // What a person asked for and was refused leaves what is known of this node as it is.
    const bool refused_choice = request && report.outcome == Outcome::Failed && !request->choice.mailboxes.empty();
    if (!dry_run && !refused_choice) {
      on_report_(report);
      retry = report.outcome == Outcome::Failed;
      if (retry) {
        retry_at = Clock::now() + delay;
        delay = std::min(delay * 2, std::chrono::seconds(settings_.max_retry_seconds));
      } else {
        delay = std::chrono::seconds(settings_.retry_seconds);
      }
    }
    if (request) request->done.set_value(std::move(report));
  }
}

}  // namespace murder::push
