// Where the lines go: a file that is rotated by size (local mode), or a stream that somebody else keeps (the standard
// output of a container).
//
// Lines are gathered until flush() or 64 KiB and written whole. What cannot be written (a full disk) is lost and
// counted, and the next line that can be written starts on a line of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "sidecar/logs/descriptor.h"

namespace murder::logs {

struct RotationOptions {
  std::string path{};                             // "cyrus.log"; older ones are "cyrus.log.1" (newest) and so on
  std::uint64_t max_bytes = 16ull * 1024 * 1024;  // a file of that size is followed by a new one
  int files = 4;                                  // how many there are at most, the current one included
};

class FileSink {
 public:
  // Opens `path` for appending (mode 0640).
  static Result<FileSink> open(RotationOptions options);

  FileSink(FileSink&&) = default;
  FileSink& operator=(FileSink&&) = default;
  ~FileSink();

  Status write(std::string_view line);  // with its newline
  Status flush();

  std::uint64_t lost_lines() const { return lost_lines_; }

 private:
  FileSink(RotationOptions options, Descriptor file, std::uint64_t size);
  Status rotate();

  RotationOptions options_;
  Descriptor file_;
  std::uint64_t size_;
  std::string pending_;
  std::uint64_t lost_lines_ = 0;
  bool torn_ = false;  // the last write ended within a line
};

class StreamSink {
 public:
  explicit StreamSink(int fd) : fd_(fd) {}  // not owned

  Status write(std::string_view line);
  Status flush();

  std::uint64_t lost_lines() const { return lost_lines_; }

 private:
  int fd_;
  std::string pending_;
  std::uint64_t lost_lines_ = 0;
};

}  // namespace murder::logs
