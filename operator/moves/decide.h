// What to do next about a move, from what is true now: level-triggered, so whoever ended in the middle goes on from
// there. Pure.
//
// A copy is given up by nobody here. What deletes is Cyrus, when it has copied everything and nobody else can write;
// what the operator does beside asking it to move is to have a backend tell the master what it holds, which the
// backend's agent refuses when it would delete (sidecar/push/).
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "operator/api/mailbox_move.h"
#include "operator/moves/observed.h"
#include "operator/moves/refuse.h"

namespace murder::moves {

// From where to where: fixed once a move has begun.
struct Route {
  std::string id;  // of the MailboxMove: no two have the same
  std::string mailbox;
  std::string source;  // backend's name
  std::string source_host;
  std::string destination;
  std::string destination_host;
};

// All of it asked anew for each decision, and in this order: what Cyrus does at the source first, so that a move which
// ends meanwhile is never taken for one that changed nothing.
struct Observed {
  std::string now;              // RFC 3339
  std::int64_t generation = 0;  // of the MailboxMove
  Result<AgentSays> agent;      // of move_id()
  Result<Listing> source;
  Result<Listing> destination;
  Result<Places> master;                            // of every name in the inventory and in the two listings
  std::map<std::string, Result<Places>> frontends;  // likewise
  // Whether what users have read went ahead; tried with the inventory.
  std::optional<Status> seen = {};
  // Whether all frontends hold back deliveries; likewise.
  std::optional<Status> held = {};
  // Whether what the user has read in mailboxes that stay at the source is known there again; tried with ReturnSeen.
  std::optional<Status> returned = {};
  std::optional<Refusal> refusal = {};  // of a move that has not begun
};

enum class Step {
  Wait,             // and look again
  TakeInventory,    // send ahead what users have read, hold back deliveries; decide again with the source's contents
  Start,            // ask the source's agent to begin move_id()
  PushSource,       // the source tells the master what it holds
  PushDestination,  // likewise
  ReturnSeen,       // have the source know what the user has read there, and decide again
  Verify,           // decide again with the contents of what the destination holds, as compared with status.before
  End,              // nothing is left to do
};
std::string_view to_string(Step step);

struct Decision {
  Step step = Step::Wait;
  // To be stored before the step is taken: what has begun is known to whoever goes on.
  api::MailboxMoveStatus status;
};

Decision decide_move(const Route& route, const api::MailboxMoveStatus& status, const Observed& now);

// Of an attempt; agents begin none twice.
std::string move_id(const Route& route, const api::MailboxMoveStatus& status);

// How soon to look again: while Cyrus moves, each look also has the frontends ask for news, and until they have it they
// send mail and clients to the backend that the mailbox has left.
std::chrono::milliseconds look_again(const Decision& decision);

bool has_begun(const api::MailboxMoveStatus& status);
bool has_ended(const api::MailboxMoveStatus& status);

inline constexpr std::int64_t kMostAttempts = 5;
inline constexpr std::size_t kMostMailboxes = 4096;  // status.before

}  // namespace murder::moves
