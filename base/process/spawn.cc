#include "base/process/spawn.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace murder::process {
namespace {

enum class Step { Started, Session, Fork, Namespace, Map, Private, Mount, Identity, Directory, Output, Execute };

// What the child tells through the pipe: that it starts the program now, or which step failed. execve(2) closes the
// pipe, so a Started that is followed by nothing means that the program runs.
struct Report {
  Step step = Step::Started;
  int index = 0;  // of the bind mount
  int error = 0;
  pid_t pid = 0;
};

// Everything that needs memory, made before fork(2): the child calls nothing but the kernel.
struct Prepared {
  explicit Prepared(const Spawn& what) : spawn(what) {
    for (const auto& argument : what.argv) argv.push_back(const_cast<char*>(argument.c_str()));
    for (const auto& variable : what.environment) environment.push_back(const_cast<char*>(variable.c_str()));
    argv.push_back(nullptr);
    environment.push_back(nullptr);
    if (what.seen_as) {
      uid_map = std::to_string(what.seen_as->uid) + " " + std::to_string(geteuid()) + " 1\n";
      gid_map = std::to_string(what.seen_as->gid) + " " + std::to_string(getegid()) + " 1\n";
    }
  }
  const Spawn& spawn;
  std::vector<char*> argv;
  std::vector<char*> environment;
  std::string uid_map;
  std::string gid_map;
};

class Child {
 public:
  Child(const Prepared& prepared, int report) : prepared_(prepared), report_(report) {}

  [[noreturn]] void run() {
    reset_signals();
    check(setsid(), Step::Session);
    if (prepared_.spawn.daemon) {
      // The session's leader goes at once, and its child makes a session of its own: init's, and a leader again.
      const pid_t child = check(fork(), Step::Fork);
      if (child > 0) _exit(0);
      check(setsid(), Step::Session);
    }
    make_view();
    become();
    check(chdir(prepared_.spawn.directory.c_str()), Step::Directory);
    redirect();
    tell({.step = Step::Started, .pid = getpid()});
    execve(prepared_.argv[0], prepared_.argv.data(), prepared_.environment.data());
    fail(Step::Execute);
  }

 private:
  void make_view() {
    const auto& spawn = prepared_.spawn;
    if (spawn.binds.empty() && !spawn.seen_as) return;
    check(unshare(CLONE_NEWNS | (spawn.seen_as ? CLONE_NEWUSER : 0)), Step::Namespace);
    if (spawn.seen_as) {
      write_file("/proc/self/setgroups", "deny");
      write_file("/proc/self/uid_map", prepared_.uid_map);
      write_file("/proc/self/gid_map", prepared_.gid_map);
    }
    check(mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), Step::Private);
    for (std::size_t i = 0; i < spawn.binds.size(); ++i) {
      check(mount(spawn.binds[i].source.c_str(), spawn.binds[i].target.c_str(), nullptr, MS_BIND, nullptr), Step::Mount,
            static_cast<int>(i));
    }
  }

  void become() {
    const auto& who = prepared_.spawn.run_as;
    if (!who) return;
    check(setgroups(who->groups.size(), who->groups.data()), Step::Identity);
    check(setresgid(who->gid, who->gid, who->gid), Step::Identity);
    check(setresuid(who->uid, who->uid, who->uid), Step::Identity);
  }

  void redirect() {
    const int input = check(open("/dev/null", O_RDONLY | O_CLOEXEC), Step::Output);
    const int output =
        check(open(prepared_.spawn.output.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640), Step::Output);
    check(dup2(input, 0), Step::Output);
    check(dup2(output, 1), Step::Output);
    check(dup2(output, 2), Step::Output);
    // Also those whose owner forgot O_CLOEXEC; the pipe closes itself.
    check(close_range(3, ~0U, CLOSE_RANGE_CLOEXEC), Step::Output);
  }

  static void reset_signals() {
    struct sigaction action {};
    action.sa_handler = SIG_DFL;
    for (int number = 1; number < NSIG; ++number) sigaction(number, &action, nullptr);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
  }

  void write_file(const char* path, std::string_view text) {
    const int fd = check(open(path, O_WRONLY | O_CLOEXEC), Step::Map);
    check(static_cast<int>(write(fd, text.data(), text.size())), Step::Map);
    close(fd);
  }

  int check(int result, Step step, int index = 0) {
    if (result < 0) fail(step, index);
    return result;
  }

  void tell(const Report& report) {
    // Nobody is left to tell when this fails; the parent then sees a pipe that ended too early.
    [[maybe_unused]] const auto written = write(report_, &report, sizeof report);
  }

  [[noreturn]] void fail(Step step, int index = 0) {
    tell({.step = step, .index = index, .error = errno});
    _exit(127);
  }

  const Prepared& prepared_;
  const int report_;
};

Error explain(const Spawn& what, const Report& failure) {
  const auto fault = [&](const std::string& step, const std::string& subject) {
    return system_error(step, subject, failure.error);
  };
  switch (failure.step) {
    case Step::Session:
      return fault("make a session for", what.argv[0]);
    case Step::Fork:
      return fault("fork for", what.argv[0]);
    case Step::Namespace:
      return fault(what.seen_as ? "make a user namespace and a mount namespace for" : "make a mount namespace for",
                   what.argv[0]);
    case Step::Map:
      return fault("write the user map for", what.argv[0]);
    case Step::Private:
      return fault("make mounts private for", what.argv[0]);
    case Step::Mount:
      return fault("mount " + what.binds[static_cast<std::size_t>(failure.index)].source + " over",
                   what.binds[static_cast<std::size_t>(failure.index)].target);
    case Step::Identity:
      return fault("become another user for", what.argv[0]);
    case Step::Directory:
      return fault("enter", what.directory);
    case Step::Output:
      return fault("open", what.output);
    case Step::Started:
    case Step::Execute:
      break;
  }
  return fault("execute", what.argv[0]);
}

// Nothing when the pipe ended.
Result<std::optional<Report>> next_report(int pipe_end) {
  Report report;
  for (;;) {
    const auto size = read(pipe_end, &report, sizeof report);
    if (size == sizeof report) return std::optional(report);  // smaller than PIPE_BUF: comes whole
    if (size == 0) return std::optional<Report>();
    if (size < 0 && errno == EINTR) continue;
    return system_error("read from", "the new process");
  }
}

Result<pid_t> await_start(const Spawn& what, int pipe_end) {
  pid_t pid = 0;
  for (;;) {
    auto report = next_report(pipe_end);
    if (!report) return std::move(report).error().in(what.argv[0]);
    if (!*report) break;
    if ((*report)->step != Step::Started) return explain(what, **report);
    pid = (*report)->pid;
  }
  if (pid == 0) return Error{what.argv[0] + ": its process ended before it began"};
  return pid;
}

void reap(pid_t child) {
  while (waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace

Result<pid_t> spawn(const Spawn& what) {
  if (what.argv.empty()) return Error{"no program to start"};
  const Prepared prepared(what);
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return system_error("make a pipe for", what.argv[0]);
  const pid_t child = fork();
  if (child == 0) Child(prepared, ends[1]).run();
  const int fork_error = errno;
  close(ends[1]);
  if (child < 0) {
    close(ends[0]);
    return system_error("fork for", what.argv[0], fork_error);
  }
  auto started = await_start(what, ends[0]);
  close(ends[0]);
  if (what.daemon || !started) reap(child);
  return started;
}

Result<Identity> identity_of(const std::string& user) {
  errno = 0;
  const passwd* entry = getpwnam(user.c_str());
  if (entry == nullptr) {
    return errno != 0 ? system_error("look up user", user) : Error{"there is no user \"" + user + "\""};
  }
  Identity identity{.uid = entry->pw_uid, .gid = entry->pw_gid};
  int count = 64;
  identity.groups.resize(static_cast<std::size_t>(count));
  if (getgrouplist(user.c_str(), identity.gid, identity.groups.data(), &count) < 0) {
    identity.groups.resize(static_cast<std::size_t>(count));
    getgrouplist(user.c_str(), identity.gid, identity.groups.data(), &count);
  }
  identity.groups.resize(static_cast<std::size_t>(count));
  return identity;
}

}  // namespace murder::process
