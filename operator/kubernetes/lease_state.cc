#include "operator/kubernetes/lease.h"

namespace murder::kubernetes {

Status check_lease_options(const LeaseOptions& options) {
  constexpr double margin = 1.2;
  if (options.lease.namespace_.empty() || options.lease.name.empty()) return Error{"lease: needs namespace and name"};
  if (options.identity.empty()) return Error{"lease: needs an identity"};
  if (options.duration < std::chrono::seconds(1)) return Error{"lease duration: at least 1 s"};
  if (options.duration <= options.renew_deadline)
    return Error{"lease duration: must be longer than the renew deadline"};
  if (static_cast<double>(options.renew_deadline.count()) <= margin * static_cast<double>(options.retry.count())) {
    return Error{"lease renew deadline: must be more than 1.2 times the retry period"};
  }
  if (options.retry.count() <= 0) return Error{"lease retry period: must be more than 0"};
  return ok();
}

LeaseRecord lease_record(const Json& lease) {
  LeaseRecord record;
  record.holder = text_at(lease, {"spec", "holderIdentity"});
  record.acquired = text_at(lease, {"spec", "acquireTime"});
  record.renewed = text_at(lease, {"spec", "renewTime"});
  if (const auto* const duration = find(lease, {"spec", "leaseDurationSeconds"});
      duration != nullptr && duration->is_number_integer()) {
    record.duration = std::chrono::seconds(duration->get<std::int64_t>());
  }
  if (const auto* const transitions = find(lease, {"spec", "leaseTransitions"});
      transitions != nullptr && transitions->is_number_integer()) {
    record.transitions = transitions->get<std::int64_t>();
  }
  return record;
}

void LeaseState::observed(Json lease, Clock::time_point now) {
  auto record = lease_record(lease);
  if (!record_ || record != *record_) changed_at_ = now;
  record_ = std::move(record);
  lease_ = std::move(lease);
}

void LeaseState::forget() {
  record_.reset();
  lease_ = Json();
}

bool LeaseState::may_take(Clock::time_point now) const {
  return !record_ || record_->holder.empty() || holds() || now >= changed_at_ + record_->duration;
}

Json LeaseState::desired(std::chrono::system_clock::time_point wall) const {
  Json lease = lease_;
  if (!record_) {
    lease = {{"apiVersion", "coordination.k8s.io/v1"},
             {"kind", "Lease"},
             {"metadata", {{"namespace", options_.lease.namespace_}, {"name", options_.lease.name}}}};
  }
  auto& spec = lease["spec"];
  spec["renewTime"] = micro_time(wall);
  spec["leaseDurationSeconds"] = std::chrono::ceil<std::chrono::seconds>(options_.duration).count();
  if (!holds()) {
    spec["holderIdentity"] = options_.identity;
    spec["acquireTime"] = micro_time(wall);
    spec["leaseTransitions"] = record_ ? record_->transitions + 1 : 1;
  }
  return lease;
}

Json LeaseState::released(std::chrono::system_clock::time_point wall) const {
  Json lease = lease_;
  auto& spec = lease["spec"];
  spec["holderIdentity"] = "";
  spec["leaseDurationSeconds"] = 1;
  spec["renewTime"] = micro_time(wall);
  return lease;
}

const std::string& LeaseState::holder() const {
  static const std::string nobody;
  return record_ ? record_->holder : nobody;
}

}  // namespace murder::kubernetes
