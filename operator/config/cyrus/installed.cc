#include "operator/config/cyrus/installed.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <string>
#include <utility>

extern char** environ;

namespace murder::cyrus {
namespace {

using Clock = std::chrono::steady_clock;

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { close(); }
  int number() const { return number_; }
  void close() {
    if (number_ >= 0) ::close(std::exchange(number_, -1));
  }

 private:
  int number_;
};

// Everything that comes until the other side closes.
Result<std::string> read_until_closed(int descriptor, Clock::time_point deadline) {
  std::string text;
  std::array<char, 512> piece;
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) return Error{"no answer in time"};
    pollfd waiting{descriptor, POLLIN, 0};
    const int ready = ::poll(&waiting, 1, static_cast<int>(left.count()));
    if (ready < 0 && errno != EINTR) return system_error("poll", "the pipe");
    if (ready <= 0) continue;
    const auto size = ::read(descriptor, piece.data(), piece.size());
    if (size < 0 && errno != EINTR) return system_error("read", "the pipe");
    if (size == 0) return text;
    if (size > 0) text.append(piece.data(), static_cast<std::size_t>(size));
  }
}

Result<int> wait_for(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return system_error("wait for", "the process");
  }
  return status;
}

Result<std::string> run(const std::string& program, std::chrono::milliseconds deadline) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return system_error("open", "a pipe");
  const Descriptor reading(ends[0]);
  Descriptor writing(ends[1]);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, writing.number(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, writing.number(), STDERR_FILENO);
  std::string name = program;
  std::string command = "version";
  char* arguments[] = {name.data(), command.data(), nullptr};
  pid_t child = 0;
  const int failure = ::posix_spawn(&child, program.c_str(), &actions, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failure != 0) return system_error("run", program, failure);
  writing.close();

  auto output = read_until_closed(reading.number(), Clock::now() + deadline);
  if (!output) ::kill(child, SIGKILL);
  const auto status = wait_for(child);
  if (!output) return output;
  if (!status) return status.error();
  while (!output->empty() && (output->back() == '\n' || output->back() == '\r')) output->pop_back();
  if (!WIFEXITED(*status)) return Error{"ended by signal " + std::to_string(WTERMSIG(*status)) + ": " + *output};
  if (WEXITSTATUS(*status) != 0) return Error{"exit " + std::to_string(WEXITSTATUS(*status)) + ": " + *output};
  return output;
}

}  // namespace

Result<Version> installed_version(const std::filesystem::path& cyr_info, std::chrono::milliseconds deadline) {
  const auto output = run(cyr_info.string(), deadline);
  if (!output) return output.error().in(cyr_info.string() + " version");
  auto version = parse_version(*output);
  if (!version) return std::move(version).error().in(cyr_info.string() + " version");
  return version;
}

}  // namespace murder::cyrus
