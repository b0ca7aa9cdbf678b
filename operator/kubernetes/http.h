// HTTP to the API server: what the rest of this library knows of it.
//
// The one implementation is over cpp-httplib (http_client.cc); tests of what is decided above it have their own.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "operator/kubernetes/api_error.h"
#include "operator/kubernetes/config.h"
#include "operator/kubernetes/credentials.h"

namespace murder::kubernetes {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
  std::string method;
  std::string target;  // path and query
  Headers headers = {};
  std::string body = {};
  std::chrono::milliseconds timeout{30'000};  // between any two packets, not for the whole answer
  std::stop_token stop = {};                  // ends it at once, whatever it waits for
};

struct HttpResponse {
  int status = 0;
  Headers headers = {};
  std::string body = {};

  // Of the first header with that name, in any case; empty when there is none.
  std::string header(std::string_view name) const;
};

// Gets an answer in pieces. Either may return false to end it there, which is no error.
struct Receiver {
  std::function<bool(const HttpResponse& head)> on_head;
  std::function<bool(std::string_view bytes)> on_bytes;
};

class Http {
 public:
  virtual ~Http() = default;

  // The answer, whatever its status. Errors are of the way there: Unreachable, Untrusted, NoCredentials,
  // ConnectionLost, Stopped. From any thread; concurrent requests use connections of their own.
  virtual ApiResult<HttpResponse> send(const HttpRequest& request) = 0;
  // The same, with the body handed over as it comes, on a connection that is new.
  virtual ApiResult<HttpResponse> stream(const HttpRequest& request, const Receiver& receiver) = 0;
};

// Connections to the server of `config`, at most `idle_connections` kept open between requests. Adds Authorization; a
// 401 renews the credentials and is tried once more. TCP keepalive and TCP_USER_TIMEOUT find peers that are gone within
// 45 s.
std::unique_ptr<Http> connect(const Config& config, std::size_t idle_connections = 4);

}  // namespace murder::kubernetes
