#include "sidecar/push/private_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "base/net/unique_fd.h"

namespace murder::push {

Result<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  if (!file || !(text << file.rdbuf())) return system_error("read", path);
  return std::move(text).str();
}

Result<PrivateFile> PrivateFile::write(std::string path, const std::string& text) {
  unlink(path.c_str());
  const net::UniqueFd file(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file) return system_error("create", path);
  PrivateFile result(std::move(path));
  const auto written = ::write(file.get(), text.data(), text.size());
  if (written != static_cast<ssize_t>(text.size())) return system_error("write", result.path_);
  return result;
}

PrivateFile::~PrivateFile() {
  if (!path_.empty()) unlink(path_.c_str());
}

}  // namespace murder::push
