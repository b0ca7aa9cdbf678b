// How often something may happen: `rate` a second on average, `burst` at once. Pure: the clock is passed in.
#pragma once

#include <chrono>

namespace murder::kubernetes {

class TokenBucket {
 public:
  using Clock = std::chrono::steady_clock;

  TokenBucket(double rate, double burst) : rate_(rate), burst_(burst), tokens_(burst) {}

  // Takes one, and says how long to wait before acting on it: 0 while there are any.
  Clock::duration reserve(Clock::time_point now);

 private:
  double rate_;
  double burst_;
  double tokens_;  // below 0: reserved by others who wait already
  Clock::time_point last_{};
};

}  // namespace murder::kubernetes
