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

enum class MovePhase { Pending, Copying, Switching, Verifying, Completed, Failed };

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

struct MailboxMoveStatus {
  std::int64_t observed_generation = 0;
  MovePhase phase = MovePhase::Pending;
  std::string source;
  std::int64_t mailboxes = 0;
  std::int64_t mailboxes_done = 0;
  std::string started_at;
  std::string finished_at;
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
                                                                                  {MovePhase::Failed, "Failed"}});

}  // namespace murder::api
