#include "operator/controller/log.h"

#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <string>

namespace murder::controller {
namespace {

constexpr std::array<std::string_view, 4> kNames = {"debug", "info", "warning", "error"};

std::string timestamp() {
  using namespace std::chrono;
  const auto now = system_clock::now();
  const std::time_t seconds = system_clock::to_time_t(now);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[40];
  const auto written = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  const auto ms = duration_cast<milliseconds>(now.time_since_epoch()).count() % 1000;
  std::snprintf(text + written, sizeof text - written, ".%03dZ", static_cast<int>(ms));
  return text;
}

}  // namespace

std::optional<LogLevel> log_level(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<LogLevel>(i);
  }
  return {};
}

void Log::operator()(LogLevel level, std::string_view message, const nlohmann::ordered_json& fields) const {
  if (level < least_) return;
  nlohmann::ordered_json line = {
      {"ts", timestamp()}, {"level", kNames[static_cast<std::size_t>(level)]}, {"msg", message}};
  if (fields.is_object()) line.update(fields);
  // One write of a whole line: threads do not mix theirs.
  const std::string text = line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

}  // namespace murder::controller
