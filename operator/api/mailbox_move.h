// MailboxMove: one user with all that belongs to it, or one shared mailbox, to another backend or partition. Described
// in mailbox_move_fields.h.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "operator/api/common.h"

namespace murder::api {

enum class MovePhase {
  Pending,     // not begun: it waits, or its inventory is being taken
  Copying,     // Cyrus copies; the mailbox is used where it was
  Switching,   // the master has been told, or some of it
  Verifying,   // it is there: the two inventories are compared
  Completed,   // and they agree, as do master, backends and frontends
  RolledBack,  // it was tried, and all of it is where it was
  Failed,      // a person has to look: nothing was deleted by the operator
};

struct MoveDestination {
  std::string backend;
  std::string partition;
  bool operator==(const MoveDestination&) const = default;
};

struct MailboxMoveSpec {
  LocalRef cluster_ref;
  std::string mailbox;
  MoveDestination destination;
};

// What a mailbox held before its move. A digest is a sum over its messages (proto/agent.proto, HeldMailbox), so that it
// is as small for a million of them.
struct MailboxInventory {
  std::string name;
  std::int64_t uid_validity = 0;
  std::int64_t uid_next = 0;
  std::int64_t highest_mod_seq = 0;
  std::int64_t messages = 0;
  std::string digest;        // of UID, content and date of each
  std::string flags_digest;  // of UID and flags of each
  bool operator==(const MailboxInventory&) const = default;
};

struct MailboxMoveStatus {
  std::int64_t observed_generation = 0;
  MovePhase phase = MovePhase::Pending;
  std::string source;
  std::int64_t mailboxes = 0;
  std::int64_t mailboxes_done = 0;
  std::int64_t messages = 0;
  std::int64_t attempts = 0;
  std::string reason;
  std::string message;
  std::string started_at;
  std::string phase_at;
  std::string finished_at;
  std::vector<MailboxInventory> before;
  std::vector<Condition> conditions;
};

struct MailboxMove {
  ObjectMeta metadata;
  MailboxMoveSpec spec;
  MailboxMoveStatus status;
  Origin origin;
};

template <>
inline constexpr auto enum_names<MovePhase> = std::to_array<EnumName<MovePhase>>({{MovePhase::Pending, "Pending"},
                                                                                  {MovePhase::Copying, "Copying"},
                                                                                  {MovePhase::Switching, "Switching"},
                                                                                  {MovePhase::Verifying, "Verifying"},
                                                                                  {MovePhase::Completed, "Completed"},
                                                                                  {MovePhase::RolledBack, "RolledBack"},
                                                                                  {MovePhase::Failed, "Failed"}});

}  // namespace murder::api
