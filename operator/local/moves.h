// The moves that were begun on this machine: a file each in ROOT/moves/, as on Kubernetes a MailboxMove each. The last
// one of each mailbox is kept.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "operator/api/mailbox_move.h"
#include "operator/local/single.h"
#include "operator/local/state.h"

namespace murder::local {

class Moves {
 public:
  // One command at a time moves; the second is told. Errors: that, or a folder that cannot be made.
  static Result<Moves> open(const Places& places);

  // The last move of the mailbox.
  Result<std::optional<api::MailboxMove>> find(const std::string& mailbox) const;
  // Those that have begun and have not ended, but that of `mailbox`.
  Result<std::vector<api::MailboxMove>> unfinished_others(const std::string& mailbox) const;
  // Before anything depends on it: it survives a loss of power.
  Status save(const api::MailboxMove& move) const;

 private:
  Moves(std::string folder, Single lock) : folder_(std::move(folder)), lock_(std::move(lock)) {}
  std::string path(const std::string& mailbox) const;

  std::string folder_;
  Single lock_;
};

}  // namespace murder::local
