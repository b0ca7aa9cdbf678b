#include "sidecar/logs/file_sink.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <utility>

namespace murder::logs {
namespace {

constexpr std::size_t flush_size = 64 * 1024;

std::uint64_t lines_in(std::string_view text) { return static_cast<std::uint64_t>(std::ranges::count(text, '\n')); }

// Writes as much as goes, and says how much that was. A stream in non-blocking mode is waited for.
std::size_t write_some(int fd, std::string_view bytes, int& error) {
  std::size_t done = 0;
  error = 0;
  while (done < bytes.size()) {
    const auto written = ::write(fd, bytes.data() + done, bytes.size() - done);
    if (written >= 0) {
      done += static_cast<std::size_t>(written);
    } else if (errno == EAGAIN) {
      pollfd writable{fd, POLLOUT, 0};
      if (::poll(&writable, 1, -1) < 0 && errno != EINTR) {
        error = errno;
        break;
      }
    } else if (errno != EINTR) {
      error = errno;
      break;
    }
  }
  return done;
}

Result<Descriptor> open_for_appending(const std::string& path) {
  Descriptor file{::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640)};
  if (!file) return system_error("open", path);
  return file;
}

}  // namespace

Result<FileSink> FileSink::open(RotationOptions options) {
  if (options.files < 1) return Error{"log file " + options.path + ": at least one file is needed"};
  auto file = open_for_appending(options.path);
  if (!file) return std::move(file).error();
  struct stat found {};
  if (::fstat(file->get(), &found) != 0) return system_error("stat", options.path);
  return FileSink{std::move(options), std::move(*file), static_cast<std::uint64_t>(found.st_size)};
}

FileSink::FileSink(RotationOptions options, Descriptor file, std::uint64_t size)
    : options_(std::move(options)), file_(std::move(file)), size_(size) {}

// Nobody is left to tell of a failure; who wants to know calls flush() before.
FileSink::~FileSink() {
  if (file_) static_cast<void>(flush());
}

Status FileSink::write(std::string_view line) {
  auto status = ok();
  if (size_ > 0 && size_ + pending_.size() + line.size() > options_.max_bytes) {
    status = flush();
    if (status) status = rotate();
  }
  pending_ += line;  // whatever became of that: into the old file, if need be
  if (pending_.size() >= flush_size && status) return flush();
  return status;
}

Status FileSink::flush() {
  if (pending_.empty()) return ok();
  if (torn_) pending_.insert(0, 1, '\n');
  int error = 0;
  const auto done = write_some(file_.get(), pending_, error);
  size_ += done;
  const auto rest = std::string_view{pending_}.substr(done);
  lost_lines_ += lines_in(rest);
  if (done > 0) torn_ = pending_[done - 1] != '\n';
  pending_.clear();
  return error == 0 ? ok() : system_error("write", options_.path, error);
}

Status FileSink::rotate() {
  // The new file first: without it nothing is moved, and the old one is written on.
  const auto birth_name = options_.path + ".new";
  auto next = open_for_appending(birth_name);
  if (!next) return std::move(next).error();
  const auto name = [&](int i) { return i == 0 ? options_.path : options_.path + "." + std::to_string(i); };
  for (int i = options_.files - 1; i > 0; --i) {
    if (::rename(name(i - 1).c_str(), name(i).c_str()) != 0 && errno != ENOENT) return system_error("rename", name(i));
  }
  if (::rename(birth_name.c_str(), options_.path.c_str()) != 0) return system_error("rename", birth_name);
  file_ = std::move(*next);
  size_ = 0;
  torn_ = false;
  return ok();
}

Status StreamSink::write(std::string_view line) {
  pending_ += line;
  return pending_.size() < flush_size ? ok() : flush();
}

Status StreamSink::flush() {
  int error = 0;
  const auto done = write_some(fd_, pending_, error);
  lost_lines_ += lines_in(std::string_view{pending_}.substr(done));
  pending_.clear();
  return error == 0 ? ok() : system_error("write", "log stream", error);
}

}  // namespace murder::logs
