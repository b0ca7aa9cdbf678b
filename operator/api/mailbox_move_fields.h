// MailboxMove, described. See schema/field.h.
#pragma once

#include "operator/api/common_fields.h"
#include "operator/api/mailbox_move.h"

namespace murder::api {

template <typename Io>
void fields(Io& io, MoveDestination& destination) {
  io.field({.name = "backend",
            .doc = "Name of the Backend to move to.",
            .required = true,
            .pattern = kName,
            .max_length = 63},
           destination.backend);
  io.field({.name = "partition",
            .doc = "Partition there; its default when absent.",
            .pattern = kPartition,
            .max_length = 63},
           destination.partition);
}

template <typename Io>
void fields(Io& io, MailboxMoveSpec& spec) {
  io.field({.name = "clusterRef", .doc = "The MurderCluster.", .required = true, .immutable = true}, spec.cluster_ref);
  io.field({.name = "mailbox",
            .doc = "Internal name: user.fred for a user with all that belongs to it, or a shared mailbox such as "
                   "shared.team.",
            .required = true,
            .immutable = true,
            .pattern = kMailbox,
            .max_length = 510},
           spec.mailbox);
  io.field({.name = "destination", .doc = "Where to.", .required = true, .immutable = true}, spec.destination);
}

inline constexpr Pattern kDigest{"([0-9a-f]{32})?", "32 hexadecimal digits"};

template <typename Io>
void fields(Io& io, MailboxInventory& mailbox) {
  io.field({.name = "name", .doc = "Its internal name.", .required = true, .max_length = 1024}, mailbox.name);
  io.field({.name = "uidValidity", .doc = "Its UIDVALIDITY.", .minimum = 0}, mailbox.uid_validity);
  io.field({.name = "uidNext", .doc = "The UID that the next message would have got.", .minimum = 0}, mailbox.uid_next);
  io.field({.name = "highestModSeq", .doc = "Its HIGHESTMODSEQ.", .minimum = 0}, mailbox.highest_mod_seq);
  io.field({.name = "messages", .doc = "How many messages it had.", .minimum = 0}, mailbox.messages);
  io.field({.name = "digest", .doc = "Of UID, content and date of each message.", .pattern = kDigest}, mailbox.digest);
  io.field({.name = "flagsDigest", .doc = "Of UID and flags of each message.", .pattern = kDigest},
           mailbox.flags_digest);
}

template <typename Io>
void fields(Io& io, MailboxMoveStatus& status) {
  io.field({.name = "observedGeneration", .doc = "The generation that this status was computed from.", .minimum = 0},
           status.observed_generation);
  io.field({.name = "phase", .doc = "How far it is."}, status.phase);
  io.field({.name = "source", .doc = "Location that it is moved from.", .max_length = 1024}, status.source);
  io.field({.name = "mailboxes", .doc = "How many mailboxes belong to the move.", .minimum = 0}, status.mailboxes);
  io.field({.name = "mailboxesDone", .doc = "How many of them have been verified at the destination.", .minimum = 0},
           status.mailboxes_done);
  io.field({.name = "messages", .doc = "How many messages they had when it was begun.", .minimum = 0}, status.messages);
  io.field({.name = "attempts", .doc = "How often Cyrus was asked to move.", .minimum = 0}, status.attempts);
  io.field({.name = "reason", .doc = "Why it is in this phase, in one word.", .max_length = 64}, status.reason);
  io.field({.name = "message", .doc = "The same for people, with what to do.", .max_length = 4096}, status.message);
  io.field({.name = "startedAt", .doc = "When it was begun.", .format = "date-time"}, status.started_at);
  io.field({.name = "phaseAt", .doc = "When this phase was begun.", .format = "date-time"}, status.phase_at);
  io.field({.name = "finishedAt", .doc = "When it ended.", .format = "date-time"}, status.finished_at);
  io.field({.name = "before",
            .doc = "What the mailboxes held before they were touched: what is there afterwards is compared with it.",
            .max_items = 4096,
            .list_key = "name"},
           status.before);
  io.field({.name = "conditions", .doc = "Complete, Failed.", .max_items = 32, .list_key = "type"}, status.conditions);
}

}  // namespace murder::api
