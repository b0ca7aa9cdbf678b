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
  std::string message = "the master lists no mailbox " + request.mailbox;
  for (const auto& [backend, holds] : now.holds) {
    if (holds && *holds) message += "; " + backend + " holds it: `murder push " + backend + "` tells the master";
  }
  return Refusal{Reason::MailboxNotFound,
                 message + "; `murder where " + request.mailbox + "` shows what each server says"};
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

MaybeRefusal conflict(const Request& request, const Situation& now) {
  const auto* source = source_of(now);
  for (const auto& [name, holds] : now.holds) {
    if (name == source->name || !holds || !*holds) continue;
    return Refusal{Reason::MailboxConflict, "the master lists " + request.mailbox + " at " + source->name + ", and " +
                                                name + " holds one of that name too: `murder push " + name +
                                                "` shows both, and ends it as you say"};
  }
  if (!*now.holds.at(source->name)) {
    return Refusal{Reason::MailboxConflict, "the master lists " + request.mailbox + " at " + source->name +
                                                ", which does not hold it: `murder push " + source->name +
                                                " --dry-run` shows what it would tell the master"};
  }
  for (const auto& name : {source->name, request.destination.backend}) {
    for (const auto& mailbox : now.backends.at(name)->conflicts) {
      if (!belongs_to(request.mailbox, mailbox)) continue;
      return Refusal{Reason::MailboxConflict, mailbox + " is in conflict on " + name + ": `murder push " + name +
                                                  "` shows both copies, and ends it as you say"};
    }
  }
  return {};
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

MaybeRefusal not_ready(const Request& request, const Situation& now) {
  for (const auto& name : {source_of(now)->name, request.destination.backend}) {
    const auto& facts = *now.backends.at(name);
    if (!facts.ready) return Refusal{Reason::BackendNotReady, name + " is not ready: " + facts.not_ready, true};
  }
  return {};
}

MaybeRefusal not_synced(const Request& request, const Situation& now) {
  for (const auto& name : {source_of(now)->name, request.destination.backend}) {
    const auto& facts = *now.backends.at(name);
    if (!facts.not_synced.empty()) {
      return Refusal{Reason::BackendNotSynced, name + " and the master have not agreed yet: " + facts.not_synced, true};
    }
  }
  return {};
}

MaybeRefusal other_move(const Request& request, const Situation& now) {
  const auto& source = source_of(now)->name;
  for (const auto& other : now.others) {
    if (other.mailbox == request.mailbox) {
      return Refusal{Reason::MoveInProgress, request.mailbox + " is being moved to " + other.destination + " already",
                     true};
    }
    for (const auto& name : {source, request.destination.backend}) {
      if (name != other.source && name != other.destination) continue;
      return Refusal{Reason::MoveInProgress,
                     name + " takes part in the move of " + other.mailbox + "; one at a time for each backend", true};
    }
  }
  return {};
}

// What the request says by itself, then what the master says, then the two backends. A rule may rely on those before.
constexpr std::array<Rule, 16> rules = {
    bad_name,       unknown_backend,  unknown_partition, deleted_mailbox, sub_mailbox,    master_silent,
    not_found,      foreign_location, already_there,     reserved,        silent_backend, conflict,
    shared_mailbox, not_ready,        not_synced,        other_move,
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
