// The only file that knows httplib (0.11, blocking, HTTP/1.1; a client serialises its requests, so a connection here is
// one client).
#include <httplib.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <mutex>

#include "base/net/tls.h"
#include "base/net/unique_fd.h"
#include "base/process/without_sigpipe.h"
#include "operator/kubernetes/http.h"
#include "operator/kubernetes/server_url.h"
#include "operator/kubernetes/tls_context.h"

namespace murder::kubernetes {
namespace {

constexpr int connect_timeout_seconds = 10;
constexpr int gone_after_seconds = 45;
// A connection that was idle for longer may have been forgotten by what is in between, which tells nobody.
constexpr std::chrono::seconds longest_idle{60};

// A second descriptor of the connection's socket: httplib closes its own when it likes, so only this one may be used
// from outside. Shutting it down wakes whatever httplib waits for.
class Handle {
 public:
  void begin() {
    const std::lock_guard lock(mutex_);
    interrupted_ = false;
  }
  void interrupt() {
    const std::lock_guard lock(mutex_);
    interrupted_ = true;
    if (fd_) ::shutdown(fd_.get(), SHUT_RDWR);
  }
  bool interrupted() const {
    const std::lock_guard lock(mutex_);
    return interrupted_;
  }
  void opened(int socket) {
    const std::lock_guard lock(mutex_);
    if (interrupted_) {
      // Interrupted before there was anything to shut down: what cannot be connected is noticed at once.
      const net::UniqueFd nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));
      ::dup3(nothing.get(), socket, O_CLOEXEC);
      return;
    }
    fd_.reset(::fcntl(socket, F_DUPFD_CLOEXEC, 0));
  }
  // httplib sets this when it connects; a request may want another time.
  void wait_at_most(std::chrono::milliseconds timeout) const {
    const std::lock_guard lock(mutex_);
    if (!fd_) return;
    const timeval time{.tv_sec = static_cast<time_t>(timeout.count() / 1000),
                       .tv_usec = static_cast<suseconds_t>(timeout.count() % 1000 * 1000)};
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
  }

 private:
  mutable std::mutex mutex_;
  net::UniqueFd fd_;
  bool interrupted_ = false;
};

void set_option(int socket, int level, int option, int value) {
  // Best effort: a kernel without one of them still has a connection that works.
  ::setsockopt(socket, level, option, &value, sizeof value);
}

void watch_over(int socket) {
  set_option(socket, SOL_SOCKET, SO_KEEPALIVE, 1);
  set_option(socket, IPPROTO_TCP, TCP_KEEPIDLE, 30);
  set_option(socket, IPPROTO_TCP, TCP_KEEPINTVL, 5);
  set_option(socket, IPPROTO_TCP, TCP_KEEPCNT, 3);
  set_option(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, gone_after_seconds * 1000);
}

Headers headers_of(const httplib::Response& response) { return {response.headers.begin(), response.headers.end()}; }

// One connection, used for one request at a time.
class Connection {
 public:
  static Result<std::unique_ptr<Connection>> open(const Config& config, const Credential& credential) {
    auto connection = std::make_unique<Connection>();
    connection->certificate_ = credential.certificate;
    if (config.tls) {
      auto ca = config.ca.read();
      if (!ca) return std::move(ca).error().in("certificate authority");
      auto tls = std::make_unique<httplib::SSLClient>(config.host, config.port);
      const auto& name = config.tls_server_name.empty() ? config.host : config.tls_server_name;
      MURDER_TRY(set_up_tls(tls->ssl_context(), {*std::move(ca), name, credential}, &connection->verdict_));
      // Not switched off: replaced by set_up_tls, which is stricter and ends the handshake itself.
      tls->enable_server_certificate_verification(false);
      connection->http_ = std::move(tls);
    } else {
      connection->http_ = std::make_unique<httplib::ClientImpl>(config.host, config.port);
    }
    auto& http = *connection->http_;
    http.set_keep_alive(true);
    http.set_tcp_nodelay(true);
    http.set_url_encode(false);
    http.set_decompress(false);
    http.set_connection_timeout(connect_timeout_seconds);
    http.set_write_timeout(gone_after_seconds);
    if (!config.proxy_host.empty()) http.set_proxy(config.proxy_host, config.proxy_port);
    http.set_socket_options([handle = connection->handle_](int socket) {
      watch_over(socket);
      handle->opened(socket);
    });
    return connection;
  }

  ~Connection() {
    // Says goodbye to a peer that may be gone.
    const process::WithoutSigpipe guard;
    http_.reset();
  }

  bool shows(const Credential& credential) const { return credential.certificate == certificate_; }
  // Nothing is left to be read of the last answer: it can be used again.
  bool answered_in_full() const { return answered_in_full_; }

  ApiResult<HttpResponse> send(const HttpRequest& request, const std::string& host, const std::string& token,
                               const Receiver* receiver) {
    httplib::Request wire;
    wire.method = request.method;
    wire.path = request.target;
    wire.body = request.body;
    wire.headers.emplace("Host", host);
    // Compressed, a list saves bytes on a network that has plenty and costs time on both sides, which have not.
    wire.headers.emplace("Accept-Encoding", "identity");
    if (!token.empty()) wire.headers.emplace("Authorization", "Bearer " + token);
    for (const auto& [name, value] : request.headers) wire.headers.emplace(name, value);

    const process::WithoutSigpipe guard;
    bool ended_by_receiver = false;
    HttpResponse head;
    if (receiver != nullptr) {
      wire.response_handler = [&](const httplib::Response& response) {
        head = {response.status, headers_of(response), {}};
        ended_by_receiver = !receiver->on_head(head);
        return !ended_by_receiver;
      };
      wire.content_receiver = [&](const char* data, std::size_t size, std::uint64_t, std::uint64_t) {
        ended_by_receiver = !receiver->on_bytes({data, size});
        return !ended_by_receiver;
      };
    }

    handle_->begin();
    const std::stop_callback on_stop(request.stop, [this] { handle_->interrupt(); });
    http_->set_read_timeout(request.timeout);
    handle_->wait_at_most(request.timeout);
    verdict_.refused.clear();
    auto result = http_->send(wire);
    answered_in_full_ = static_cast<bool>(result);
    if (result) return HttpResponse{result->status, headers_of(*result), std::move(result->body)};
    if (ended_by_receiver) return head;
    return failure(result.error(), request);
  }

 private:
  ApiError failure(httplib::Error error, const HttpRequest& request) const {
    const auto fail = [](Failure failure, std::string message) {
      return ApiError{.failure = failure, .message = std::move(message)};
    };
    if (request.stop.stop_requested()) return fail(Failure::Stopped, "stopped");
    if (!verdict_.refused.empty()) {
      return fail(Failure::Untrusted, "the server's certificate is refused: " + verdict_.refused);
    }
    switch (error) {
      case httplib::Error::Connection:
      case httplib::Error::ConnectionTimeout:
      case httplib::Error::BindIPAddress:
        return fail(Failure::Unreachable, "cannot connect");
      case httplib::Error::SSLConnection: {
        const auto detail = net::take_openssl_error();
        return fail(Failure::Unreachable, "TLS handshake failed" + (detail.empty() ? "" : ": " + detail));
      }
      case httplib::Error::SSLLoadingCerts:
      case httplib::Error::SSLServerVerification:
        return fail(Failure::Untrusted, httplib::to_string(error));
      default:
        return fail(Failure::ConnectionLost, "the connection was lost, or nothing came for " +
                                                 std::to_string(request.timeout.count()) + " ms (" +
                                                 httplib::to_string(error) + ")");
    }
  }

  std::shared_ptr<Handle> handle_ = std::make_shared<Handle>();
  TlsVerdict verdict_;
  std::string certificate_;
  bool answered_in_full_ = false;
  std::unique_ptr<httplib::ClientImpl> http_;  // last: it uses the others until its end
};

class HttplibHttp : public Http {
  struct Idle {
    std::unique_ptr<Connection> connection;
    std::chrono::steady_clock::time_point since;
  };

 public:
  HttplibHttp(const Config& config, std::size_t idle_connections)
      : config_(config),
        where_(host_and_port(config.host, config.port)),
        most_idle_(idle_connections),
        credentials_(config) {}

  ApiResult<HttpResponse> send(const HttpRequest& request) override { return exchange(request, nullptr); }

  ApiResult<HttpResponse> stream(const HttpRequest& request, const Receiver& receiver) override {
    return exchange(request, &receiver);
  }

 private:
  ApiResult<HttpResponse> exchange(HttpRequest request, const Receiver* receiver) {
    request.target.insert(0, config_.path);
    for (bool again = true;; again = false) {
      auto credential = credentials_.current();
      if (!credential) return ApiError{.failure = Failure::NoCredentials, .message = credential.error().message};
      auto connection = receiver != nullptr ? nullptr : take_idle(*credential);
      if (!connection) {
        auto opened = Connection::open(config_, *credential);
        if (!opened) return ApiError{.failure = Failure::NoCredentials, .message = opened.error().message};
        connection = *std::move(opened);
      }
      // A first 401 is ours to answer, with newer credentials; the receiver is not told of it.
      bool refused = false;
      Receiver guarded;
      if (receiver != nullptr) {
        guarded.on_head = [&](const HttpResponse& head) {
          refused = again && head.status == 401;
          return !refused && receiver->on_head(head);
        };
        guarded.on_bytes = receiver->on_bytes;
      }
      auto response = connection->send(request, where_, credential->token, receiver != nullptr ? &guarded : nullptr);
      if (!response) {
        // What happened to this one has likely happened to the others, which nobody was looking at.
        if (response.failed_with(Failure::ConnectionLost)) drop_idle();
        return locate(response.error());
      }
      if (response->status == 401 && again && credentials_.reject(*credential)) continue;
      if (receiver != nullptr && refused) receiver->on_head(*response);
      if (connection->answered_in_full()) keep(std::move(connection));
      return response;
    }
  }

  ApiError locate(ApiError error) const {
    error.message = where_ + ": " + error.message;
    return error;
  }

  std::unique_ptr<Connection> take_idle(const Credential& credential) {
    const std::lock_guard lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    std::erase_if(idle_, [&](const Idle& idle) {
      return !idle.connection->shows(credential) || now - idle.since > longest_idle;
    });
    if (idle_.empty()) return nullptr;
    auto connection = std::move(idle_.back().connection);
    idle_.pop_back();
    return connection;
  }

  void drop_idle() {
    const std::lock_guard lock(mutex_);
    idle_.clear();
  }

  void keep(std::unique_ptr<Connection> connection) {
    const std::lock_guard lock(mutex_);
    if (idle_.size() < most_idle_) idle_.push_back({std::move(connection), std::chrono::steady_clock::now()});
  }

  const Config config_;
  const std::string where_;
  const std::size_t most_idle_;
  Credentials credentials_;
  std::mutex mutex_;
  std::vector<Idle> idle_;
};

}  // namespace

std::unique_ptr<Http> connect(const Config& config, std::size_t idle_connections) {
  return std::make_unique<HttplibHttp>(config, idle_connections);
}

}  // namespace murder::kubernetes
