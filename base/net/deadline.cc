#include "base/net/deadline.h"

#include <algorithm>
#include <cstdio>
#include <limits>

namespace murder::net {

Deadline::Clock::duration Deadline::remaining() const {
  if (!is_bounded()) return Clock::duration::max();
  return std::max(at_ - Clock::now(), Clock::duration::zero());
}

int Deadline::poll_timeout() const {
  if (!is_bounded()) return -1;
  const auto rest = std::chrono::ceil<std::chrono::milliseconds>(remaining()).count();
  return static_cast<int>(std::min<long long>(rest, std::numeric_limits<int>::max()));
}

Deadline Deadline::share_with(std::size_t others) const {
  if (!is_bounded() || others == 0) return *this;
  return Deadline(Clock::now() + remaining() / static_cast<Clock::duration::rep>(others + 1), allowed_);
}

std::string Deadline::allowed() const {
  if (!is_bounded()) return "unlimited time";
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(allowed_).count();
  if (milliseconds < 1000) return std::to_string(milliseconds) + " ms";
  char text[32];
  std::snprintf(text, sizeof text, "%.6g s", static_cast<double>(milliseconds) / 1000);
  return text;
}

}  // namespace murder::net
