#include "operator/local/durable_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "base/net/unique_fd.h"

namespace murder::local {
namespace {

Status write_all(int fd, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const auto written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return system_error("write", path);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return ok();
}

Status sync_directory_of(const std::string& path) {
  const auto directory = std::filesystem::path(path).parent_path().string();
  const net::UniqueFd fd(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || fsync(fd.get()) != 0) return system_error("sync", directory);
  return ok();
}

Status give(int fd, const Access& access, const std::string& path) {
  struct stat found {};
  if (fstat(fd, &found) != 0) return system_error("look at", path);
  if (Owner{found.st_uid, found.st_gid} != access.owner && fchown(fd, access.owner.uid, access.owner.gid) != 0) {
    return system_error("change the owner of", path);
  }
  if ((found.st_mode & 07777) != access.mode && fchmod(fd, access.mode) != 0) {
    return system_error("change the mode of", path);
  }
  return ok();
}

}  // namespace

Owner self() { return {geteuid(), getegid()}; }

Status write_file(const std::string& path, std::string_view bytes, const Access& access) {
  const auto beside = path + ".new";
  if (unlink(beside.c_str()) != 0 && errno != ENOENT) return system_error("remove", beside);
  const net::UniqueFd fd(open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd) return system_error("create", beside);
  MURDER_TRY(write_all(fd.get(), bytes, beside));
  MURDER_TRY(give(fd.get(), access, beside));
  if (access.survives_power_loss && fsync(fd.get()) != 0) return system_error("sync", beside);
  if (rename(beside.c_str(), path.c_str()) != 0) return system_error("rename to", path);
  return access.survives_power_loss ? sync_directory_of(path) : ok();
}

Result<std::optional<std::string>> read_file(const std::string& path) {
  const net::UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd && errno == ENOENT) return std::optional<std::string>();
  if (!fd) return system_error("open", path);
  std::string bytes;
  char buffer[16384];
  for (;;) {
    const auto size = read(fd.get(), buffer, sizeof buffer);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return system_error("read", path);
    if (size == 0) return std::optional(std::move(bytes));
    bytes.append(buffer, static_cast<std::size_t>(size));
  }
}

Status make_directory(const std::string& path, const Access& access) {
  const auto parent = std::filesystem::path(path).parent_path();
  std::error_code failed;
  if (!std::filesystem::exists(parent, failed)) {
    std::filesystem::create_directories(parent, failed);
    if (failed) return system_error("create", parent.string(), failed.value());
    std::filesystem::permissions(parent, std::filesystem::perms(0755), failed);
    if (failed) return system_error("change the mode of", parent.string(), failed.value());
  }
  if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return system_error("create", path);
  const net::UniqueFd fd(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd) return system_error("open directory", path);
  return give(fd.get(), access, path);
}

}  // namespace murder::local
