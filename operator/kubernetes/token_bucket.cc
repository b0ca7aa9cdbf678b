#include "operator/kubernetes/token_bucket.h"

#include <algorithm>

namespace murder::kubernetes {

TokenBucket::Clock::duration TokenBucket::reserve(Clock::time_point now) {
  if (last_ != Clock::time_point{} && now > last_) {
    tokens_ = std::min(burst_, tokens_ + std::chrono::duration<double>(now - last_).count() * rate_);
  }
  last_ = std::max(last_, now);
  tokens_ -= 1;
  if (tokens_ >= 0) return Clock::duration::zero();
  return std::chrono::ceil<Clock::duration>(std::chrono::duration<double>(-tokens_ / rate_));
}

}  // namespace murder::kubernetes
