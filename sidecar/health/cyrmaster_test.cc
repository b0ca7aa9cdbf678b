#include "sidecar/health/cyrmaster.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace murder::health {
namespace {

// A process that holds the lock as cyrmaster does. A lock of this process would not do: one's own locks are never seen.
class Holder {
 public:
  explicit Holder(const std::string& path) {
    int ready[2];
    if (pipe(ready) != 0) std::abort();
    pid_ = fork();
    if (pid_ == 0) {
      struct flock lock {};
      lock.l_type = F_WRLCK;
      lock.l_whence = SEEK_SET;
      const int file = open(path.c_str(), O_RDWR | O_CREAT, 0644);
      const std::string number = std::to_string(getpid()) + "\n";
      const bool held = fcntl(file, F_SETLK, &lock) == 0 && write(file, number.data(), number.size()) > 0;
      if (!held || write(ready[1], "x", 1) != 1) _exit(1);
      while (true) pause();
    }
    char byte;
    close(ready[1]);
    if (read(ready[0], &byte, 1) != 1) std::abort();
    close(ready[0]);
  }
  ~Holder() { end(); }
  int end() {
    int status = 0;
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      waitpid(pid_, &status, 0);
    }
    pid_ = -1;
    return status;
  }
  int wait() {
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = -1;
    return status;
  }

 private:
  pid_t pid_ = -1;
};

class CyrmasterTest : public testing::Test {
 protected:
  CyrmasterTest() {
    std::string name = (std::filesystem::temp_directory_path() / "murder-cyrmaster-XXXXXX").string();
    directory_ = mkdtemp(name.data());
  }
  ~CyrmasterTest() override { std::filesystem::remove_all(directory_); }

  std::filesystem::path directory_;
  const std::string pid_file() const { return directory_ / "master.pid"; }
};

TEST_F(CyrmasterTest, RunsAsLongAsTheLockIsHeld) {
  auto seen = look_at_cyrmaster(pid_file());
  ASSERT_TRUE(seen);
  EXPECT_FALSE(seen->running) << "no file";
  {
    Holder holder(pid_file());
    seen = look_at_cyrmaster(pid_file());
    ASSERT_TRUE(seen);
    EXPECT_TRUE(seen->running);
  }
  seen = look_at_cyrmaster(pid_file());
  ASSERT_TRUE(seen);
  EXPECT_FALSE(seen->running) << "the file of one that was killed";
}

TEST_F(CyrmasterTest, SignalsTheHolderAndNobodyElse) {
  std::ofstream(pid_file()) << getpid() << "\n";
  EXPECT_FALSE(signal_cyrmaster(pid_file(), SIGTERM)) << "nobody holds the lock: the number means nothing";
  std::filesystem::remove(pid_file());
  Holder holder(pid_file());
  ASSERT_TRUE(signal_cyrmaster(pid_file(), SIGTERM));
  EXPECT_EQ(WTERMSIG(holder.wait()), SIGTERM);
}

}  // namespace
}  // namespace murder::health
