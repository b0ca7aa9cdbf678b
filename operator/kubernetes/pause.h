// Waits, unless told to stop.
#pragma once

#include <chrono>
#include <stop_token>

namespace murder::kubernetes {

// False, at once, when the token is triggered.
bool pause_for(std::chrono::nanoseconds length, const std::stop_token& stop);

}  // namespace murder::kubernetes
