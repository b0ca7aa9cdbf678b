#include "operator/moves/refuse.h"

#include <algorithm>
#include <array>

#include "base/nearest.h"
#include "operator/config/cyrus/version.h"

namespace murder::moves {
namespace {

using MaybeRefusal = std::optional<Refusal>;
using Rule = MaybeRefusal (*)(const Request&, const Situation&);

const topology::Node* backend_at(const topology::Topology& topology, std::string_view host) {
  for (const auto* node : topology.with_role(Role::Backend)) {
    if (node->host == host) return node;
  }
  return nullptr;
}

std::string join(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

MaybeRefusal bad_name(const Request& request, const Situation&) {
  const auto good = check_mailbox_name(request.mailbox);
  if (good) return {};
  return Refusal{Reason::InvalidRequest, good.error().message};
}

MaybeRefusal unknown_backend(const Request& request, const Situation& now) {
  const auto& name = request.destination.backend;
  std::vector<std::string> names;
  for (const auto* node : now.topology->with_role(Role::Backend)) {
    if (node->name == name) return {};
    names.push_back(node->name);
  }
  const std::vector<std::string_view> candidates(names.begin(), names.end());
  const auto meant = nearest(name, candidates);
  return Refusal{Reason::UnknownBackend, "no backend of " + now.topology->cluster + " is called " + name + "; " +
                                             (meant           ? "did you mean " + std::string(*meant) + "?"
                                              : names.empty() ? "it has none"
                                                              : "there are: " + join(names))};
}

MaybeRefusal unknown_partition(const Request& request, const Situation& now) {
  const auto& [backend, partition] = request.destination;
  if (partition.empty()) return {};
  std::vector<std::string> names;
  for (const auto& each : now.topology->find(backend)->partitions) {
    if (each.name == partition) return {};
    names.push_back(each.name);
  }
  return Refusal{Reason::UnknownPartition, backend + " has no partition " + partition + "; it has: " + join(names)};
}

MaybeRefusal deleted_mailbox(const Request& request, const Situation&) {
  if (!request.mailbox.starts_with("DELETED.")) return {};
  return Refusal{Reason::DeletedMailbox,
                 request.mailbox + " is what a deletion has kept, for undeleting it: rename it back first"};
}

MaybeRefusal sub_mailbox(const Request& request, const Situation&) {
  if (!is_user(request.mailbox)) return {};
  const auto user_end = request.mailbox.find('.', std::string_view("user.").size());
  if (user_end == std::string::npos) return {};
  const auto user = request.mailbox.substr(0, user_end);
  return Refusal{Reason::SubMailbox, request.mailbox + " belongs to a user, and a user moves as a whole: move " + user};
}

MaybeRefusal master_silent(const Request&, const Situation& now) {
  if (now.master) return {};
  return Refusal{Reason::AgentUnreachable, "the master does not say where it is: " + now.master.error().message, true};
}

MaybeRefusal not_found(const Request& request, const Situation& now) {
  if (*now.master) return {};
  const auto holder = std::find_if(now.holds.begin(), now.holds.end(),
                                   [](const auto& backend) { return backend.second && *backend.second; });
  return Refusal{Reason::MailboxNotFound,
                 "the master lists no mailbox " + request.mailbox +
                     (holder == now.holds.end()
                          ? std::string()
                          : "; " + holder->first + " holds it: `murder push " + holder->first + "` tells the master") +
                     "; `murder where " + request.mailbox + "` shows what each server says"};
}

MaybeRefusal foreign_location(const Request& request, const Situation& now) {
  if (source_of(now) != nullptr) return {};
  return Refusal{Reason::ForeignLocation, request.mailbox + " is at " + (*now.master)->location +
                                              ", which is no backend of " + now.topology->cluster};
}

MaybeRefusal already_there(const Request& request, const Situation& now) {
  const auto* source = source_of(now);
  if (source->name != request.destination.backend) return {};
  const auto& partition = request.destination.partition;
  if (partition.empty() || (*now.master)->partition() == partition) {
    return Refusal{Reason::AlreadyThere, request.mailbox + " is at " + (*now.master)->location + " already"};
  }
  return Refusal{Reason::PartitionOnly, request.mailbox + " is on " + source->name + " already, on partition " +
                                            std::string((*now.master)->partition()) +
                                            "; a move goes to another backend"};
}

MaybeRefusal reserved(const Request& request, const Situation& now) {
  if ((*now.master)->state == Place::State::Active) return {};
  return Refusal{Reason::MailboxReserved,
                 request.mailbox + " is reserved at the master for " + (*now.master)->location +
                     ": something is under way with it, or ended in the middle; `murder push " + source_of(now)->name +
                     "` ends that",
                 true};
}

// Only of the two that take part: what a third one does is none of the move's business, unless it holds the mailbox.
MaybeRefusal silent_backend(const Request& request, const Situation& now) {
  for (const auto& name : {source_of(now)->name, request.destination.backend}) {
    const auto facts = now.backends.find(name);
    const auto holds = now.holds.find(name);
    if (facts == now.backends.end() || !facts->second) {
      return Refusal{
          Reason::AgentUnreachable,
          facts == now.backends.end() ? "the agent of " + name + " has not answered" : facts->second.error().message,
          true};
    }
    if (holds == now.holds.end() || !holds->second) {
      return Refusal{Reason::AgentUnreachable,
                     holds == now.holds.end() ? "the agent of " + name + " has not said whether it holds the mailbox"
                                              : holds->second.error().message,
                     true};
    }
  }
  return {};
}

MaybeRefusal second_holder(const Request& request, const Situation& now) {
  const auto& source = source_of(now)->name;
  const auto other = std::find_if(now.holds.begin(), now.holds.end(), [&](const auto& backend) {
    return backend.first != source && backend.second && *backend.second;
  });
  if (other == now.holds.end()) return {};
  return Refusal{Reason::MailboxConflict, "the master lists " + request.mailbox + " at " + source + ", and " +
                                              other->first + " holds one of that name too: `murder push " +
                                              other->first + "` shows both, and ends it as you say"};
}

MaybeRefusal not_held(const Request& request, const Situation& now) {
  const auto& source = source_of(now)->name;
  if (*now.holds.at(source)) return {};
  return Refusal{Reason::MailboxConflict, "the master lists " + request.mailbox + " at " + source +
                                              ", which does not hold it: `murder push " + source +
                                              " --dry-run` shows what it would tell the master"};
}

MaybeRefusal held_push(const Request& request, const Situation& now) {
  const auto in_conflict_on = [&](const std::string& backend) -> MaybeRefusal {
    const auto& conflicts = now.backends.at(backend)->conflicts;
    const auto found = std::find_if(conflicts.begin(), conflicts.end(),
                                    [&](const std::string& mailbox) { return belongs_to(request.mailbox, mailbox); });
    if (found == conflicts.end()) return {};
    return Refusal{Reason::MailboxConflict, *found + " is in conflict on " + backend + ": `murder push " + backend +
                                                "` shows both copies, and ends it as you say"};
  };
  if (auto refusal = in_conflict_on(source_of(now)->name)) return refusal;
  return in_conflict_on(request.destination.backend);
}

MaybeRefusal shared_mailbox(const Request& request, const Situation& now) {
  if (is_user(request.mailbox)) return {};
  const auto& source = source_of(now)->name;
  const auto& said = now.backends.at(source)->cyrus_version;
  const auto version = cyrus::parse_version(said);
  if (!version) {
    return Refusal{Reason::SharedMailboxUnsupported,
                   "what Cyrus " + source + " runs is not known (" + version.error().message +
                       "), and 3.6 cannot move shared mailboxes",
                   true};
  }
  if (cyrus::behaviour(*version).shared_mailbox_xfer_works) return {};
  return Refusal{Reason::SharedMailboxUnsupported,
                 "Cyrus " + std::string(cyrus::to_string(*version)) + " on " + source +
                     " ends in the middle of moving a shared mailbox, and nobody could use it then: upgrade " + source +
                     " to 3.10 or later, or move its users away and leave the shared mailboxes"};
}

// Of the two that take part, the source first.
template <typename Judge>
MaybeRefusal of_both(const Request& request, const Situation& now, Judge judge) {
  if (auto refusal = judge(source_of(now)->name)) return refusal;
  return judge(request.destination.backend);
}

MaybeRefusal not_ready(const Request& request, const Situation& now) {
  return of_both(request, now, [&](const std::string& name) -> MaybeRefusal {
    const auto& facts = *now.backends.at(name);
    if (facts.ready) return {};
    return Refusal{Reason::BackendNotReady, name + " is not ready: " + facts.not_ready, true};
  });
}

MaybeRefusal not_synced(const Request& request, const Situation& now) {
  return of_both(request, now, [&](const std::string& name) -> MaybeRefusal {
    const auto& facts = *now.backends.at(name);
    if (facts.not_synced.empty()) return {};
    return Refusal{Reason::BackendNotSynced, name + " and the master have not agreed yet: " + facts.not_synced, true};
  });
}

MaybeRefusal same_mailbox_moves(const Request& request, const Situation& now) {
  const auto same = std::find_if(now.others.begin(), now.others.end(),
                                 [&](const OtherMove& other) { return other.mailbox == request.mailbox; });
  if (same == now.others.end()) return {};
  return Refusal{Reason::MoveInProgress, request.mailbox + " is being moved to " + same->destination + " already",
                 true};
}

MaybeRefusal other_move(const Request& request, const Situation& now) {
  return of_both(request, now, [&](const std::string& name) -> MaybeRefusal {
    const auto other = std::find_if(now.others.begin(), now.others.end(), [&](const OtherMove& move) {
      return move.source == name || move.destination == name;
    });
    if (other == now.others.end()) return {};
    return Refusal{Reason::MoveInProgress,
                   name + " takes part in the move of " + other->mailbox + "; one at a time for each backend", true};
  });
}

// What the request says by itself, then what the master says, then the two backends. A rule may rely on those before.
constexpr std::array<Rule, 19> rules = {
    bad_name,         unknown_backend, unknown_partition, deleted_mailbox,    sub_mailbox,   master_silent, not_found,
    foreign_location, already_there,   reserved,          silent_backend,     second_holder, not_held,      held_push,
    shared_mailbox,   not_ready,       not_synced,        same_mailbox_moves, other_move,
};

}  // namespace

const topology::Node* source_of(const Situation& situation) {
  if (!situation.master || !*situation.master) return nullptr;
  return backend_at(*situation.topology, (*situation.master)->server());
}

std::optional<Refusal> refuse(const Request& request, const Situation& situation) {
  for (const auto rule : rules) {
    if (auto refusal = rule(request, situation)) return refusal;
  }
  return {};
}

}  // namespace murder::moves
