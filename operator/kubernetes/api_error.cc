#include "operator/kubernetes/api_error.h"

#include <algorithm>
#include <charconv>

namespace murder::kubernetes {
namespace {

Failure failure_of(int code, std::string_view reason, const std::vector<Cause>& causes) {
  switch (code) {
    case 401:
      return Failure::Unauthorized;
    case 403:
      return Failure::Forbidden;
    case 404:
      return Failure::NotFound;
    case 405:
      return Failure::MethodNotAllowed;
    case 409:
      return reason == "AlreadyExists" ? Failure::AlreadyExists : Failure::Conflict;
    case 410:
      return Failure::Expired;
    case 413:
      return Failure::TooLarge;
    case 422:
      return Failure::Invalid;
    case 429:
      return Failure::TooManyRequests;
    default:
      break;
  }
  const auto too_large = [](const Cause& cause) { return cause.reason == "ResourceVersionTooLarge"; };
  if (code == 504 && std::ranges::any_of(causes, too_large)) return Failure::VersionTooLarge;
  if (code >= 500) return Failure::ServerError;
  if (code >= 400) return Failure::BadRequest;
  return Failure::Malformed;
}

std::optional<std::chrono::seconds> seconds_of(std::string_view text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  return std::chrono::seconds(value);
}

// What is no Status is a proxy's page or Go's plain text: its first line is all that can be of use.
std::string first_line(std::string_view body) {
  constexpr std::size_t longest = 300;
  return std::string(body.substr(0, std::min(body.find_first_of("\r\n"), longest)));
}

int code_of(const Json& status) {
  const Json* const code = find(status, {"code"});
  return code != nullptr && code->is_number_integer() ? code->get<int>() : 0;
}

}  // namespace

std::string_view name_of(Failure failure) {
  switch (failure) {
    case Failure::Unreachable:
      return "Unreachable";
    case Failure::Untrusted:
      return "Untrusted";
    case Failure::NoCredentials:
      return "NoCredentials";
    case Failure::ConnectionLost:
      return "ConnectionLost";
    case Failure::Stopped:
      return "Stopped";
    case Failure::BadRequest:
      return "BadRequest";
    case Failure::Unauthorized:
      return "Unauthorized";
    case Failure::Forbidden:
      return "Forbidden";
    case Failure::NotFound:
      return "NotFound";
    case Failure::MethodNotAllowed:
      return "MethodNotAllowed";
    case Failure::AlreadyExists:
      return "AlreadyExists";
    case Failure::Conflict:
      return "Conflict";
    case Failure::Expired:
      return "Expired";
    case Failure::TooLarge:
      return "TooLarge";
    case Failure::Invalid:
      return "Invalid";
    case Failure::TooManyRequests:
      return "TooManyRequests";
    case Failure::VersionTooLarge:
      return "VersionTooLarge";
    case Failure::ServerError:
      return "ServerError";
    case Failure::Malformed:
      return "Malformed";
  }
  return "Malformed";
}

std::string ApiError::text() const {
  std::string text = code != 0 ? std::to_string(code) + " " : std::string();
  text += reason.empty() ? std::string(name_of(failure)) : reason;
  if (!message.empty()) text += ": " + message;
  return text;
}

ApiError decode_status(const Json& status) {
  ApiError error;
  error.code = code_of(status);
  error.reason = text_at(status, {"reason"});
  error.message = text_at(status, {"message"});
  if (const Json* const causes = find(status, {"details", "causes"}); causes != nullptr && causes->is_array()) {
    for (const auto& cause : *causes) {
      error.causes.push_back({text_at(cause, {"reason"}), text_at(cause, {"message"}), text_at(cause, {"field"})});
    }
  }
  const Json* const after = find(status, {"details", "retryAfterSeconds"});
  if (after != nullptr && after->is_number_unsigned() && after->get<unsigned>() > 0) {
    error.retry_after = std::chrono::seconds(after->get<unsigned>());
  }
  error.failure = failure_of(error.code, error.reason, error.causes);
  return error;
}

ApiError decode_error(int http_code, std::string_view retry_after, std::string_view body) {
  const Json status = Json::parse(body, nullptr, /*allow_exceptions=*/false);
  ApiError error;
  if (status.is_object() && text_at(status, {"kind"}) == "Status") {
    error = decode_status(status);
  } else {
    error.message = first_line(body);
  }
  if (error.code == 0) error.code = http_code;
  error.failure = failure_of(error.code, error.reason, error.causes);
  if (const auto seconds = seconds_of(retry_after)) error.retry_after = seconds;
  return error;
}

}  // namespace murder::kubernetes
