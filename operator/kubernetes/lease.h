// Leader election by a coordination.k8s.io/v1 Lease (client-go, tools/leaderelection).
//
// Whether another's lease has expired is judged by this process's own clock alone: from when it last saw the record
// change, for as long as the record says. Times in the record are for people. So skewed clocks do no harm, clocks that
// run at different rates do. Election fences nothing: mutate with preconditions, and hand `term` to whoever acts
// outside Kubernetes, so that a lower one can be refused.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "operator/kubernetes/client.h"

namespace murder::kubernetes {

struct LeaseOptions {
  ObjectKey lease;
  std::string identity;  // "<pod>_<uuid>": unique for each start of the process
  // Each at least 1.2 times the next (check_lease_options). Longer survives a slow API server, shorter fails over
  // sooner: another takes over within duration + 2 × retry.
  std::chrono::milliseconds duration{60'000};
  std::chrono::milliseconds renew_deadline{40'000};
  std::chrono::milliseconds retry{10'000};
};
Status check_lease_options(const LeaseOptions& options);

// The record as it is stored.
struct LeaseRecord {
  std::string holder;  // empty: released
  std::chrono::seconds duration{0};
  std::string acquired;  // MicroTime
  std::string renewed;
  std::int64_t transitions = 0;

  bool operator==(const LeaseRecord&) const = default;
};
LeaseRecord lease_record(const Json& lease);
// "2006-01-02T15:04:05.000000Z".
std::string micro_time(std::chrono::system_clock::time_point time);

// The decisions of a candidate; the clock is passed in.
class LeaseState {
 public:
  using Clock = std::chrono::steady_clock;

  explicit LeaseState(LeaseOptions options) : options_(std::move(options)) {}

  // The lease was read, or written by us (and is as the server answered).
  void observed(Json lease, Clock::time_point now);
  // There is none, or it must be read again.
  void forget();

  bool known() const { return record_.has_value(); }
  bool holds() const { return record_ && record_->holder == options_.identity; }
  bool may_take(Clock::time_point now) const;  // free, expired, or ours
  // The lease as it should be stored, to take or to renew it; it has no resourceVersion when it is to be created.
  Json desired(std::chrono::system_clock::time_point wall) const;
  // Released: no holder, a duration of one second.
  Json released(std::chrono::system_clock::time_point wall) const;
  const std::string& holder() const;
  // Grows with each change of holder, as long as nobody deletes the lease.
  std::int64_t term() const { return record_ ? record_->transitions : 0; }

 private:
  LeaseOptions options_;
  Json lease_;  // all of it: labels that others gave it stay
  std::optional<LeaseRecord> record_;
  Clock::time_point changed_at_{};
};

// Called by the elector's thread, in turn. won() must return at once: nothing is renewed before. lost() must have
// stopped all work when it returns, and has `duration` - `renew_deadline` for it before another may lead; only then is
// the lease released, or taken part in again.
struct LeaseCallbacks {
  std::function<void(std::int64_t term)> won = {};
  std::function<void(const std::string& why)> lost = {};
  std::function<void(const std::string& holder)> observed = {};  // whenever another holds it
  std::function<void(const std::string& text)> on_problem = {};
};

class LeaderElector {
 public:
  LeaderElector(Client& client, LeaseOptions options, LeaseCallbacks callbacks);
  ~LeaderElector();

  void start();
  // Calls lost() if leading, releases the lease, and ends.
  void stop();

  bool is_leader() const;
  std::int64_t term() const;
  // For liveness: false when it believes to lead although its lease ran out longer than `tolerance` ago.
  bool is_sane(std::chrono::milliseconds tolerance) const;

 private:
  enum class Attempt { Held, HeldByAnother, Failed };

  void run(const std::stop_token& stop);
  void lead(const std::stop_token& stop);
  Attempt attempt(const std::stop_token& stop, LeaseState::Clock::time_point deadline);
  Attempt read(const Call& call);
  Attempt write(const Call& call);
  void release();
  void tell_observed();
  std::chrono::milliseconds request_timeout() const;

  Client& client_;
  const LeaseOptions options_;
  const LeaseCallbacks callbacks_;

  mutable std::mutex mutex_;
  LeaseState state_;  // of the thread alone
  std::string told_holder_;
  std::int64_t term_ = 0;
  bool leading_ = false;
  LeaseState::Clock::time_point renewed_{};
  std::jthread thread_;
};

}  // namespace murder::kubernetes
