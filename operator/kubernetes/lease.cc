#include "operator/kubernetes/lease.h"

#include <random>

#include "operator/kubernetes/pause.h"

namespace murder::kubernetes {
namespace {

using Clock = LeaseState::Clock;

const Resource leases = {"coordination.k8s.io", "v1", "leases", "Lease", true};

}  // namespace

LeaderElector::LeaderElector(Client& client, LeaseOptions options, LeaseCallbacks callbacks)
    : client_(client), options_(options), callbacks_(std::move(callbacks)), state_(std::move(options)) {}

LeaderElector::~LeaderElector() { stop(); }

void LeaderElector::start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void LeaderElector::stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

bool LeaderElector::is_leader() const {
  const std::lock_guard lock(mutex_);
  return leading_;
}

std::int64_t LeaderElector::term() const {
  const std::lock_guard lock(mutex_);
  return term_;
}

bool LeaderElector::is_sane(std::chrono::milliseconds tolerance) const {
  const std::lock_guard lock(mutex_);
  return !leading_ || Clock::now() < renewed_ + options_.duration + tolerance;
}

std::chrono::milliseconds LeaderElector::request_timeout() const {
  return std::max<std::chrono::milliseconds>(std::chrono::seconds(1), options_.renew_deadline / 2);
}

void LeaderElector::run(const std::stop_token& stop) {
  std::minstd_rand random(std::random_device{}());
  std::uniform_real_distribution<double> jitter(1, 2.2);
  while (!stop.stop_requested()) {
    if (attempt(stop, Clock::time_point::max()) == Attempt::Held) {
      lead(stop);
    } else {
      pause_for(std::chrono::duration_cast<std::chrono::nanoseconds>(options_.retry * jitter(random)), stop);
    }
  }
  release();
}

void LeaderElector::lead(const std::stop_token& stop) {
  {
    const std::lock_guard lock(mutex_);
    leading_ = true;
    term_ = state_.term();
  }
  tell_observed();
  if (callbacks_.won) callbacks_.won(state_.term());
  std::string why = "stopped";
  const auto next_try = [&] {
    // Nobody else takes the lease before it has not been renewed for `duration`, which is longer than this deadline.
    const Clock::duration left = renewed_ + options_.renew_deadline - Clock::now();
    return std::clamp<Clock::duration>(left, Clock::duration::zero(), options_.retry);
  };
  while (pause_for(next_try(), stop)) {
    const auto outcome = attempt(stop, renewed_ + options_.renew_deadline);
    if (outcome == Attempt::Held) continue;
    if (stop.stop_requested()) break;
    if (outcome == Attempt::HeldByAnother) {
      why = "the lease is held by " + state_.holder();
      break;
    }
    if (Clock::now() >= renewed_ + options_.renew_deadline) {
      why = "the lease could not be renewed in time";
      break;
    }
  }
  if (callbacks_.lost) callbacks_.lost(why);
  const std::lock_guard lock(mutex_);
  leading_ = false;
}

// Up to three requests, all of them before the deadline.
LeaderElector::Attempt LeaderElector::attempt(const std::stop_token& stop, Clock::time_point deadline) {
  const auto out_of_time = [&] { return stop.stop_requested() || Clock::now() >= deadline; };
  const auto call = [&]() -> Call {
    auto timeout = request_timeout();
    if (deadline != Clock::time_point::max()) {
      timeout = std::min(timeout, std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()));
    }
    return {.deadline = timeout, .attempt_timeout = timeout, .throttled = false, .retried = false, .stop = stop};
  };
  if (out_of_time()) return Attempt::Failed;
  // What we hold is renewed without being read, as long as nobody else writes it.
  if (state_.holds() && write(call()) == Attempt::Held) return Attempt::Held;
  if (out_of_time()) return Attempt::Failed;
  const auto outcome = read(call());
  if (outcome != Attempt::Held || out_of_time()) return outcome == Attempt::Held ? Attempt::Failed : outcome;
  return write(call());
}

// Held: it may be taken, or renewed.
LeaderElector::Attempt LeaderElector::read(const Call& call) {
  auto lease = client_.get(leases, options_.lease, call);
  if (lease) {
    state_.observed(*std::move(lease), Clock::now());
  } else if (lease.failed_with(Failure::NotFound)) {
    state_.forget();
  } else {
    if (callbacks_.on_problem && !call.stop.stop_requested()) callbacks_.on_problem("read: " + lease.error().text());
    return Attempt::Failed;
  }
  tell_observed();
  return state_.may_take(Clock::now()) ? Attempt::Held : Attempt::HeldByAnother;
}

LeaderElector::Attempt LeaderElector::write(const Call& call) {
  // The lease counts from before the request: whoever sees it later believes in it for longer.
  const auto begin = Clock::now();
  const auto lease = state_.desired(std::chrono::system_clock::now());
  auto stored = state_.known() ? client_.replace(leases, lease, call) : client_.create(leases, lease, call);
  if (!stored) {
    const auto failure = stored.error().failure;
    const bool raced = failure == Failure::Conflict || failure == Failure::AlreadyExists;
    if (!raced && callbacks_.on_problem && !call.stop.stop_requested()) {
      callbacks_.on_problem("write: " + stored.error().text());
    }
    return Attempt::Failed;
  }
  state_.observed(*std::move(stored), Clock::now());
  const std::lock_guard lock(mutex_);
  renewed_ = begin;
  return Attempt::Held;
}

void LeaderElector::release() {
  // A write whose answer we did not wait for may have been carried out: only the server knows who holds it.
  const Call call{.deadline = std::chrono::seconds(2),
                  .attempt_timeout = std::chrono::seconds(2),
                  .throttled = false,
                  .retried = false};
  if (read(call) == Attempt::Failed || !state_.known() || !state_.holds()) return;
  const auto stored = client_.replace(leases, state_.released(std::chrono::system_clock::now()), call);
  if (!stored && callbacks_.on_problem) callbacks_.on_problem("release: " + stored.error().text());
}

void LeaderElector::tell_observed() {
  if (state_.holder() == told_holder_) return;
  told_holder_ = state_.holder();
  if (callbacks_.observed && !told_holder_.empty() && !state_.holds()) callbacks_.observed(told_holder_);
}

}  // namespace murder::kubernetes
