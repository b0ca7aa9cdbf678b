// A file that this user alone can read, as it may hold passwords; gone when the object is.
#pragma once

#include <string>
#include <utility>

#include "base/result.h"

namespace murder::push {

Result<std::string> read_file(const std::string& path);

class PrivateFile {
 public:
  // In the place of whatever is there.
  static Result<PrivateFile> write(std::string path, const std::string& text);
  PrivateFile(PrivateFile&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  PrivateFile& operator=(PrivateFile&&) = delete;
  ~PrivateFile();
  const std::string& path() const { return path_; }

 private:
  explicit PrivateFile(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

}  // namespace murder::push
