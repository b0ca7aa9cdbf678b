// Who we are to the API server, kept fresh.
//
// A token file is read again after a minute, and at once when the server refuses the token; while it cannot be read the
// last good token stays in use. An exec plugin is run when there is nothing cached, when what is cached expires, and
// when the server refuses it.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/result.h"
#include "operator/kubernetes/config.h"

namespace murder::kubernetes {

struct Credential {
  std::string token;        // for the Authorization header; empty when a certificate is all there is
  std::string certificate;  // PEM chain; both or neither
  std::string key;          // PEM

  bool operator==(const Credential&) const = default;
};

// Safe to use from any thread. A plugin runs once for all who wait for it.
class Credentials {
 public:
  using Clock = std::chrono::system_clock;

  explicit Credentials(Config config, std::function<Clock::time_point()> now = Clock::now);

  Result<Credential> current();
  // The server answered 401 to `refused`: what is cached of it is dropped. True when asking again may give another.
  bool reject(const Credential& refused);

 private:
  Result<std::string> read_token_file(Clock::time_point now);
  Result<Credential> from_plugin(Clock::time_point now);

  const Config config_;
  const std::function<Clock::time_point()> now_;

  std::mutex mutex_;
  std::string file_token_;
  Clock::time_point file_token_read_{};
  std::optional<Credential> plugin_credential_;
  std::optional<Clock::time_point> plugin_expires_;
};

// ExecCredential as a plugin prints it. Errors: another apiVersion than configured, neither a token nor a certificate
// with its key.
struct ExecCredential {
  Credential credential;
  std::optional<std::chrono::system_clock::time_point> expires;
};
Result<ExecCredential> parse_exec_credential(std::string_view text, const std::string& api_version);
// The JSON that a plugin finds in KUBERNETES_EXEC_INFO.
std::string exec_info(const Config& config);

}  // namespace murder::kubernetes
