#include "operator/local/single.h"

#include <fcntl.h>

#include <cerrno>

namespace murder::local {
namespace {

struct flock whole_file() {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return lock;
}

}  // namespace

Result<std::optional<Single>> Single::take(const std::string& path) {
  net::UniqueFd fd(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd) return system_error("open", path);
  auto lock = whole_file();
  if (fcntl(fd.get(), F_SETLK, &lock) == 0) return std::optional(Single(std::move(fd)));
  if (errno == EAGAIN || errno == EACCES) return std::optional<Single>();
  return system_error("lock", path);
}

std::optional<pid_t> holder(const std::string& path) {
  const net::UniqueFd fd(open(path.c_str(), O_RDWR | O_CLOEXEC));
  auto lock = whole_file();
  if (!fd || fcntl(fd.get(), F_GETLK, &lock) != 0 || lock.l_type == F_UNLCK) return {};
  return lock.l_pid;
}

}  // namespace murder::local
