// Messages of Cyrus that say something about its state, as events. The agent's health and the operator's status rest on
// them where nothing else tells: cyrmaster stays alive without a service that it has disabled (CYRUS.md finding 2), and
// a slave mupdate announces its synchronisation nowhere but here.
//
// The texts are those of cyrus-imapd 3.6.1 (master/master.c, imap/mupdate.c, imap/mupdate-slave.c); where 3.10 and
// later word them a little differently, both are understood.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <variant>

#include "sidecar/logs/record.h"

namespace murder::logs {

// cyrmaster gave up on a service. `retry` is set when it will try again by itself (newer Cyrus); otherwise only a new
// configuration or a restart helps.
struct ServiceDisabled {
  std::string service;
  std::optional<std::chrono::seconds> retry;
  bool operator==(const ServiceDisabled&) const = default;
};

// cyrmaster could not open, bind or listen on a socket, and goes on without the service.
struct ServiceUnbound {
  std::string service;
  std::string reason;  // "Address already in use"
  bool operator==(const ServiceUnbound&) const = default;
};

// A command of the START section failed; cyrmaster exits.
struct StartupFailed {
  bool operator==(const StartupFailed&) const = default;
};

// A child of cyrmaster died of a signal.
struct ProcessCrashed {
  std::string process;  // "type:SERVICE name:imap path:/usr/lib/cyrus/bin/imapd age:1.234s pid:4711"
  int signal = 0;
  bool operator==(const ProcessCrashed&) const = default;
};

// The slave mupdate has the whole mailbox list, or `errors` > 0 says how many entries it could not take.
struct ListSynchronized {
  int errors = 0;
  bool operator==(const ListSynchronized&) const = default;
};

// The slave mupdate reached the MUPDATE master.
struct ListConnected {
  std::string server;
  bool operator==(const ListConnected&) const = default;
};

// The slave mupdate could not reach the MUPDATE master, or lost it.
struct ListDisconnected {
  std::string reason;
  bool operator==(const ListDisconnected&) const = default;
};

// The slave mupdate tries again after `delay`.
struct ListRetry {
  std::chrono::seconds delay{0};
  bool operator==(const ListRetry&) const = default;
};

using LogEvent = std::variant<ServiceDisabled, ServiceUnbound, StartupFailed, ProcessCrashed, ListSynchronized,
                              ListConnected, ListDisconnected, ListRetry>;

// The event that `record` tells of, if any.
std::optional<LogEvent> match_event(const LogRecord& record);

}  // namespace murder::logs
