// Whether a failed request is worth another try, and when: client-go's rules (rest/with_retry.go), as a function.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "operator/kubernetes/api_error.h"

namespace murder::kubernetes {

// Nothing: the failure is the caller's. `attempt` counts from 1. A busy server that names no time is not asked again
// from here: a work queue has the better pauses.
std::optional<std::chrono::milliseconds> retry_pause(const ApiError& error, std::string_view method, int attempt);

}  // namespace murder::kubernetes
