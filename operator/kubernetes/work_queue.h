// Keys that wait to be worked on (client-go, util/workqueue).
//
// A key that is added several times before it is taken is worked on once. No two workers have the same key at a time:
// one that is added while it is worked on is taken again after done(). Failures come back after 5 ms · 2^n, at most
// 1000 s, and never faster than 10 a second (100 at once) over all keys.
#pragma once

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <vector>

#include "operator/kubernetes/resource.h"
#include "operator/kubernetes/token_bucket.h"

namespace murder::kubernetes {

struct QueueOptions {
  std::chrono::nanoseconds first_retry = std::chrono::milliseconds(5);
  std::chrono::nanoseconds longest_retry = std::chrono::seconds(1000);
  double retries_per_second = 10;
  double retry_burst = 100;
};

// Initial lists and resyncs must not keep a user's change waiting.
enum class Priority { Background, Normal };

// The decisions, with the clock passed in. Not safe to share.
class QueueState {
 public:
  using Clock = std::chrono::steady_clock;

  explicit QueueState(const QueueOptions& options = {});

  void add(const ObjectKey& key, Clock::time_point now, Priority priority = Priority::Normal);
  // Not before `when`; an earlier one that waits already stays.
  void add_at(const ObjectKey& key, Clock::time_point when);
  // After the pause that its failures so far ask for.
  void add_after_failure(const ObjectKey& key, Clock::time_point now);
  void forget_failures(const ObjectKey& key);
  std::uint32_t failures(const ObjectKey& key) const;

  // The next key that is due; it is being worked on from here until done().
  std::optional<ObjectKey> take(Clock::time_point now);
  void done(const ObjectKey& key, Clock::time_point now);
  // When there will be something to take, if nothing is added until then.
  std::optional<Clock::time_point> next_due() const;

  struct Counters {
    std::uint64_t adds = 0;
    std::uint64_t retries = 0;
    std::chrono::nanoseconds waited{0};  // of the key taken last
  };
  const Counters& counters() const { return counters_; }
  std::size_t depth() const { return order_[0].size() + order_[1].size(); }
  bool idle() const { return depth() == 0 && working_.empty(); }
  // How long the keys being worked on have been, together and the longest.
  std::chrono::nanoseconds unfinished(Clock::time_point now) const;
  std::chrono::nanoseconds longest_running(Clock::time_point now) const;

 private:
  struct Waiting {
    Clock::time_point since;
    Priority priority;
  };
  void promote(Clock::time_point now);
  void enqueue(const ObjectKey& key, const Waiting& waiting);

  QueueOptions options_;
  TokenBucket bucket_;
  std::uint64_t sequence_ = 0;
  std::array<std::map<std::uint64_t, ObjectKey>, 2> order_;  // by priority, then by age
  std::map<ObjectKey, std::pair<Priority, std::uint64_t>> place_;
  std::map<ObjectKey, Waiting> dirty_;              // to be worked on; waiting in order_ unless being worked on
  std::map<ObjectKey, Clock::time_point> working_;  // since when
  std::map<ObjectKey, Clock::time_point> delayed_;
  std::set<std::pair<Clock::time_point, ObjectKey>> delays_;
  std::map<ObjectKey, std::uint32_t> failures_;
  Counters counters_;
};

// What a queue tells its observer, for metrics; called with the queue locked.
struct QueueObserver {
  std::function<void()> added = {};
  std::function<void()> retried = {};
  std::function<void(std::chrono::nanoseconds waited)> taken = {};
  std::function<void(std::chrono::nanoseconds worked)> done = {};
};

// The same for many threads: take() waits.
class WorkQueue {
 public:
  using Clock = QueueState::Clock;

  explicit WorkQueue(const QueueOptions& options = {}, QueueObserver observer = {});

  void add(const ObjectKey& key, Priority priority = Priority::Normal);
  void add_after(const ObjectKey& key, std::chrono::nanoseconds delay);
  void add_after_failure(const ObjectKey& key);
  void forget_failures(const ObjectKey& key);

  // Waits for a key; nothing after shut_down(), or once a drained queue is empty.
  std::optional<ObjectKey> take();
  void done(const ObjectKey& key);

  // Nothing is added any more, and what waits is dropped. Keys being worked on are finished by who has them.
  void shut_down();
  // Nothing is added any more; returns when all that was queued (not what was delayed) is done, or at the deadline.
  bool drain(std::chrono::milliseconds timeout);
  // After shut_down(), for a new term of leadership.
  void reopen();

  struct Snapshot {
    std::size_t depth = 0;
    std::chrono::nanoseconds unfinished{0};
    std::chrono::nanoseconds longest_running{0};
  };
  Snapshot snapshot() const;

 private:
  enum class Phase { Open, Draining, Closed };

  void tell_of_adds();

  const QueueOptions options_;
  const QueueObserver observer_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  QueueState state_;
  std::map<ObjectKey, Clock::time_point> started_;
  std::uint64_t told_adds_ = 0;
  Phase phase_ = Phase::Open;
};

}  // namespace murder::kubernetes
