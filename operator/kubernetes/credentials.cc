#include "operator/kubernetes/credentials.h"

#include <cstdlib>
#include <ctime>

#include "base/process/run.h"
#include "operator/kubernetes/resource.h"
#include "operator/kubernetes/server_url.h"

extern char** environ;  // NOLINT(readability-redundant-declaration): unistd.h has it for _GNU_SOURCE only

namespace murder::kubernetes {
namespace {

constexpr std::chrono::seconds file_token_period{60};
// A credential this close to its end is as good as expired: the request has to arrive, too.
constexpr std::chrono::seconds expiry_leeway{10};

// RFC 3339 with whole or fractional seconds, in UTC as Kubernetes writes it.
std::optional<std::chrono::system_clock::time_point> parse_time(const std::string& text) {
  std::tm parts{};
  const char* const rest = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
  if (rest == nullptr || text.empty() || text.back() != 'Z') return {};
  return std::chrono::system_clock::from_time_t(timegm(&parts));
}

}  // namespace

Credentials::Credentials(Config config, std::function<Clock::time_point()> now)
    : config_(std::move(config)), now_(std::move(now)) {}

Result<Credential> Credentials::current() {
  const std::lock_guard lock(mutex_);
  Credential credential;
  auto certificate = config_.certificate.read();
  if (!certificate) return std::move(certificate).error().in("client certificate");
  auto key = config_.key.read();
  if (!key) return std::move(key).error().in("client key");
  credential.certificate = *std::move(certificate);
  credential.key = *std::move(key);

  if (!config_.token_file.empty()) {
    auto token = read_token_file(now_());
    if (!token) return std::move(token).error();
    credential.token = *std::move(token);
  } else if (!config_.token.empty()) {
    credential.token = config_.token;
  } else if (config_.exec) {
    auto from = from_plugin(now_());
    if (!from) return std::move(from).error();
    credential.token = from->token;
    if (!from->certificate.empty()) {
      credential.certificate = from->certificate;
      credential.key = from->key;
    }
  }
  return credential;
}

bool Credentials::reject(const Credential& refused) {
  const std::lock_guard lock(mutex_);
  if (!config_.token_file.empty()) {
    // Only if nobody has read a newer one in the meantime.
    if (refused.token == file_token_) file_token_read_ = {};
    return true;
  }
  if (config_.exec && config_.token.empty()) {
    if (plugin_credential_ && plugin_credential_->token == refused.token) plugin_credential_.reset();
    return true;
  }
  return false;
}

Result<std::string> Credentials::read_token_file(Clock::time_point now) {
  if (!file_token_.empty() && now - file_token_read_ < file_token_period) return file_token_;
  auto text = Pem{.file = config_.token_file}.read();
  if (!text && file_token_.empty()) return std::move(text).error().in("token file");
  if (text) file_token_ = text->substr(0, text->find_last_not_of(" \r\n\t") + 1);
  file_token_read_ = now;
  return file_token_;
}

Result<Credential> Credentials::from_plugin(Clock::time_point now) {
  if (plugin_credential_ && (!plugin_expires_ || now + expiry_leeway < *plugin_expires_)) return *plugin_credential_;
  const auto& plugin = *config_.exec;
  process::Command command;
  command.argv.push_back(plugin.command);
  command.argv.insert(command.argv.end(), plugin.arguments.begin(), plugin.arguments.end());
  command.environment.emplace();
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string text(*variable);
    const auto name = text.substr(0, text.find('='));
    if (!plugin.environment.contains(name) && name != "KUBERNETES_EXEC_INFO") command.environment->push_back(text);
  }
  for (const auto& [name, value] : plugin.environment) {
    command.environment->push_back(name);
    command.environment->back().append("=").append(value);
  }
  command.environment->push_back("KUBERNETES_EXEC_INFO=" + exec_info(config_));
  const auto hint = plugin.install_hint.empty() ? "" : " (" + plugin.install_hint + ")";
  auto outcome = process::run_successfully(command);
  if (!outcome) return Error{std::move(outcome).error().message + hint}.in("credential plugin");
  auto parsed = parse_exec_credential(outcome->output, plugin.api_version);
  if (!parsed) return std::move(parsed).error().in("credential plugin " + plugin.command);
  plugin_credential_ = parsed->credential;
  plugin_expires_ = parsed->expires;
  return *plugin_credential_;
}

Result<ExecCredential> parse_exec_credential(std::string_view text, const std::string& api_version) {
  const Json answer = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!answer.is_object()) return Error{"what it printed is no ExecCredential"};
  if (text_at(answer, {"kind"}) != "ExecCredential" || text_at(answer, {"apiVersion"}) != api_version) {
    return Error{"expected kind ExecCredential, apiVersion " + api_version + "; got " + text_at(answer, {"kind"}) +
                 ", " + text_at(answer, {"apiVersion"})};
  }
  ExecCredential result;
  result.credential.token = text_at(answer, {"status", "token"});
  result.credential.certificate = text_at(answer, {"status", "clientCertificateData"});
  result.credential.key = text_at(answer, {"status", "clientKeyData"});
  if (result.credential.certificate.empty() != result.credential.key.empty()) {
    return Error{"clientCertificateData and clientKeyData belong together: one is missing"};
  }
  if (result.credential.token.empty() && result.credential.certificate.empty()) {
    return Error{"there is neither a token nor a certificate in its status"};
  }
  if (const auto expires = text_at(answer, {"status", "expirationTimestamp"}); !expires.empty()) {
    result.expires = parse_time(expires);
    if (!result.expires) return Error{"expirationTimestamp: \"" + expires + "\" is no time"};
  }
  return result;
}

std::string exec_info(const Config& config) {
  Json info = {
      {"apiVersion", config.exec->api_version}, {"kind", "ExecCredential"}, {"spec", {{"interactive", false}}}};
  if (config.exec->provide_cluster_info) {
    auto& cluster = info["spec"]["cluster"];
    cluster["server"] = (config.tls ? "https://" : "http://") + host_and_port(config.host, config.port) + config.path;
    if (!config.tls_server_name.empty()) cluster["tls-server-name"] = config.tls_server_name;
  }
  return info.dump();
}

}  // namespace murder::kubernetes
