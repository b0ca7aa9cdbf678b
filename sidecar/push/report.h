// How a push went: what probes, metrics, events and people are told.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sidecar/push/decide.h"
#include "sidecar/push/push_report.h"

namespace murder::push {

enum class Outcome {
  InSync,     // nothing to do
  Pushed,     // done, and a second dry run was silent
  WouldPush,  // a dry run that is safe
  Held,       // `error` says what was not done, and what a person can do; the rest was done
  Failed,     // `error` says why
};

constexpr std::string_view to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::InSync:
      return "InSync";
    case Outcome::Pushed:
      return "Pushed";
    case Outcome::WouldPush:
      return "WouldPush";
    case Outcome::Held:
      return "Held";
    case Outcome::Failed:
      return "Failed";
  }
  return "";
}

struct Report {
  Outcome outcome = Outcome::Failed;
  std::chrono::system_clock::time_point finished_at = {};
  std::chrono::duration<double> elapsed{0};
  bool dry_run = false;
  PushReport plan = {};                  // what the first dry run found
  std::vector<Conflict> conflicts = {};  // that are still held
  std::string reason = {};               // MailboxConflict, MassDelete
  std::string error = {};
  std::uint64_t mailboxes = 0;  // in this backend's list
};

}  // namespace murder::push
