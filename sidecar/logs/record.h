// One message of Cyrus, as the preloaded syslog(3) sent it (preload/wire.h has the layout).
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace murder::logs {

// As <syslog.h> numbers them.
enum class Severity : std::uint8_t { Emergency, Alert, Critical, Error, Warning, Notice, Info, Debug };

using LogTime = std::chrono::sys_time<std::chrono::nanoseconds>;

struct LogRecord {
  LogTime time{};
  Severity severity = Severity::Info;
  int facility = 0;           // 2 is mail, 22 is local6 (Cyrus's default)
  std::string node{};         // "be1" of the ident "be1/imap"; empty when the ident has no prefix
  std::string program{};      // "imap": the service's name in cyrus.conf, or the tool's
  pid_t pid = 0;              // in Cyrus's pid namespace
  std::string text{};         // without the newline at its end; any bytes
  std::uint32_t dropped = 0;  // messages that this process could neither send nor spill before this one
  bool truncated = false;     // the text was longer than 8 KiB, and says so at its end

  bool operator==(const LogRecord&) const = default;
};

// The record in a datagram. Whatever a foreign process may write to the socket ends in a record or an error.
Result<LogRecord> decode_record(std::string_view datagram);

// The datagram that decode_record() would make `record` of; ident and text are cut to what the format can carry.
std::string encode_record(const LogRecord& record);

}  // namespace murder::logs
