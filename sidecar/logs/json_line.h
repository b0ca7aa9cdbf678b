// A log record as one line of JSON, for a person's `jq` and for a cluster's log collector.
//
//   {"ts":"2026-11-24T09:30:00.123Z","level":"notice","node":"be1","role":"backend","program":"imap","pid":4711,
//    "session":"be1-4711-1795476100-1-...","user":"u1","msg":"login: ... "}
//
// Keys are stable. `ts` is RFC 3339, UTC, milliseconds. `node`, `role`, `session`, `user` and `mailbox` are left out
// when unknown; `dropped` (how many messages of this process were lost before this one) and `truncated` only appear
// when they say something. Bytes that are not UTF-8 become the four characters \xHH.
#pragma once

#include <string>
#include <string_view>

#include "sidecar/logs/record.h"

namespace murder::logs {

// What the agent knows about the Cyrus it stands beside. A node given here goes before the record's own: until Cyrus
// has read imapd.conf its ident has no prefix yet.
struct Origin {
  std::string node{};
  std::string role{};  // "mupdate", "backend", "frontend"
};

std::string_view name_of(Severity severity);

// Appends the line, with its newline.
void append_json_line(const LogRecord& record, const Origin& origin, std::string& out);

}  // namespace murder::logs
