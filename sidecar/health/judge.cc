#include "sidecar/health/judge.h"

#include <algorithm>

namespace murder::health {
namespace {

Check cyrmaster(const Observations& seen) {
  if (!seen.cyrmaster_error.empty()) return {"cyrmaster", CheckState::Unknown, seen.cyrmaster_error};
  if (!seen.cyrmaster_running) {
    return {"cyrmaster", CheckState::Failed, "not running: nobody holds the lock of its pid file"};
  }
  return {"cyrmaster", CheckState::Ok};
}

bool is_gone(const Observations& seen, const ServiceSeen& service) {
  return seen.cyrmaster_running && seen.cyrmaster_age > service_grace &&
         service.refused_rounds >= refused_rounds_to_act;
}

Check judge_service(const Observations& seen, const ServiceSeen& service) {
  Check check{"service " + service.name, CheckState::Ok, service.error, service.seconds};
  if (!service.error.empty()) check.state = CheckState::Failed;
  if (seen.disabled.contains(service.name) && !service.error.empty()) {
    check.message += "; cyrmaster gave it up after too many failures: only a restart of Cyrus brings it back";
  } else if (is_gone(seen, service)) {
    check.message += "; cyrmaster runs without it";
  }
  return check;
}

bool is_lost(const Observations& seen, const ServiceSeen& service) {
  return is_gone(seen, service) || (!service.error.empty() && seen.disabled.contains(service.name));
}

}  // namespace

Verdict judge(const Observations& seen) {
  Verdict verdict;
  verdict.checks.push_back(cyrmaster(seen));
  for (const auto& service : seen.services) verdict.checks.push_back(judge_service(seen, service));
  for (const auto* check : {&seen.mupdate_master, &seen.push, &seen.mailbox_list, &seen.status_of_unknown}) {
    if (*check) verdict.checks.push_back(**check);
  }

  const bool lost =
      std::any_of(seen.services.begin(), seen.services.end(), [&](const auto& each) { return is_lost(seen, each); });
  // What could not be looked at is no reason to kill anything.
  verdict.alive = (seen.cyrmaster_running || !seen.cyrmaster_error.empty()) && !lost;

  const auto is_ok = [](const Check& check) { return check.state == CheckState::Ok; };
  verdict.ready = verdict.alive && std::all_of(verdict.checks.begin(), verdict.checks.end(), is_ok);
  return verdict;
}

}  // namespace murder::health
