#include "sidecar/logs/watch.h"

#include <gtest/gtest.h>

namespace murder::logs {
namespace {

using namespace std::chrono_literals;

std::optional<LogEvent> event_of(std::string program, std::string text) {
  LogRecord record;
  record.program = std::move(program);
  record.text = std::move(text);
  return match_event(record);
}

struct Line {
  const char* program;
  const char* text;
  LogEvent event;
};

// As cyrus-imapd 3.6.1 logged them; the ones beginning with ERROR as newer sources word them.
const Line lines[] = {
    {"master", "too many failures for service boom/ipv4, disabling until next SIGHUP", ServiceDisabled{"boom", {}}},
    {"master", "ERROR: too many failures for service imap/ipv6, disabling until next SIGHUP",
     ServiceDisabled{"imap", {}}},
    {"master", "ERROR: too many failures for service imap/ipv4, disabling for 10 seconds",
     ServiceDisabled{"imap", 10s}},
    {"master", "unable to bind to mupdate/ipv4 socket: Address already in use",
     ServiceUnbound{"mupdate", "Address already in use"}},
    {"master", "unable to listen to imap/ipv4 socket: Permission denied", ServiceUnbound{"imap", "Permission denied"}},
    {"master", "can't run startup", StartupFailed{}},
    {"master",
     "process type:SERVICE name:mupdate path:/usr/lib/cyrus/bin/mupdate age:30.519s pid:10685 signaled to death by "
     "signal 11 (Segmentation fault)",
     ProcessCrashed{"type:SERVICE name:mupdate path:/usr/lib/cyrus/bin/mupdate age:30.519s pid:10685", 11}},
    {"mupdate", "mailbox list synchronization complete", ListSynchronized{0}},
    {"mupdate", "mailbox list synchronization NOT complete (3) errors", ListSynchronized{3}},
    {"mupdate", "successful mupdate connection to 127.32.0.1:3905", ListConnected{"127.32.0.1:3905"}},
    {"mupdate", "couldn't connect to mupdate server", ListDisconnected{"couldn't connect to mupdate server"}},
    {"mupdate", "mupdate_scarf: -1627742718", ListDisconnected{"mupdate_scarf: -1627742718"}},
    {"mupdate", "connection to master timed out.", ListDisconnected{"connection to master timed out."}},
    {"mupdate", "retrying connection to mupdate server in 25 seconds", ListRetry{25s}},
};

TEST(Watch, KnowsWhatCyrusSays) {
  for (const auto& line : lines) EXPECT_EQ(event_of(line.program, line.text), line.event) << line.text;
}

TEST(Watch, ListensOnlyToTheProgramWhoseWordsTheyAre) {
  for (const auto& line : lines) EXPECT_EQ(event_of("imap", line.text), std::nullopt) << line.text;
}

TEST(Watch, MakesNothingOfOrdinaryOrBrokenLines) {
  EXPECT_EQ(event_of("master", "service boom/ipv4 pid 10945 in READY state: terminated abnormally"), std::nullopt);
  EXPECT_EQ(event_of("master", "process type:START name:recover exited, status 1"), std::nullopt);
  EXPECT_EQ(event_of("master", "unable to bind to imap"), std::nullopt);
  EXPECT_EQ(event_of("mupdate", "retrying connection to mupdate server in 99999999999999 seconds"), std::nullopt);
  EXPECT_EQ(event_of("mupdate", "retrying connection to mupdate server in a few seconds"), std::nullopt);
  EXPECT_EQ(event_of("mupdate", "login: localhost [127.0.0.1] mupdate PLAIN User logged in"), std::nullopt);
}

}  // namespace
}  // namespace murder::logs
