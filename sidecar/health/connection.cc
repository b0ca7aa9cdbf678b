#include "sidecar/health/connection.h"

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/net/endpoint.h"
#include "base/net/resolve.h"
#include "base/net/tls.h"

namespace murder::health {
namespace {

constexpr std::size_t longest_line = 8192;

// False when the deadline passes first.
bool wait_for(int fd, short events, net::Deadline deadline) {
  while (true) {
    pollfd entry{fd, events, 0};
    const int ready = poll(&entry, 1, deadline.poll_timeout());
    if (ready != 0 && (ready > 0 || errno != EINTR)) return true;
    if (deadline.passed()) return false;
  }
}

struct Attempt {
  net::UniqueFd socket;
  int error = 0;  // errno; ETIMEDOUT when the deadline passed
};

Attempt connect_to(const net::Address& address, net::Deadline deadline) {
  Attempt attempt;
  attempt.socket = net::UniqueFd(socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int fd = attempt.socket.get();
  if (fd < 0) {
    attempt.error = errno;
  } else if (connect(fd, address.get(), address.size) != 0) {
    attempt.error = errno;
    // A unix socket whose queue is full says EAGAIN, and is not connected later.
    if (errno != EINPROGRESS && errno != EINTR) return attempt;
    socklen_t size = sizeof attempt.error;
    if (!wait_for(fd, POLLOUT, deadline)) {
      attempt.error = ETIMEDOUT;
    } else if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &attempt.error, &size) != 0) {
      attempt.error = errno;
    }
  }
  return attempt;
}

std::shared_ptr<SSL_CTX> unverifying_context() {
  static const std::shared_ptr<SSL_CTX> context = [] {
    std::shared_ptr<SSL_CTX> made(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free);
    if (made) SSL_CTX_set_verify(made.get(), SSL_VERIFY_NONE, nullptr);
    return made;
  }();
  return context;
}

}  // namespace

void Connection::FreeSsl::operator()(ssl_st* ssl) const { SSL_free(ssl); }

Connection::Opened Connection::open(const std::string& text, bool tls, net::Deadline deadline) {
  const auto endpoint = net::Endpoint::parse(text);
  if (!endpoint) return {endpoint.error(), false};
  const auto addresses = net::resolve(*endpoint, deadline);
  if (!addresses) return {addresses.error().in(text), false};

  Attempt attempt;
  for (const auto& address : *addresses) {
    attempt = connect_to(address, deadline);
    if (attempt.error == 0) break;
  }
  if (attempt.error != 0) {
    return {Error{text + ": connect: " + std::strerror(attempt.error)},
            attempt.error == ECONNREFUSED || attempt.error == ENOENT};
  }
  Connection connection(std::move(attempt.socket), text);
  if (tls) {
    if (auto started = connection.start_tls(deadline); !started) return {std::move(started).error(), false};
  }
  return {std::move(connection), false};
}

Status Connection::start_tls(net::Deadline deadline) {
  const auto context = unverifying_context();
  ERR_clear_error();
  ssl_.reset(context ? SSL_new(context.get()) : nullptr);
  if (!ssl_ || SSL_set_fd(ssl_.get(), socket_.get()) != 1) return fault("TLS: " + net::take_openssl_error());
  while (true) {
    const int done = SSL_connect(ssl_.get());
    if (done == 1) return ok();
    const int wanted = SSL_get_error(ssl_.get(), done);
    if (wanted != SSL_ERROR_WANT_READ && wanted != SSL_ERROR_WANT_WRITE) {
      return fault("TLS handshake failed: " + net::take_openssl_error());
    }
    if (!wait_for(socket_.get(), wanted == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, deadline)) {
      return fault("no TLS handshake within " + deadline.allowed());
    }
  }
}

Result<std::size_t> Connection::read_some(char* into, std::size_t size, net::Deadline deadline,
                                          std::string_view awaited) {
  while (true) {
    short events = POLLIN;
    if (ssl_) {
      ERR_clear_error();
      const int got = SSL_read(ssl_.get(), into, static_cast<int>(size));
      if (got > 0) return static_cast<std::size_t>(got);
      const int wanted = SSL_get_error(ssl_.get(), got);
      if (wanted == SSL_ERROR_WANT_WRITE) {
        events = POLLOUT;
      } else if (wanted != SSL_ERROR_WANT_READ) {
        return fault("closed while waiting for " + std::string(awaited));
      }
    } else {
      const ssize_t got = recv(socket_.get(), into, size, 0);
      if (got > 0) return static_cast<std::size_t>(got);
      if (got == 0) return fault("closed while waiting for " + std::string(awaited));
      if (errno != EAGAIN && errno != EINTR) return fault(std::strerror(errno));
    }
    if (!wait_for(socket_.get(), events, deadline)) {
      return fault("no answer within " + deadline.allowed() + " while waiting for " + std::string(awaited));
    }
  }
}

Result<std::string> Connection::read_line(net::Deadline deadline, std::string_view awaited) {
  while (true) {
    if (const auto end = buffer_.find('\n'); end != std::string::npos) {
      std::string line = buffer_.substr(0, end);
      buffer_.erase(0, end + 1);
      if (line.ends_with('\r')) line.pop_back();
      return line;
    }
    if (buffer_.size() > longest_line) return fault("a line is too long while waiting for " + std::string(awaited));
    std::array<char, 4096> bytes;
    const auto got = read_some(bytes.data(), bytes.size(), deadline, awaited);
    if (!got) return got.error();
    buffer_.append(bytes.data(), *got);
  }
}

Result<std::string> Connection::read_bytes(net::Deadline deadline, std::string_view awaited) {
  if (!buffer_.empty()) return std::exchange(buffer_, {});
  std::string bytes(65536, '\0');
  const auto got = read_some(bytes.data(), bytes.size(), deadline, awaited);
  if (!got) return got.error();
  bytes.resize(*got);
  return bytes;
}

bool Connection::readable(net::Deadline deadline) const {
  return !buffer_.empty() || (ssl_ && SSL_pending(ssl_.get()) > 0) || wait_for(socket_.get(), POLLIN, deadline);
}

Status Connection::write(std::string_view bytes, net::Deadline deadline) {
  while (!bytes.empty()) {
    short events = POLLOUT;
    if (ssl_) {
      ERR_clear_error();
      const int sent = SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()));
      if (sent > 0) {
        bytes.remove_prefix(static_cast<std::size_t>(sent));
        continue;
      }
      const int wanted = SSL_get_error(ssl_.get(), sent);
      if (wanted == SSL_ERROR_WANT_READ) {
        events = POLLIN;
      } else if (wanted != SSL_ERROR_WANT_WRITE) {
        return fault("closed while writing");
      }
    } else {
      const ssize_t sent = send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent >= 0) {
        bytes.remove_prefix(static_cast<std::size_t>(sent));
        continue;
      }
      if (errno != EAGAIN && errno != EINTR) return fault(std::strerror(errno));
    }
    if (!wait_for(socket_.get(), events, deadline)) return fault("takes nothing within " + deadline.allowed());
  }
  return ok();
}

}  // namespace murder::health
