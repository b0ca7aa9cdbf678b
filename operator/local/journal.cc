#include "operator/local/journal.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <ctime>
#include <nlohmann/json.hpp>

#include "base/net/unique_fd.h"

namespace murder::local {
namespace {

constexpr off_t kLargest = 4 << 20;

// RFC 3339, UTC, milliseconds.
std::string timestamp() {
  const auto now = std::chrono::system_clock::now();
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count() % 1000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[40];
  const auto size = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  std::snprintf(text + size, sizeof text - size, ".%03dZ", static_cast<int>(ms));
  return text;
}

}  // namespace

void Journal::info(std::string_view reason, std::string_view node, std::string_view message) {
  write("info", reason, node, message);
}

void Journal::warn(std::string_view reason, std::string_view node, std::string_view message) {
  write("warning", reason, node, message);
}

// A log that cannot be written must not stop what it tells of: what fails here is only seen on standard error, which is
// supervisor.out.
void Journal::write(std::string_view level, std::string_view reason, std::string_view node, std::string_view message) {
  struct stat there {};
  if (stat(path_.c_str(), &there) == 0 && there.st_size >= kLargest) std::rename(path_.c_str(), (path_ + ".1").c_str());
  nlohmann::ordered_json json = {{"ts", timestamp()}, {"level", level}, {"reason", reason}};
  if (!node.empty()) json["node"] = node;
  json["msg"] = message;
  const auto line = json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  const net::UniqueFd fd(open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640));
  if (!fd || ::write(fd.get(), line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
    std::fprintf(stderr, "%s: cannot be written; %s", path_.c_str(), line.c_str());
  }
}

}  // namespace murder::local
