// What the API server, or the way to it, answered instead of what was asked for.
//
// Decoded once, here; who asked decides by `failure`, and people read `text()`. What each failure means for a caller is
// Kubernetes's API conventions, "HTTP status codes" and "Response status kind".
#pragma once

#include <cassert>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "operator/kubernetes/resource.h"

namespace murder::kubernetes {

enum class Failure {
  Unreachable,       // no connection; nothing was done
  Untrusted,         // the server's certificate, or ours; nothing was done
  NoCredentials,     // our own: a token that cannot be read, a plugin that failed; nothing was sent
  ConnectionLost,    // reset or timed out after the request may have been read: for writes the outcome is unknown
  Stopped,           // by the caller's stop token; for writes the outcome is unknown
  BadRequest,        // 400, 415: our mistake
  Unauthorized,      // 401, after the credentials have been renewed once
  Forbidden,         // 403: RBAC, quota, or an admission webhook
  NotFound,          // 404
  MethodNotAllowed,  // 405
  AlreadyExists,     // 409 with that reason
  Conflict,          // 409 otherwise: read again and decide anew
  Expired,           // 410: a resource version or continue token that the server does not have any more
  TooLarge,          // 413
  Invalid,           // 422: our mistake, or a user's; the causes name the fields
  TooManyRequests,   // 429
  VersionTooLarge,   // 504 with cause ResourceVersionTooLarge: a server that lags behind what was seen already
  ServerError,       // 5xx
  Malformed,         // an answer that is not what the API promises
};

// "NotFound": for logs and metrics.
std::string_view name_of(Failure failure);

struct Cause {
  std::string reason;  // "FieldValueInvalid"
  std::string message;
  std::string field;  // "spec.replicas"

  bool operator==(const Cause&) const = default;
};

struct ApiError {
  Failure failure = Failure::ServerError;
  int code = 0;         // HTTP; 0 when there was no answer
  std::string reason;   // the server's: "Conflict", "Expired"
  std::string message;  // one line
  std::vector<Cause> causes;
  std::optional<std::chrono::seconds> retry_after;  // how long the server wants to be left alone

  // "409 Conflict: Operation cannot be fulfilled on leases.coordination.k8s.io "x": …".
  std::string text() const;
  // For who does not decide by the failure.
  Error in(std::string_view context) const { return Error{text()}.in(context); }
  // A write that may or may not have been carried out: read again before acting.
  bool outcome_unknown() const { return failure == Failure::ConnectionLost || failure == Failure::Stopped; }
};

// From an HTTP answer that is no success. `retry_after` is the header's value ("30"; a date is ignored), empty for
// none.
ApiError decode_error(int http_code, std::string_view retry_after, std::string_view body);
// From a Status object, as a watch's ERROR event carries one.
ApiError decode_status(const Json& status);

// A value, or the ApiError why there is none. Like Result, with more to decide by.
template <typename T>
class [[nodiscard]] ApiResult {
 public:
  ApiResult(T value) : value_(std::move(value)) {}
  ApiResult(ApiError error) : error_(std::make_shared<const ApiError>(std::move(error))) {}

  explicit operator bool() const { return error_ == nullptr; }
  T& operator*() & { return get(); }
  const T& operator*() const& { return get(); }
  T&& operator*() && { return std::move(get()); }
  T* operator->() { return &get(); }
  const T* operator->() const { return &get(); }

  const ApiError& error() const {
    assert(error_ != nullptr);
    return *error_;
  }
  bool failed_with(Failure failure) const { return error_ != nullptr && error_->failure == failure; }

 private:
  T& get() {
    assert(error_ == nullptr);
    return value_;
  }
  const T& get() const {
    assert(error_ == nullptr);
    return value_;
  }

  T value_{};                              // empty when there is an error
  std::shared_ptr<const ApiError> error_;  // apart: it is large, and rare
};

}  // namespace murder::kubernetes
