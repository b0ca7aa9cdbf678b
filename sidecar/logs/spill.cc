#include "sidecar/logs/spill.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <utility>

#include "sidecar/logs/descriptor.h"
#include "sidecar/logs/preload/wire.h"

namespace murder::logs {
namespace {

constexpr std::size_t read_size = 64 * 1024;
constexpr std::string_view magic{MURDER_LOG_MAGIC, 4};

std::size_t size_field(std::string_view record) {
  std::size_t size = 0;
  for (int i = 3; i >= 0; --i) size = size << 8 | static_cast<unsigned char>(record[MURDER_LOG_AT_SIZE + i]);
  return size;
}

// Reads the file that is already set aside, and removes it. Says whether the name is free now.
Result<bool> drain_aside(const std::string& aside, const std::function<void(const LogRecord&)>& each,
                         SpillReport& report) {
  Descriptor file{::open(aside.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)};
  if (!file) {
    if (errno == ENOENT) return true;
    return system_error("open", aside);
  }
  struct stat found {};
  if (::fstat(file.get(), &found) != 0) return system_error("stat", aside);
  if (!S_ISREG(found.st_mode)) return Error{aside + ": not a file"};
  // A writer holds its lock for the length of one write. One that was stopped in there must not stop us: next time.
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return false;
    return system_error("lock", aside);
  }

  std::string bytes;
  for (bool at_end = false; !at_end;) {
    const auto kept = bytes.size();
    bytes.resize(kept + read_size);
    const auto got = ::read(file.get(), bytes.data() + kept, read_size);
    if (got < 0) return system_error("read", aside);
    bytes.resize(kept + static_cast<std::size_t>(got));
    at_end = got == 0;
    bytes.erase(0, parse_spill(bytes, at_end, each, report));
  }
  if (::unlink(aside.c_str()) != 0) return system_error("unlink", aside);
  return true;
}

}  // namespace

std::size_t parse_spill(std::string_view bytes, bool at_end, const std::function<void(const LogRecord&)>& each,
                        SpillReport& report) {
  std::size_t at = 0;
  const auto skip_to = [&](std::size_t next) {
    report.damaged_bytes += next - at;
    at = next;
  };
  while (at < bytes.size()) {
    const auto rest = bytes.substr(at);
    if (!rest.starts_with(magic.substr(0, rest.size()))) {
      // Damage. A magic cut in two by the end of `bytes` may still become one.
      const auto next = rest.find(magic[0], 1);
      skip_to(next == std::string_view::npos ? bytes.size() : at + next);
      continue;
    }
    if (rest.size() < MURDER_LOG_HEADER) {
      if (!at_end) return at;
      skip_to(at + 1);
      continue;
    }
    const auto size = size_field(rest);
    if (size > rest.size() && size <= MURDER_LOG_MAX && !at_end) return at;
    auto record = size <= rest.size() ? decode_record(rest.substr(0, size)) : Error{"cut short"};
    if (!record) {
      skip_to(at + 1);
      continue;
    }
    each(*record);
    ++report.records;
    at += size;
  }
  return at;
}

Result<SpillReport> drain_spill(const std::string& path, const std::function<void(const LogRecord&)>& each) {
  const auto aside = path + ".reading";
  SpillReport report;
  // First what a predecessor set aside and did not finish: it is older.
  auto free = drain_aside(aside, each, report);
  if (!free) return std::move(free).error();
  if (!*free) return report;
  if (::rename(path.c_str(), aside.c_str()) != 0) {
    if (errno == ENOENT) return report;
    return system_error("rename", path);
  }
  MURDER_TRY(drain_aside(aside, each, report));
  return report;
}

}  // namespace murder::logs
