#include "operator/local/process_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "base/process/spawn.h"
#include "operator/local/stop.h"
#include "operator/local/test_directory.h"

namespace murder::local {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;

const Places kPlaces{"/state"};
const std::string kLibrary = "/usr/lib/cyrus/bin";

Process process(pid_t pid, pid_t session, const std::string& program, int started = 0) {
  return {.pid = pid, .started = Moment(started), .session = session, .program = program};
}

TEST(SortOut, TellsLeadersChildrenAndOrphans) {
  const auto node = sort_out({process(1, 1, "/state/bin/murder-agent"), process(2, 2, kLibrary + "/master"),
                              process(3, 2, kLibrary + "/imapd"), process(4, 9, kLibrary + "/imapd"),
                              process(5, 1, kLibrary + "/ctl_mboxlist"), process(6, 6, "/bin/bash")},
                             kPlaces, kLibrary);
  EXPECT_EQ(node.agent->pid, 1);
  EXPECT_EQ(node.cyrmaster->pid, 2);
  EXPECT_THAT(node.orphans, ElementsAre(Field(&Process::pid, 4)));
  // A shell that a person opened in the node's view is left alone.
  EXPECT_THAT(node.children, ElementsAre(Field(&Process::pid, 3), Field(&Process::pid, 5), Field(&Process::pid, 6)));
}

// cyrmaster forks before it executes a service: for that moment there are two of its program, one session.
TEST(SortOut, TakesTheLeaderOfTwoCyrmasters) {
  const auto node =
      sort_out({process(3, 2, kLibrary + "/master", 20), process(2, 2, kLibrary + "/master", 10)}, kPlaces, kLibrary);
  EXPECT_EQ(node.cyrmaster->pid, 2);
  EXPECT_THAT(node.children, ElementsAre(Field(&Process::pid, 3)));
}

TEST(ParseStat, SurvivesAnyName) {
  const auto stat = parse_stat("42 (a ) R (b)) S 1 42 7 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 12345 0 0", 100);
  ASSERT_TRUE(stat);
  EXPECT_EQ(stat->state, 'S');
  EXPECT_EQ(stat->session, 7);
  EXPECT_EQ(stat->started, Moment(123'450));
  EXPECT_FALSE(parse_stat("42 (short) S 1", 100));
}

// By the file over /etc/hosts, also when the process has left the session, and not by anything it could say of itself.
TEST(Scan, FindsTheProcessesOfANodeAndNoOthers) {
  TestDirectory directory;
  const Places places{directory.path()};
  std::filesystem::create_directories(places.node("be1") + "/etc");
  std::ofstream(places.node("be1") + "/etc/hosts") << "127.0.0.1 localhost\n";
  process::Spawn what{.argv = {"/bin/sh", "-c", "setsid sleep 60 & exec sleep 60"},
                      .environment = {"PATH=/bin:/usr/bin", std::string(kVersionVariable) + "=v1"},
                      .binds = {{places.node("be1") + "/etc/hosts", "/etc/hosts"}}};
  if (geteuid() != 0) what.seen_as = process::Identity{.uid = geteuid(), .gid = getegid()};
  const auto pid = process::spawn(what);
  ASSERT_TRUE(pid) << pid.error().message;
  // The second one appears when the shell has come that far.
  std::vector<Process> found;
  for (const Moment until = since_boot() + Moment(10'000); found.size() < 2 && since_boot() < until;) {
    auto nodes = scan(places, "/usr/bin");
    ASSERT_TRUE(nodes);
    found = (*nodes)["be1"].children;
    found.insert(found.end(), (*nodes)["be1"].orphans.begin(), (*nodes)["be1"].orphans.end());
  }
  ASSERT_EQ(found.size(), 2u);
  EXPECT_TRUE(
      std::any_of(found.begin(), found.end(), [&](const Process& p) { return p.pid == *pid && p.version == "v1"; }));
  for (const auto& process : found) EXPECT_TRUE(send_signal(process, SIGKILL));
  EXPECT_TRUE(await_end(found, Moment(10'000)).empty());
  waitpid(*pid, nullptr, 0);
  EXPECT_TRUE(scan(places, "/usr/bin")->empty());
}

TEST(SendSignal, DoesNotReachAnotherProcessWithTheSamePid) {
  auto mine = process_of(getpid());
  ASSERT_TRUE(mine);
  mine->started -= Moment(1'000);
  EXPECT_TRUE(send_signal(*mine, SIGKILL));  // of a process that has gone: nothing happens
  EXPECT_FALSE(open_process(*mine));
}

}  // namespace
}  // namespace murder::local
