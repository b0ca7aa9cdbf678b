// Reads and writes what a user has read, by the commands of Cyrus's own replication on an administrator's connection:
// SYNCGET META and SYNCAPPLY SEEN. Which file a record is in is Cyrus's to know: conf/user/u/USER.seen, or, where the
// user's INBOX is or ever was, conf/user/uuid/…/seen.db.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/agent_config.h"
#include "base/result.h"
#include "sidecar/health/imap.h"
#include "sidecar/move/seen_record.h"

namespace murder::move {

struct SeenOfUser {
  std::string mailbox;                   // user.fred
  std::vector<SeenRecord> records = {};  // of other mailboxes; of its own they are in the mailbox
};

enum class Mailboxes { All, OfThisBackend };

// Records of mailboxes that are elsewhere are what earlier moves have left.
Result<SeenOfUser> read_seen(const AgentConfig& config, const health::Login& login, const std::string& mailbox,
                             Mailboxes which);

enum class Existing {
  Replaced,
  // And records of mailboxes that are elsewhere are not written.
  Kept,
};

// How many records have changed. The same again changes none.
Result<std::size_t> write_seen(const AgentConfig& config, const health::Login& login, const SeenOfUser& seen,
                               Existing existing);

}  // namespace murder::move
