#include "operator/kubernetes/retry.h"

namespace murder::kubernetes {

std::optional<std::chrono::milliseconds> retry_pause(const ApiError& error, std::string_view method, int attempt) {
  constexpr int most_attempts = 11;  // the first, and 10 more
  if (attempt >= most_attempts) return {};
  switch (error.failure) {
    case Failure::TooManyRequests:
    case Failure::ServerError:
      if (!error.retry_after) return {};
      return *error.retry_after;
    case Failure::ConnectionLost:
      // A write may have been carried out: only what changes nothing can be asked twice.
      if (method != "GET") return {};
      return std::chrono::seconds(1);
    default:
      return {};
  }
}

}  // namespace murder::kubernetes
