// Whether a push may go ahead, and with what.
//
// `ctl_mboxlist -m` on its own trusts the master: it deletes each local mailbox that the master lists elsewhere
// (CYRUS.md finding 4), and makes the master forget all that is not here, even when nothing is here because a disk is
// missing. So what it would do is looked at first, and each of these needs a person's word.
//
// Pure: everything it looks at is in Situation.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sidecar/push/push_report.h"

namespace murder::push {

// Which copy is right, of a mailbox that this backend and the master's list disagree about.
enum class Resolve { Hold, Local, Master };

struct Choice {
  Resolve resolve = Resolve::Hold;
  std::vector<std::string> mailboxes;  // to which it applies
  bool allow_mass_delete = false;
};

struct Conflict {
  std::string mailbox;
  std::string here;    // location on this backend
  std::string master;  // location at the master; empty when the master no longer lists it
  bool operator==(const Conflict&) const = default;
};

struct Situation {
  PushReport report;
  std::vector<Conflict> conflicts;  // one for each of report.remove_local
  std::uint64_t local_mailboxes = 0;
  std::uint64_t master_entries = 0;  // that the master has for this backend
  int max_delete_percent = 10;
  Choice choice;
};

// What a real run may do. Everything else that it tries is refused on the way (gate.h).
struct Plan {
  std::vector<Conflict> take_over = {};  // Resolve::Local: the master's entry is made to point here
  std::vector<Conflict> give_up = {};    // Resolve::Master: the local copy is deleted, delayed
  std::vector<Conflict> held = {};       // neither: both sides stay as they are
  std::uint64_t max_removals = 0;        // entries that may be removed from the master
  bool operator==(const Plan&) const = default;
};

enum class HoldReason { MailboxConflict, MassDelete };
std::string_view to_string(HoldReason reason);

struct Hold {
  HoldReason reason = HoldReason::MailboxConflict;
  std::string message;  // which mailboxes, both holders, and what a person can do
  bool operator==(const Hold&) const = default;
};

struct Decision {
  // What may be done now; absent when there is nothing to do, or nothing that may be done.
  std::optional<Plan> plan;
  // What may not, and why. A conflict holds its own mailbox and no other: the plan covers the rest. A mass delete holds
  // all, because then either list may be the wrong one altogether.
  std::optional<Hold> hold;
};

Decision decide(const Situation& situation);

// Errors of the choice itself: a resolution without a mailbox, or of a mailbox that is in no conflict.
std::optional<Error> check_choice(const Situation& situation);

}  // namespace murder::push
