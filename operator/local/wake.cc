#include "operator/local/wake.h"

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace murder::local {

Result<Wake> Wake::make() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int number : {SIGHUP, SIGTERM, SIGINT, SIGCHLD}) sigaddset(&signals, number);
  if (sigprocmask(SIG_BLOCK, &signals, nullptr) != 0) return system_error("block", "signals");
  net::UniqueFd fd(signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd) return system_error("make", "a signalfd");
  return Wake(std::move(fd));
}

Wake::Cause Wake::wait(const std::vector<int>& processes, Moment at_most) {
  std::vector<pollfd> waiting = {{signals_.get(), POLLIN, 0}};
  for (const int process : processes) waiting.push_back({process, POLLIN, 0});
  const Moment until = since_boot() + at_most;
  for (;;) {
    const Moment left = std::max(until - since_boot(), Moment(0));
    const int count = poll(waiting.data(), waiting.size(), static_cast<int>(left.count()));
    if (count < 0 && errno == EINTR) continue;
    signalfd_siginfo signal{};
    while (read(signals_.get(), &signal, sizeof signal) == sizeof signal) {
      if (signal.ssi_signo == SIGHUP) return Cause::Hangup;
      if (signal.ssi_signo != SIGCHLD) return Cause::Terminate;
    }
    // Our children leave zombies; those that others started do not, and a handle tells of both.
    while (waitpid(-1, nullptr, WNOHANG) > 0) {
    }
    if (count <= 0) return Cause::Time;
    const auto ended = [](const pollfd& entry) { return entry.revents != 0; };
    if (std::any_of(waiting.begin() + 1, waiting.end(), ended)) return Cause::ProcessEnded;
  }
}

}  // namespace murder::local
