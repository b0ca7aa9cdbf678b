// The preloaded syslog(3), in a program that only logs (preload/chatter.c): preloaded as into Cyrus, and linked in, so
// that the sanitizers of the build see it too.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <map>

#include "sidecar/logs/preload/wire.h"
#include "sidecar/logs/test_collector.h"
#include "sidecar/logs/test_directory.h"
#include "sidecar/logs/test_process.h"

namespace murder::logs {
namespace {

using namespace std::chrono_literals;
using testing::EndsWith;
using testing::StartsWith;

const std::string binaries = MURDER_BINARY_DIR "/bin/";

class Preload : public testing::TestWithParam<bool> {
 protected:
  std::unique_ptr<LogReceiver> receive() {
    auto receiver = LogReceiver::start(
        {.socket_path = directory.socket(), .spill_path = directory.spill(), .quiet = 10ms}, collector.sink());
    if (!receiver) throw std::runtime_error{receiver.error().message};
    return *std::move(receiver);
  }

  std::vector<std::string> environment() const {
    std::vector<std::string> all = {"MURDER_LOG_SOCKET=" + directory.socket(), "MURDER_LOG_SPILL=" + directory.spill()};
    if (GetParam()) all.push_back("LD_PRELOAD=" + binaries + "libmurder-syslog.so");
    return all;
  }

  TestProcess chatter(std::vector<std::string> arguments, std::vector<std::string> more = {}) {
    arguments.insert(arguments.begin(),
                     binaries + (GetParam() ? "murder_syslog_chatter" : "murder_syslog_chatter_inline"));
    auto variables = environment();
    variables.insert(variables.end(), more.begin(), more.end());
    return TestProcess{std::move(arguments), variables, directory.path() / "stderr"};
  }

  // How often each text came.
  std::map<std::string, int> counts() const {
    std::map<std::string, int> counts;
    for (const auto& record : collector.records()) ++counts[record.text];
    return counts;
  }

  void expect_flood(int threads, int messages) const {
    const auto seen = counts();
    EXPECT_EQ(seen.size(), static_cast<std::size_t>(threads * messages));
    for (const auto& [text, count] : seen) ASSERT_EQ(count, 1) << text;
    EXPECT_EQ(seen.count("thread 0 message 0"), 1u);
    EXPECT_EQ(seen.count("thread " + std::to_string(threads - 1) + " message " + std::to_string(messages - 1)), 1u);
  }

  TestDirectory directory;
  Collector collector;
};

TEST_P(Preload, CarriesEveryFormOfMessage) {
  const auto receiver = receive();
  auto process = chatter({"forms"});
  const auto pid = process.pid();
  ASSERT_EQ(process.wait(), 0);
  ASSERT_TRUE(collector.wait_for_count(8));
  const auto records = collector.records();
  ASSERT_EQ(records.size(), 8u);
  for (const auto& record : records) EXPECT_EQ(record.pid, pid);

  EXPECT_THAT(records[0].program, StartsWith("murder_syslog_chatter"));
  EXPECT_EQ(records[0].text, "before openlog");
  EXPECT_EQ(records[0].severity, Severity::Notice);
  EXPECT_EQ(records[0].facility, 1);  // user
  EXPECT_EQ(records[1].node, "be1");
  EXPECT_EQ(records[1].program, "imap");
  EXPECT_EQ(records[1].facility, 22);  // local6
  EXPECT_EQ(records[1].severity, Severity::Error);
  EXPECT_EQ(records[1].text, "unable to bind: Address already in use");
  EXPECT_EQ(records[2].text, "7 of nine");
  EXPECT_EQ(records[2].severity, Severity::Warning);
  EXPECT_EQ(records[3].facility, 2);  // mail
  EXPECT_EQ(records[3].text, "own facility");
  EXPECT_EQ(records[4].text, "");
  EXPECT_EQ(records[5].text, "Latin-1 caf\xe9 and control \x01");
  EXPECT_TRUE(records[6].truncated);
  EXPECT_LE(records[6].text.size(), static_cast<std::size_t>(MURDER_LOG_TEXT_MAX));
  EXPECT_THAT(records[6].text, EndsWith("x [... 11848 bytes cut]"));
  EXPECT_EQ(records[7].program, "ctl");
  EXPECT_EQ(records[7].text, "last");
  const auto age = std::chrono::system_clock::now() - records[7].time;
  EXPECT_TRUE(age >= 0s && age < 10min);

  // Only the last was said with LOG_PERROR.
  EXPECT_EQ(TestDirectory::read(directory.path() / "stderr"), "be1/ctl[" + std::to_string(pid) + "]: last\n");
}

TEST_P(Preload, LosesNothingOfManyThreads) {
  const auto receiver = receive();
  auto process = chatter({"flood", "8", "20000"});
  ASSERT_EQ(process.wait(), 0);
  ASSERT_TRUE(collector.wait_for_count(160'000));
  expect_flood(8, 20'000);
  EXPECT_EQ(receiver->counters().dropped, 0u);
  EXPECT_EQ(receiver->counters().malformed, 0u);
}

TEST_P(Preload, LosesNothingOfForkedChildren) {
  const auto receiver = receive();
  auto process = chatter({"fork", "8", "1000"});
  ASSERT_EQ(process.wait(), 0);
  ASSERT_TRUE(collector.wait_for_count(8008));
  EXPECT_EQ(counts().size(), 8008u);
}

// A service's descriptors are moved about; none of its connections may ever get a line of log.
TEST_P(Preload, FindsItsSocketAgainOrMakesANewOne) {
  const auto receiver = receive();
  auto process = chatter({"shuffle"});
  ASSERT_EQ(process.wait(), 0);
  ASSERT_TRUE(collector.wait_for_count(3));
  EXPECT_EQ(counts(), (std::map<std::string, int>{{"before", 1}, {"after dup2", 1}, {"after close", 1}}));
}

TEST_P(Preload, SpillsWhileNobodyListens) {
  auto process = chatter({"flood", "4", "1000"});
  ASSERT_EQ(process.wait(), 0);
  const auto receiver = receive();
  EXPECT_EQ(receiver->counters().spilled, 4000u);
  expect_flood(4, 1000);
  // What one thread said stays in its order.
  std::map<std::string, int> next;
  for (const auto& record : collector.records()) {
    const auto words = record.text.find(" message ");
    EXPECT_EQ(std::stoi(record.text.substr(words + 9)), next[record.text.substr(0, words)]++);
  }
}

TEST_P(Preload, LosesNothingWhileReceiversComeAndGo) {
  auto process = chatter({"flood", "4", "20000"});
  std::uint64_t spilled = 0;
  for (std::size_t round = 1; round <= 12; ++round) {
    const auto receiver = receive();
    collector.wait_for_count(round * 5000);
    receiver->stop();
    spilled += receiver->counters().spilled;
    EXPECT_EQ(receiver->counters().dropped, 0u);
    EXPECT_EQ(receiver->counters().damaged_bytes, 0u);
  }
  ASSERT_EQ(process.wait(), 0);
  const auto receiver = receive();
  ASSERT_TRUE(collector.wait_for_count(80'000));
  expect_flood(4, 20'000);
}

TEST_P(Preload, KeepsTheSpillFileBoundedAndCountsTheRest) {
  auto process = chatter({"flood", "1", "5000"}, {"MURDER_LOG_SPILL_LIMIT=10000"});
  ASSERT_EQ(process.wait(), 0);
  EXPECT_LE(std::filesystem::file_size(directory.spill()), 10'000u);
  const auto receiver = receive();
  const auto kept = collector.records().size();
  EXPECT_GT(kept, 100u);
  EXPECT_LT(kept, 200u);
}

TEST_P(Preload, ReportsWhatItHadToDrop) {
  // Room for no message at all until the receiver is there.
  auto process = chatter({"flood", "1", "200000"}, {"MURDER_LOG_SPILL_LIMIT=1"});
  const auto receiver = receive();
  ASSERT_EQ(process.wait(), 0);
  ASSERT_TRUE(collector.wait([](const Collector::Records& records) {
    return !records.empty() && records.back().text == "thread 0 message 199999";
  }));
  EXPECT_EQ(collector.records().size() + receiver->counters().dropped, 200'000u);
}

// cyrmaster begins as root: what root spills first must not shut out the user that Cyrus goes on as.
TEST_P(Preload, GivesTheSpillFileToTheOwnerOfTheDirectory) {
  const uid_t other = ::geteuid() == 0 ? 12345 : ::geteuid();  // only root can give a directory away
  ASSERT_EQ(::chown(directory.path().c_str(), other, other), 0);
  auto process = chatter({"flood", "1", "10"});
  ASSERT_EQ(process.wait(), 0);
  struct stat found {};
  ASSERT_EQ(::stat(directory.spill().c_str(), &found), 0);
  EXPECT_EQ(found.st_uid, other);
  EXPECT_EQ(found.st_mode & 0777, 0600u);
}

// Root writes in a directory that another user owns: a link there must not lead it elsewhere.
TEST_P(Preload, FollowsNoLink) {
  const auto target = directory.path() / "target";
  TestDirectory::write(target, "");
  std::filesystem::create_symlink(target, directory.spill());
  auto process = chatter({"flood", "1", "10"});
  ASSERT_EQ(process.wait(), 0);
  std::filesystem::remove(directory.spill());
  std::filesystem::create_hard_link(target, directory.spill());
  auto second = chatter({"flood", "1", "10"});
  ASSERT_EQ(second.wait(), 0);
  EXPECT_EQ(TestDirectory::read(target), "");
}

TEST_P(Preload, IsHarmlessWithoutAnywhereToLogTo) {
  std::vector<std::string> nothing = {"MURDER_LOG_SOCKET=", "MURDER_LOG_SPILL="};
  if (GetParam()) nothing.push_back("LD_PRELOAD=" + binaries + "libmurder-syslog.so");
  TestProcess process{{binaries + "murder_syslog_chatter", "flood", "2", "100"}, nothing};
  EXPECT_EQ(process.wait(), 0);
}

INSTANTIATE_TEST_SUITE_P(AsCyrusHasIt, Preload, testing::Values(true));
INSTANTIATE_TEST_SUITE_P(UnderSanitizers, Preload, testing::Values(false));

}  // namespace
}  // namespace murder::logs
