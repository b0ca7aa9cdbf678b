// Lines of JSON on standard output, with stable keys: ts, level, msg, then what the message is about.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

namespace murder::controller {

enum class LogLevel { Debug, Info, Warning, Error };
std::optional<LogLevel> log_level(std::string_view name);

// {"ts":"2026-01-02T15:04:05.000Z","level":"info","msg":"applied","cluster":"post/mail", …}. From any thread.
class Log {
 public:
  explicit Log(LogLevel least) : least_(least) {}
  void operator()(LogLevel level, std::string_view message, const nlohmann::ordered_json& fields = {}) const;

 private:
  const LogLevel least_;
};

}  // namespace murder::controller
