#include "base/process/run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/types.h>

#include <csignal>
#include <cstdlib>
#include <thread>

namespace murder::process {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;

Command shell(const std::string& script) { return Command{.argv = {"sh", "-c", script}}; }

TEST(Run, KeepsBothStreamsAndTheStatus) {
  const auto outcome = run(shell("echo out; echo err >&2; exit 3"));
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(outcome->output, "out\n");
  EXPECT_EQ(outcome->errors, "err\n");
  EXPECT_EQ(outcome->exit_status, 3);
  EXPECT_FALSE(outcome->succeeded());
  EXPECT_EQ(describe(*outcome), "exit 3: err");
}

TEST(Run, FeedsInputLargerThanAPipe) {
  auto command = Command{.argv = {"cat"}, .input = std::string(300'000, 'x')};
  const auto outcome = run(command);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->output.size(), 300'000U);
  EXPECT_FALSE(outcome->truncated);
}

TEST(Run, SurvivesAProgramThatDoesNotReadItsInput) {
  const auto outcome = run(Command{.argv = {"true"}, .input = std::string(300'000, 'x')});
  ASSERT_TRUE(outcome);
  EXPECT_TRUE(outcome->succeeded());
}

TEST(Run, DropsWhatIsTooMuchAndSaysSo) {
  auto command = shell("head -c 200000 /dev/zero");
  command.max_output = 1000;
  const auto outcome = run(command);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->output.size(), 1000U);
  EXPECT_TRUE(outcome->truncated);
  EXPECT_TRUE(outcome->succeeded());
}

TEST(Run, StreamsAllOfTheOutput) {
  auto command = shell("head -c 200000 /dev/zero");
  std::size_t seen = 0;
  command.max_output = 10;
  command.on_output = [&](std::string_view bytes) { seen += bytes.size(); };
  const auto outcome = run(command);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(seen, 200'000U);
  EXPECT_THAT(outcome->output, IsEmpty());
}

TEST(Run, KillsTheWholeGroupAtTheDeadline) {
  // The grandchild keeps stdout open: if it lived on, we would wait for it.
  auto command = shell("sleep 1000 & echo $!; wait");
  command.timeout = 300ms;
  const auto outcome = run(command);
  ASSERT_TRUE(outcome);
  EXPECT_TRUE(outcome->timed_out);
  EXPECT_EQ(outcome->signal, SIGKILL);
  const pid_t grandchild = std::atoi(outcome->output.c_str());
  ASSERT_GT(grandchild, 1);
  // Dead, at most not yet reaped by init.
  const auto state = run(Command{.argv = {"ps", "-o", "stat=", "-p", std::to_string(grandchild)}});
  ASSERT_TRUE(state);
  EXPECT_TRUE(state->output.empty() || state->output[0] == 'Z') << state->output;
}

TEST(Run, EndsWhenAskedTo) {
  std::stop_source source;
  auto command = shell("echo ready; sleep 1000");
  command.stop = source.get_token();
  command.on_output = [&](std::string_view) { source.request_stop(); };
  const auto outcome = run(command);
  ASSERT_TRUE(outcome);
  EXPECT_TRUE(outcome->stopped);
}

TEST(Run, StartsTheChildWithSignalsUnblocked) {
  sigset_t term;
  sigset_t before;
  sigemptyset(&term);
  sigaddset(&term, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &term, &before);
  const auto outcome = run(shell("kill -TERM $$; exit 0"));
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->signal, SIGTERM);
}

TEST(Run, GivesTheEnvironmentItIsTold) {
  auto command = Command{.argv = {"/usr/bin/env"}};
  command.environment = {"ONLY=this"};
  const auto outcome = run(command);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->output, "ONLY=this\n");
}

TEST(Run, NamesAProgramThatIsNotThere) {
  const auto outcome = run(Command{.argv = {"/no/such/program"}});
  ASSERT_FALSE(outcome);
  EXPECT_THAT(outcome.error().message, HasSubstr("/no/such/program: No such file"));
}

TEST(RunSuccessfully, SaysHowItFailedAndWhatItSaid) {
  const auto outcome = run_successfully(shell("echo first >&2; echo last >&2; exit 75"));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().message, "sh: exit 75: last");
}

}  // namespace
}  // namespace murder::process
