// One TLS connection over a non-blocking socket. For stream.cc only.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/net/tls.h"
#include "base/result.h"

struct ssl_st;

namespace murder::net {

// What a non-blocking step came to.
struct Progress {
  enum class Kind { Done, End, WantRead, WantWrite };
  Kind kind = Kind::Done;
  std::size_t bytes = 0;
};

class TlsSession {
 public:
  // `socket` stays the caller's and outlives the session.
  static Result<std::unique_ptr<TlsSession>> create(const TlsClient& client, int socket);
  ~TlsSession();

  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  Result<Progress> handshake();
  Result<Progress> read(std::span<char> into);
  Result<Progress> write(std::string_view bytes);
  // Tells the peer that this is the end, as far as that needs no waiting.
  void say_goodbye();

 private:
  struct Socket {
    int fd = -1;
    int error = 0;  // errno of the last failed call
    bool ended = false;
  };
  friend struct SocketBio;

  TlsSession(int socket, std::string server_name)
      : socket_{.fd = socket, .error = 0, .ended = false}, server_name_(std::move(server_name)) {}
  Result<Progress> outcome(int returned);

  Socket socket_;
  std::string server_name_;
  std::unique_ptr<ssl_st, void (*)(ssl_st*)> ssl_{nullptr, nullptr};
  bool failed_ = false;
};

}  // namespace murder::net
