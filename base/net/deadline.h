// A point in time by which something has to have happened.
//
// Made once for a whole operation and handed down, so that ten steps cannot take ten times as long as one was allowed.
// It remembers how long was allowed, for the message when the time is up.
#pragma once

#include <chrono>
#include <string>

namespace murder::net {

class Deadline {
 public:
  using Clock = std::chrono::steady_clock;

  static Deadline in(Clock::duration allowed) { return Deadline(Clock::now() + allowed, allowed); }
  // For what another party ends. There is no message for it, as it never passes.
  static Deadline never() { return Deadline(Clock::time_point::max(), Clock::duration::max()); }

  bool passed() const { return is_bounded() && Clock::now() >= at_; }
  bool is_bounded() const { return at_ != Clock::time_point::max(); }
  // Zero once it has passed.
  Clock::duration remaining() const;
  // For poll(2): milliseconds, rounded up so that poll never wakes just before the time; -1 for never.
  int poll_timeout() const;
  // A deadline that leaves room for `others` more attempts of the same length.
  Deadline share_with(std::size_t others) const;

  // How long was allowed, as a person would say it: "2 s", "1.5 s", "250 ms".
  std::string allowed() const;

 private:
  Deadline(Clock::time_point at, Clock::duration allowed) : at_(at), allowed_(allowed) {}

  Clock::time_point at_;
  Clock::duration allowed_;
};

}  // namespace murder::net
