#include "base/process/spawn.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace murder::process {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

class SpawnTest : public ::testing::Test {
 protected:
  SpawnTest() {
    char name[] = "/tmp/murder-spawn-XXXXXX";
    directory_ = mkdtemp(name);
    fs::permissions(directory_, fs::perms::all);
  }
  ~SpawnTest() override { fs::remove_all(directory_); }

  Spawn shell(const std::string& script) const {
    return {.argv = {"/bin/sh", "-c", script}, .environment = {"PATH=/bin:/usr/bin"}, .output = output()};
  }
  std::string output() const { return directory_ + "/output"; }
  static std::string read(const std::string& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  }
  // What it printed.
  std::string run(const Spawn& what) {
    const auto pid = spawn(what);
    EXPECT_TRUE(pid) << pid.error().message;
    if (!pid) return {};
    EXPECT_EQ(waitpid(*pid, nullptr, 0), *pid);
    return read(output());
  }

  std::string directory_;
};

TEST_F(SpawnTest, LeadsASessionWithTheGivenEnvironmentAndNothingOpen) {
  setenv("MURDER_SPAWN_TEST", "not to be inherited", 1);
  auto what = shell("echo $$ $(cut -d' ' -f6 /proc/$$/stat); env; ls /proc/$$/fd | tr '\\n' ' '");
  const int leaked = dup(0);
  const auto pid = spawn(what);
  ASSERT_TRUE(pid) << pid.error().message;
  ASSERT_EQ(waitpid(*pid, nullptr, 0), *pid);
  close(leaked);
  const auto text = read(output());
  EXPECT_THAT(text, HasSubstr(std::to_string(*pid) + " " + std::to_string(*pid) + "\n"));
  EXPECT_THAT(text, HasSubstr("PATH=/bin:/usr/bin"));
  EXPECT_EQ(text.find("MURDER_SPAWN_TEST"), std::string::npos);
  EXPECT_EQ(text.find(" " + std::to_string(leaked) + " "), std::string::npos) << text;
}

TEST_F(SpawnTest, SaysWhichStepFailed) {
  const auto missing = spawn({.argv = {"/no/such/program"}, .environment = {}});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().message, "execute /no/such/program: No such file or directory");
  auto nowhere = shell("true");
  nowhere.directory = "/no/such/directory";
  const auto entered = spawn(nowhere);
  ASSERT_FALSE(entered);
  EXPECT_EQ(entered.error().message, "enter /no/such/directory: No such file or directory");
}

TEST_F(SpawnTest, ADaemonIsNotOurChild) {
  auto what = shell("exec sleep 30");
  what.daemon = true;
  const auto pid = spawn(what);
  ASSERT_TRUE(pid) << pid.error().message;
  EXPECT_EQ(waitpid(*pid, nullptr, WNOHANG), -1);
  EXPECT_EQ(getsid(*pid), *pid);
  const int handle = static_cast<int>(syscall(SYS_pidfd_open, *pid, 0));
  kill(*pid, SIGKILL);
  pollfd ended{handle, POLLIN, 0};
  EXPECT_EQ(poll(&ended, 1, 10'000), 1);
  close(handle);
}

TEST_F(SpawnTest, SeesItsOwnFilesAndNobodyElseDoes) {
  std::ofstream(directory_ + "/hosts") << "127.9.9.9 be1.example\n";
  auto what = shell("cat /etc/hosts");
  what.binds = {{directory_ + "/hosts", "/etc/hosts"}};
  if (geteuid() != 0) what.seen_as = Identity{.uid = 103, .gid = 8};
  const auto before = read("/etc/hosts");
  EXPECT_EQ(run(what), "127.9.9.9 be1.example\n");
  EXPECT_EQ(read("/etc/hosts"), before);

  what.binds = {{directory_ + "/absent", "/etc/hosts"}};
  const auto mounted = spawn(what);
  ASSERT_FALSE(mounted);
  EXPECT_EQ(mounted.error().message, "mount " + directory_ + "/absent over /etc/hosts: No such file or directory");
}

TEST_F(SpawnTest, AUserNamespaceLetsItsOwnUserBeAnother) {
  auto what = shell("echo $(id -u):$(id -g); grep CapEff /proc/self/status");
  what.seen_as = Identity{.uid = 4321, .gid = 1234};
  // The capabilities that permitted to mount are gone with the program's start.
  EXPECT_EQ(run(what), "4321:1234\nCapEff:\t0000000000000000\n");
}

TEST_F(SpawnTest, RootBecomesAnother) {
  if (geteuid() != 0) return;  // who is not root cannot become another; the test before holds what they can
  const auto nobody = identity_of("nobody");
  ASSERT_TRUE(nobody) << nobody.error().message;
  auto what = shell("id -u");
  what.run_as = *nobody;
  EXPECT_EQ(run(what), std::to_string(nobody->uid) + "\n");
}

TEST(IdentityOf, NamesAUserThatIsMissing) {
  const auto nobody = identity_of("no-such-user");
  ASSERT_FALSE(nobody);
  EXPECT_EQ(nobody.error().message, "there is no user \"no-such-user\"");
}

}  // namespace
}  // namespace murder::process
