// The spill file: what the preloaded syslog(3) could not send, as datagrams one after the other.
//
// Writers hold a shared flock(2) while they append. The reader renames the file to "<path>.reading", takes the lock
// exclusively (so nobody is in the middle of a write), reads, and unlinks it: every writer that still has it open finds
// it locked or without a name, and opens the path again. A reader that died before unlinking is made good by the next
// one, which begins with what ".reading" holds: a record is delivered at least once, and twice only after such a death.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "sidecar/logs/record.h"

namespace murder::logs {

struct SpillReport {
  std::uint64_t records = 0;
  std::uint64_t damaged_bytes = 0;  // skipped: a write cut short by a full disk
};

// Hands on the records in `bytes` in their order, and returns how many bytes are done with. What is left is the
// beginning of a record, or nothing when `at_end` says that no more will follow. Damage is skipped up to the next
// record that decodes.
std::size_t parse_spill(std::string_view bytes, bool at_end, const std::function<void(const LogRecord&)>& each,
                        SpillReport& report);

// Reads and removes the spill file at `path`, if there is one. An error leaves what could not be read for the next try.
Result<SpillReport> drain_spill(const std::string& path, const std::function<void(const LogRecord&)>& each);

}  // namespace murder::logs
