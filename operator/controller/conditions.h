// Conditions as the Kubernetes API conventions have them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "operator/api/common.h"
#include "operator/controller/reason.h"
#include "operator/controller/snapshot.h"

namespace murder::controller {

// "2026-01-02T15:04:05Z".
std::string rfc3339(Clock::time_point time);

// The conditions of one object: those of `before` keep the time of their last transition as long as their status stays.
class Conditions {
 public:
  // `live` is the object as it is stored.
  Conditions(const Json& live, Clock::time_point now);

  void set(const char* type, api::ConditionStatus status, Reason reason, std::string message);
  void set(const char* type, bool status, Reason reason, std::string message) {
    set(type, status ? api::ConditionStatus::True : api::ConditionStatus::False, reason, std::move(message));
  }
  std::vector<api::Condition> take() && { return std::move(conditions_); }

 private:
  const Json* before(std::string_view type) const;

  const Json* before_;
  std::int64_t generation_;
  Clock::time_point now_;
  std::vector<api::Condition> conditions_;
};

}  // namespace murder::controller
