#include "operator/kubernetes/events.h"

#include <random>

#include "operator/kubernetes/pause.h"

namespace murder::kubernetes {
namespace {

using namespace std::chrono_literals;

const Resource events = {"events.k8s.io", "v1", "events", "Event", true};
constexpr int most_tries = 12;
constexpr auto between_tries = 10s;
constexpr auto between_sweeps = 1min;

bool may_pass(Failure failure) {
  return failure == Failure::Unreachable || failure == Failure::ConnectionLost || failure == Failure::TooManyRequests ||
         failure == Failure::ServerError || failure == Failure::NoCredentials;
}

}  // namespace

EventRecorder::EventRecorder(Client& client, EventRecorderOptions options)
    : client_(client), options_(std::move(options)), series_(options_.controller, options_.instance) {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

EventRecorder::~EventRecorder() { stop(0s); }

void EventRecorder::record(Event event) {
  {
    const std::lock_guard lock(mutex_);
    if (buffer_.size() >= options_.buffer || flushing_) {
      ++dropped_;
      return;
    }
    buffer_.push_back(std::move(event));
  }
  changed_.notify_all();
}

std::uint64_t EventRecorder::dropped() const {
  const std::lock_guard lock(mutex_);
  return dropped_;
}

void EventRecorder::stop(std::chrono::milliseconds flush) {
  {
    std::unique_lock lock(mutex_);
    flushing_ = true;
    changed_.notify_all();
    if (thread_.joinable()) changed_.wait_for(lock, flush, [this] { return ended_; });
  }
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void EventRecorder::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    std::deque<Event> batch;
    bool last = false;
    {
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, stop, between_sweeps, [this] { return !buffer_.empty() || flushing_; });
      batch.swap(buffer_);
      last = flushing_;
    }
    for (const auto& event : batch) send(series_.record(event, EventSeries::Clock::now()), stop);
    for (auto& update : last ? series_.finish() : series_.sweep(EventSeries::Clock::now())) {
      send(std::move(update), stop);
    }
    if (last) break;
  }
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  changed_.notify_all();
}

void EventRecorder::send(const EventSeries::Send& what, const std::stop_token& stop) {
  if (std::holds_alternative<std::monostate>(what)) return;
  thread_local std::minstd_rand random(std::random_device{}());
  std::uniform_real_distribution<double> spread(0.75, 1.25);
  const Call call{.stop = stop};
  for (int attempt = 1; !stop.stop_requested(); ++attempt) {
    const auto* const update = std::get_if<EventSeries::Update>(&what);
    const auto result = update != nullptr ? client_.merge_patch(events, update->event, update->patch, {}, call)
                                          : client_.create(events, std::get<EventSeries::Create>(what).event, call);
    // A second try of a create may find what the first one made.
    if (result || result.failed_with(Failure::AlreadyExists)) return;
    if (update != nullptr && result.failed_with(Failure::NotFound)) {
      series_.forget(update->event);
      return;
    }
    if (stop.stop_requested()) return;
    if (!may_pass(result.error().failure) || attempt == most_tries) return problem("event: " + result.error().text());
    pause_for(std::chrono::duration_cast<std::chrono::nanoseconds>(between_tries * spread(random)), stop);
  }
}

void EventRecorder::problem(const std::string& text) const {
  if (options_.on_problem) options_.on_problem(text);
}

}  // namespace murder::kubernetes
