#include "base/process/run.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "base/process/without_sigpipe.h"

namespace murder::process {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

class Fd {
 public:
  explicit Fd(int fd = -1) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Fd() { close(); }
  int get() const { return fd_; }
  void close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

 private:
  int fd_;
};

struct Pipe {
  Fd read, write;
};

Result<Pipe> make_pipe() {
  std::array<int, 2> ends;
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return system_error("pipe2", "");
  return Pipe{Fd(ends[0]), Fd(ends[1])};
}

void make_nonblocking(const Fd& fd) { fcntl(fd.get(), F_SETFL, O_NONBLOCK); }

std::vector<char*> pointers(const std::vector<std::string>& strings) {
  std::vector<char*> result;
  result.reserve(strings.size() + 1);
  for (const auto& string : strings) result.push_back(const_cast<char*>(string.c_str()));
  result.push_back(nullptr);
  return result;
}

// What posix_spawn is to do in the child, released in every case.
class SpawnSettings {
 public:
  SpawnSettings(int in, int out, int err) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_adddup2(&actions_, in, 0);
    posix_spawn_file_actions_adddup2(&actions_, out, 1);
    posix_spawn_file_actions_adddup2(&actions_, err, 2);
    posix_spawnattr_init(&attributes_);
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;

  const posix_spawn_file_actions_t* actions() const { return &actions_; }
  const posix_spawnattr_t* attributes() const { return &attributes_; }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

// A started child with our ends of its pipes; killed and reaped when dropped before its end.
struct Child {
  pid_t pid = -1;
  Fd exited;  // pidfd: readable when the child has ended
  Fd in, out, err;

  Child() = default;
  Child(Child&& other) noexcept
      : pid(std::exchange(other.pid, -1)),
        exited(std::move(other.exited)),
        in(std::move(other.in)),
        out(std::move(other.out)),
        err(std::move(other.err)) {}
  Child& operator=(Child&&) = delete;
  ~Child() {
    if (pid <= 0) return;
    kill_group();
    reap();
  }

  void kill_group() const { ::kill(-pid, SIGKILL); }

  // The group is killed before its leader is reaped: as long as the leader is a zombie its number cannot be given to
  // another group.
  int reap() {
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    pid = -1;
    return status;
  }
};

Result<Child> start(const Command& command) {
  if (command.argv.empty()) return Error{"nothing to run"};
  auto in = make_pipe();
  if (!in) return std::move(in).error();
  auto out = make_pipe();
  if (!out) return std::move(out).error();
  auto err = make_pipe();
  if (!err) return std::move(err).error();

  const SpawnSettings settings(in->read.get(), out->write.get(), err->write.get());
  const auto argv = pointers(command.argv);
  const auto environment = command.environment ? pointers(*command.environment) : std::vector<char*>{};
  Child child;
  const int failure = posix_spawnp(&child.pid, argv[0], settings.actions(), settings.attributes(), argv.data(),
                                   command.environment ? environment.data() : environ);
  if (failure != 0) {
    child.pid = -1;
    return system_error("start", command.argv[0], failure);
  }
  child.exited = Fd(static_cast<int>(syscall(SYS_pidfd_open, child.pid, 0)));
  if (child.exited.get() < 0) return system_error("pidfd_open", command.argv[0]);
  fcntl(child.exited.get(), F_SETFD, FD_CLOEXEC);
  child.in = std::move(in->write);
  child.out = std::move(out->read);
  child.err = std::move(err->read);
  make_nonblocking(child.in);
  make_nonblocking(child.out);
  make_nonblocking(child.err);
  return child;
}

// Reads what is there; closes at the end of the stream.
template <typename Sink>
void drain(Fd& fd, Sink&& sink) {
  std::array<char, 16384> buffer;
  while (fd.get() >= 0) {
    const ssize_t n = ::read(fd.get(), buffer.data(), buffer.size());
    if (n > 0) {
      sink(std::string_view(buffer.data(), static_cast<std::size_t>(n)));
    } else if (n < 0 && errno == EINTR) {
      continue;
    } else if (n < 0 && errno == EAGAIN) {
      return;
    } else {
      fd.close();
    }
  }
}

void feed(Fd& fd, std::string_view& input) {
  while (!input.empty()) {
    const ssize_t n = ::write(fd.get(), input.data(), input.size());
    if (n >= 0) {
      input.remove_prefix(static_cast<std::size_t>(n));
    } else if (errno == EAGAIN) {
      return;
    } else if (errno != EINTR) {
      break;  // EPIPE: a program need not read its input; its exit status says whether it minded.
    }
  }
  fd.close();
}

void keep(std::string& kept, std::string_view bytes, std::size_t limit, bool& truncated) {
  const std::size_t room = limit - std::min(limit, kept.size());
  if (bytes.size() > room) truncated = true;
  kept.append(bytes.substr(0, room));
}

std::string_view last_line(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  const auto newline = text.rfind('\n');
  return newline == std::string_view::npos ? text : text.substr(newline + 1);
}

}  // namespace

Result<Outcome> run(const Command& command) {
  const auto started = Clock::now();
  const auto deadline = started + command.timeout;
  // A program that ends without reading its input must not end us.
  const WithoutSigpipe guard;
  auto child = start(command);
  if (!child) return std::move(child).error();

  const Fd stop_event(eventfd(0, EFD_CLOEXEC));
  if (stop_event.get() < 0) return system_error("eventfd", "");
  const std::stop_callback on_stop(command.stop, [&] { eventfd_write(stop_event.get(), 1); });

  Outcome outcome;
  std::string_view input = command.input;
  const auto take_output = [&](std::string_view bytes) {
    if (command.on_output) return command.on_output(bytes);
    keep(outcome.output, bytes, command.max_output, outcome.truncated);
  };
  const auto take_errors = [&](std::string_view bytes) {
    keep(outcome.errors, bytes, command.max_output, outcome.truncated);
  };

  feed(child->in, input);
  bool ended = false;
  while (!ended) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now());
    if (left <= milliseconds::zero()) {
      outcome.timed_out = true;
      break;
    }
    // A closed descriptor is -1, which poll ignores.
    std::array<pollfd, 5> watched{{{child->exited.get(), POLLIN, 0},
                                   {child->out.get(), POLLIN, 0},
                                   {child->err.get(), POLLIN, 0},
                                   {child->in.get(), POLLOUT, 0},
                                   {stop_event.get(), POLLIN, 0}}};
    const int wait = static_cast<int>(std::min<milliseconds::rep>(left.count(), 60'000));
    if (poll(watched.data(), watched.size(), wait) < 0 && errno != EINTR) return system_error("poll", command.argv[0]);
    if (watched[4].revents) {
      outcome.stopped = true;
      break;
    }
    ended = watched[0].revents != 0;
    if (watched[1].revents) drain(child->out, take_output);
    if (watched[2].revents) drain(child->err, take_errors);
    if (watched[3].revents) feed(child->in, input);
  }
  child->kill_group();
  drain(child->out, take_output);
  drain(child->err, take_errors);
  const int status = child->reap();
  if (WIFSIGNALED(status)) {
    outcome.signal = WTERMSIG(status);
  } else {
    outcome.exit_status = WEXITSTATUS(status);
  }
  outcome.elapsed = std::chrono::duration_cast<milliseconds>(Clock::now() - started);
  return outcome;
}

std::string describe(const Outcome& outcome) {
  std::string text;
  if (outcome.timed_out) {
    text = "no end after " + std::to_string(outcome.elapsed.count() / 1000) + " s";
  } else if (outcome.stopped) {
    text = "stopped on request";
  } else if (outcome.signal != 0) {
    text = "killed by signal " + std::to_string(outcome.signal);
  } else {
    text = "exit " + std::to_string(outcome.exit_status);
  }
  const auto line = last_line(outcome.errors);
  if (!line.empty()) text.append(": ").append(line);
  return text;
}

Result<Outcome> run_successfully(const Command& command) {
  auto outcome = run(command);
  if (!outcome) return std::move(outcome).error();
  if (!outcome->succeeded()) {
    const auto& program = command.argv[0];
    return Error{describe(*outcome)}.in(program.substr(program.rfind('/') + 1));
  }
  return outcome;
}

}  // namespace murder::process
