#include "sidecar/health/cyrmaster.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <string_view>

#include "base/net/unique_fd.h"

namespace murder::health {
namespace {

Result<bool> is_locked(int fd, const std::string& path) {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  if (fcntl(fd, F_GETLK, &lock) != 0) return system_error("look at the lock of", path);
  return lock.l_type != F_UNLCK;
}

}  // namespace

Result<Cyrmaster> look_at_cyrmaster(const std::string& pid_file) {
  const net::UniqueFd file(open(pid_file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) {
    if (errno == ENOENT) return Cyrmaster{};
    return system_error("open", pid_file);
  }
  const auto locked = is_locked(file.get(), pid_file);
  if (!locked) return locked.error();
  if (!*locked) return Cyrmaster{};
  struct stat found {};
  if (fstat(file.get(), &found) != 0) return system_error("stat", pid_file);
  const auto written = std::chrono::seconds(found.st_mtim.tv_sec) + std::chrono::nanoseconds(found.st_mtim.tv_nsec);
  return Cyrmaster{true, std::chrono::system_clock::time_point(
                             std::chrono::duration_cast<std::chrono::system_clock::duration>(written))};
}

Status signal_cyrmaster(const std::string& pid_file, int signal) {
  const net::UniqueFd file(open(pid_file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return system_error("open", pid_file);
  const auto locked = is_locked(file.get(), pid_file);
  if (!locked) return locked.error();
  if (!*locked) return Error{"cyrmaster is not running"};

  char text[32] = {};
  const ssize_t size = pread(file.get(), text, sizeof text - 1, 0);
  if (size <= 0) return system_error("read", pid_file);
  const std::string_view line(text, static_cast<std::size_t>(size));
  pid_t pid = 0;
  if (std::from_chars(line.data(), line.data() + line.size(), pid).ec != std::errc{} || pid <= 1) {
    return Error{pid_file + ": not a process number"};
  }
  if (kill(pid, signal) != 0) return system_error("signal cyrmaster", std::to_string(pid));
  return ok();
}

}  // namespace murder::health
