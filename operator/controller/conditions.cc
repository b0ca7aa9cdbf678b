#include "operator/controller/conditions.h"

#include <ctime>

namespace murder::controller {

std::string rfc3339(Clock::time_point time) {
  const std::time_t seconds = Clock::to_time_t(time);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

Conditions::Conditions(const Json& live, Clock::time_point now)
    : before_(kubernetes::find(live, {"status", "conditions"})),
      generation_(kubernetes::generation_of(live)),
      now_(now) {}

const Json* Conditions::before(std::string_view type) const {
  if (before_ == nullptr || !before_->is_array()) return nullptr;
  for (const auto& condition : *before_) {
    if (condition.value("type", "") == type) return &condition;
  }
  return nullptr;
}

void Conditions::set(const char* type, api::ConditionStatus status, Reason reason, std::string message) {
  // What the API server takes at most.
  constexpr std::size_t kLongest = 32768;
  if (message.size() > kLongest) message.resize(kLongest);
  api::Condition condition{.type = type,
                           .status = status,
                           .observed_generation = generation_,
                           .last_transition_time = rfc3339(now_),
                           .reason = std::string(name_of(reason)),
                           .message = std::move(message)};
  if (const auto* was = before(type); was != nullptr && was->value("status", "") == api::name_of(status)) {
    condition.last_transition_time = was->value("lastTransitionTime", condition.last_transition_time);
  }
  conditions_.push_back(std::move(condition));
}

}  // namespace murder::controller
