// Why a move is refused, waits, or has ended: one word for status, Events, logs and metrics.
#pragma once

#include <string_view>

namespace murder::moves {

enum class Reason {
  // Refused: nothing was touched, and the same request stays wrong.
  InvalidRequest,
  UnknownBackend,
  UnknownPartition,
  SubMailbox,       // of a user: moves with it
  DeletedMailbox,   // DELETED.*
  MailboxNotFound,  // the master lists no such name
  ForeignLocation,  // the master lists it at a server that is no backend of this cluster
  AlreadyThere,
  PartitionOnly,             // to another partition of the same backend
  SharedMailboxUnsupported,  // Cyrus 3.6 as the source
  TooManyMailboxes,
  MailboxConflict,  // two backends hold it, or its backend and the master disagree
  MailboxReserved,  // its name is taken by something under way

  // Not yet.
  AgentUnreachable,
  BackendNotReady,
  BackendNotSynced,
  SeenNotCarried,  // what users have read could not be sent ahead
  MoveInProgress,  // another one, on the same backend or of the same mailbox

  // Under way.
  TakingInventory,
  Copying,
  Switching,
  RepairingMaster,  // Cyrus ended between two steps: the master is told again who holds what
  ReturningSeen,    // what the user has read in mailboxes that stay at the source
  SeenNotReturned,
  FrontendsBehind,
  Verifying,

  // Ended.
  Moved,
  CyrusRefused,
  Interrupted,         // Cyrus, or the connection to it, ended in the middle; all is where it was
  VerificationFailed,  // what is there now is less than what was there before
  TwoCopies,
  SplitUser,       // some mailboxes of the user are here, some there
  MailboxMissing,  // no backend holds it
  MovedElsewhere,  // somebody else moved it meanwhile
};

constexpr std::string_view to_string(Reason reason) {
  switch (reason) {
    case Reason::InvalidRequest:
      return "InvalidRequest";
    case Reason::UnknownBackend:
      return "UnknownBackend";
    case Reason::UnknownPartition:
      return "UnknownPartition";
    case Reason::SubMailbox:
      return "SubMailbox";
    case Reason::DeletedMailbox:
      return "DeletedMailbox";
    case Reason::MailboxNotFound:
      return "MailboxNotFound";
    case Reason::ForeignLocation:
      return "ForeignLocation";
    case Reason::AlreadyThere:
      return "AlreadyThere";
    case Reason::PartitionOnly:
      return "PartitionOnly";
    case Reason::SharedMailboxUnsupported:
      return "SharedMailboxUnsupported";
    case Reason::TooManyMailboxes:
      return "TooManyMailboxes";
    case Reason::MailboxConflict:
      return "MailboxConflict";
    case Reason::MailboxReserved:
      return "MailboxReserved";
    case Reason::AgentUnreachable:
      return "AgentUnreachable";
    case Reason::BackendNotReady:
      return "BackendNotReady";
    case Reason::BackendNotSynced:
      return "BackendNotSynced";
    case Reason::SeenNotCarried:
      return "SeenNotCarried";
    case Reason::MoveInProgress:
      return "MoveInProgress";
    case Reason::TakingInventory:
      return "TakingInventory";
    case Reason::Copying:
      return "Copying";
    case Reason::Switching:
      return "Switching";
    case Reason::RepairingMaster:
      return "RepairingMaster";
    case Reason::ReturningSeen:
      return "ReturningSeen";
    case Reason::SeenNotReturned:
      return "SeenNotReturned";
    case Reason::FrontendsBehind:
      return "FrontendsBehind";
    case Reason::Verifying:
      return "Verifying";
    case Reason::Moved:
      return "Moved";
    case Reason::CyrusRefused:
      return "CyrusRefused";
    case Reason::Interrupted:
      return "Interrupted";
    case Reason::VerificationFailed:
      return "VerificationFailed";
    case Reason::TwoCopies:
      return "TwoCopies";
    case Reason::SplitUser:
      return "SplitUser";
    case Reason::MailboxMissing:
      return "MailboxMissing";
    case Reason::MovedElsewhere:
      return "MovedElsewhere";
  }
  return "";
}

}  // namespace murder::moves
