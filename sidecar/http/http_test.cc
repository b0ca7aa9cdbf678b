#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sidecar/http/metrics.h"
#include "sidecar/http/pages.h"

namespace murder::http {
namespace {

using health::Check;
using health::CheckState;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

health::Snapshot checked() {
  health::Snapshot now;
  now.laid_out = now.alive = true;
  now.checked_at = std::chrono::system_clock::time_point(std::chrono::seconds(1'000'000));
  now.checks = {{"cyrmaster", CheckState::Ok, "", 0.5}, {"push", CheckState::Failed, "held", 0}};
  return now;
}

TEST(Pages, SayWhatFailsAndNoMore) {
  const auto page = ready_page(checked(), false);
  EXPECT_EQ(page.status, 503);
  EXPECT_THAT(page.body, AllOf(HasSubstr("[-] push failed: held\n"), Not(HasSubstr("cyrmaster"))));
  EXPECT_THAT(ready_page(checked(), true).body, HasSubstr("[+] cyrmaster ok\n"));
  EXPECT_EQ(live_page(checked(), false).body, "ok\n");
}

TEST(Pages, BeforeTheFirstRoundNothingIsWell) {
  EXPECT_EQ(live_page({}, false).status, 503);
  EXPECT_EQ(ready_page({}, false).body, "[?] not checked yet\nfailed\n");
  EXPECT_EQ(startup_page({}).status, 503);
  EXPECT_EQ(startup_page(checked()).status, 200);
}

TEST(Pages, AStartIsOverWhenAServiceHasAnsweredOrWasGivenUp) {
  health::Snapshot now;
  now.checks = {{"cyrmaster", health::CheckState::Ok}, {"service imap", health::CheckState::Failed}};
  EXPECT_EQ(started_page(now).status, 503) << "databases are recovered";
  now.checks.push_back({"service pop3", health::CheckState::Ok});
  EXPECT_EQ(started_page(now).status, 200);
  now.checks.pop_back();
  now.disabled_services = {"imap"};
  EXPECT_EQ(started_page(now).status, 200) << "or liveness would never be asked";
}

TEST(Pages, SayWhichFilesAreTakenUp) {
  EXPECT_EQ(files_page({}).status, 503);
  health::Snapshot now;
  now.files_digest = "abc";
  EXPECT_EQ(files_page(now).body, "abc\n");
}

TEST(Metrics, TellWhatAnAlertNeeds) {
  AgentConfig config;
  config.node = "be1";
  auto now = checked();
  now.mailboxes = 7;
  now.partitions = {{"p1", "/p1", 100, 40}};
  now.last_push = push::Report{};
  now.last_push->outcome = push::Outcome::Held;
  now.last_push->conflicts = {{"user.x", "a!p", "b!p"}};
  now.list_sync = health::ListSync{};
  now.list_sync->missing = 2;
  now.list_sync->compared_at = now.checked_at;
  LogCounts logs;
  logs.lines[3] = 5;
  const auto text = metrics_text(config, now, logs);
  for (const char* line :
       {"murder_node_alive 1\n", "murder_node_ready 0\n", "murder_check_ok{check=\"push\"} 0\n",
        "murder_check_duration_seconds{check=\"cyrmaster\"} 0.5\n", "murder_mailboxes 7\n",
        "murder_partition_available_bytes{partition=\"p1\"} 40\n", "murder_push_last_outcome{outcome=\"Held\"} 1\n",
        "murder_push_last_outcome{outcome=\"Failed\"} 0\n", "murder_push_held_conflicts 1\n", "murder_list_in_sync 0\n",
        "murder_list_differences{kind=\"missing\"} 2\n", "murder_log_lines_total{level=\"error\"} 5\n",
        "murder_checked_timestamp_seconds 1000000\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
  EXPECT_THAT(text, Not(HasSubstr("user.x"))) << "a metric must not grow with the mailboxes";
}

}  // namespace
}  // namespace murder::http
