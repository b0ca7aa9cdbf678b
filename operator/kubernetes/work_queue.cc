#include "operator/kubernetes/work_queue.h"

#include <algorithm>

namespace murder::kubernetes {

QueueState::QueueState(const QueueOptions& options)
    : options_(options), bucket_(options.retries_per_second, options.retry_burst) {}

void QueueState::add(const ObjectKey& key, Clock::time_point now, Priority priority) {
  const auto [waiting, is_new] = dirty_.try_emplace(key, Waiting{now, priority});
  if (!is_new) {
    if (priority <= waiting->second.priority) return;
    waiting->second.priority = priority;
    if (working_.contains(key)) return;
    const auto place = place_.find(key);
    order_.at(static_cast<std::size_t>(place->second.first)).erase(place->second.second);
    enqueue(key, waiting->second);
    return;
  }
  ++counters_.adds;
  if (!working_.contains(key)) enqueue(key, waiting->second);
}

void QueueState::add_at(const ObjectKey& key, Clock::time_point when) {
  const auto [delayed, is_new] = delayed_.try_emplace(key, when);
  if (!is_new) {
    if (delayed->second <= when) return;
    delays_.erase({delayed->second, key});
    delayed->second = when;
  }
  delays_.insert({when, key});
}

void QueueState::add_after_failure(const ObjectKey& key, Clock::time_point now) {
  constexpr std::uint32_t most_doublings = 60;
  const auto failed = std::min(failures_[key]++, most_doublings);
  const auto pause = std::min<std::chrono::duration<double>>(
      std::chrono::duration<double>(options_.first_retry) * static_cast<double>(1ULL << failed),
      options_.longest_retry);
  ++counters_.retries;
  add_at(key, now + std::max(std::chrono::duration_cast<Clock::duration>(pause), bucket_.reserve(now)));
}

void QueueState::forget_failures(const ObjectKey& key) { failures_.erase(key); }

std::uint32_t QueueState::failures(const ObjectKey& key) const {
  const auto found = failures_.find(key);
  return found == failures_.end() ? 0 : found->second;
}

std::optional<ObjectKey> QueueState::take(Clock::time_point now) {
  promote(now);
  auto& order = order_[1].empty() ? order_[0] : order_[1];
  if (order.empty()) return {};
  auto key = std::move(order.begin()->second);
  order.erase(order.begin());
  place_.erase(key);
  counters_.waited = now - dirty_.at(key).since;
  dirty_.erase(key);
  working_[key] = now;
  return key;
}

void QueueState::done(const ObjectKey& key, Clock::time_point now) {
  working_.erase(key);
  const auto waiting = dirty_.find(key);
  if (waiting == dirty_.end()) return;
  waiting->second.since = now;
  enqueue(key, waiting->second);
}

std::optional<QueueState::Clock::time_point> QueueState::next_due() const {
  if (delays_.empty()) return {};
  return delays_.begin()->first;
}

std::chrono::nanoseconds QueueState::unfinished(Clock::time_point now) const {
  std::chrono::nanoseconds sum{0};
  for (const auto& [key, since] : working_) sum += now - since;
  return sum;
}

std::chrono::nanoseconds QueueState::longest_running(Clock::time_point now) const {
  std::chrono::nanoseconds longest{0};
  for (const auto& [key, since] : working_) longest = std::max<std::chrono::nanoseconds>(longest, now - since);
  return longest;
}

void QueueState::promote(Clock::time_point now) {
  while (!delays_.empty() && delays_.begin()->first <= now) {
    const auto key = delays_.begin()->second;
    delays_.erase(delays_.begin());
    delayed_.erase(key);
    add(key, now);
  }
}

void QueueState::enqueue(const ObjectKey& key, const Waiting& waiting) {
  const auto sequence = sequence_++;
  order_.at(static_cast<std::size_t>(waiting.priority)).emplace(sequence, key);
  place_[key] = {waiting.priority, sequence};
}

WorkQueue::WorkQueue(const QueueOptions& options, QueueObserver observer)
    : options_(options), observer_(std::move(observer)), state_(options) {}

void WorkQueue::add(const ObjectKey& key, Priority priority) {
  {
    const std::lock_guard lock(mutex_);
    if (phase_ != Phase::Open) return;
    state_.add(key, Clock::now(), priority);
    tell_of_adds();
  }
  changed_.notify_all();
}

void WorkQueue::add_after(const ObjectKey& key, std::chrono::nanoseconds delay) {
  {
    const std::lock_guard lock(mutex_);
    if (phase_ != Phase::Open) return;
    state_.add_at(key, Clock::now() + delay);
  }
  changed_.notify_all();
}

void WorkQueue::add_after_failure(const ObjectKey& key) {
  {
    const std::lock_guard lock(mutex_);
    if (phase_ != Phase::Open) return;
    state_.add_after_failure(key, Clock::now());
    if (observer_.retried) observer_.retried();
  }
  changed_.notify_all();
}

void WorkQueue::forget_failures(const ObjectKey& key) {
  const std::lock_guard lock(mutex_);
  state_.forget_failures(key);
}

std::optional<ObjectKey> WorkQueue::take() {
  std::unique_lock lock(mutex_);
  while (phase_ != Phase::Closed) {
    auto key = state_.take(Clock::now());
    tell_of_adds();
    if (key) {
      if (observer_.taken) observer_.taken(state_.counters().waited);
      started_[*key] = Clock::now();
      return key;
    }
    // What is delayed is not waited for by who drains.
    if (phase_ == Phase::Draining) return {};
    const auto due = state_.next_due();
    if (due) {
      changed_.wait_until(lock, *due);
    } else {
      changed_.wait(lock);
    }
  }
  return {};
}

void WorkQueue::done(const ObjectKey& key) {
  {
    const std::lock_guard lock(mutex_);
    const auto now = Clock::now();
    state_.done(key, now);
    const auto started = started_.find(key);
    if (started != started_.end()) {
      if (observer_.done) observer_.done(now - started->second);
      started_.erase(started);
    }
  }
  changed_.notify_all();
}

void WorkQueue::shut_down() {
  {
    const std::lock_guard lock(mutex_);
    phase_ = Phase::Closed;
  }
  changed_.notify_all();
}

bool WorkQueue::drain(std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  if (phase_ == Phase::Open) phase_ = Phase::Draining;
  changed_.notify_all();
  const bool drained = changed_.wait_for(lock, timeout, [this] { return state_.idle(); });
  phase_ = Phase::Closed;
  changed_.notify_all();
  return drained;
}

void WorkQueue::reopen() {
  const std::lock_guard lock(mutex_);
  state_ = QueueState(options_);
  told_adds_ = 0;
  started_.clear();
  phase_ = Phase::Open;
}

WorkQueue::Snapshot WorkQueue::snapshot() const {
  const std::lock_guard lock(mutex_);
  const auto now = Clock::now();
  return {state_.depth(), state_.unfinished(now), state_.longest_running(now)};
}

void WorkQueue::tell_of_adds() {
  for (; told_adds_ < state_.counters().adds; ++told_adds_) {
    if (observer_.added) observer_.added();
  }
}

}  // namespace murder::kubernetes
