// What a user has read in a mailbox that is not its own: a record of Cyrus's seen database, one for each user and
// mailbox, on the backend that holds the mailbox.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace murder::move {

struct SeenRecord {
  std::string unique_id;  // of the mailbox
  std::int64_t last_read = 0;
  std::uint32_t last_uid = 0;
  std::int64_t last_change = 0;
  std::string uids = {};  // "1:4,7"
  bool operator==(const SeenRecord&) const = default;
};

// A line of the answer to SYNCGET META USER, and what is behind SYNCAPPLY to have it written:
//
//   * SEEN %(UNIQUEID msdzqdc5mx9klmfiify8ezqv LASTREAD 1795900794 LASTUID 4 LASTCHANGE 1795900794 SEENUIDS 1:2)
Result<SeenRecord> parse_seen(std::string_view line);
std::string format_seen(std::string_view user, const SeenRecord& record);

// All that either of two records of one mailbox says was read.
Result<SeenRecord> united(const SeenRecord& one, const SeenRecord& other);

// "1:2,4" and "3,9" are "1:4,9".
Result<std::string> united_uids(std::string_view one, std::string_view other);

}  // namespace murder::move
