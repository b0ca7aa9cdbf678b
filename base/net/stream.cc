#include "base/net/stream.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/net/resolve.h"
#include "base/net/tls_session.h"

namespace murder::net {
namespace {

constexpr std::size_t read_size = 16 * 1024;

// Waits for the socket: false when the deadline passes first. What poll says of errors the next call on the socket says
// better.
Result<bool> wait_for(int socket, short events, Deadline deadline) {
  while (true) {
    pollfd entry{.fd = socket, .events = events, .revents = 0};
    const int ready = ::poll(&entry, 1, deadline.poll_timeout());
    if (ready > 0) return true;
    if (ready == 0 && deadline.passed()) return false;
    if (ready < 0 && errno != EINTR) return Error{std::string("poll: ") + std::strerror(errno)};
  }
}

bool would_block(int error) { return error == EAGAIN || error == EWOULDBLOCK; }

Result<Progress> receive_plain(int socket, std::span<char> into) {
  while (true) {
    const auto received = ::recv(socket, into.data(), into.size(), 0);
    if (received > 0) return Progress{Progress::Kind::Done, static_cast<std::size_t>(received)};
    if (received == 0) return Progress{Progress::Kind::End, 0};
    if (would_block(errno)) return Progress{Progress::Kind::WantRead, 0};
    if (errno != EINTR) return Error{std::string("receive: ") + std::strerror(errno)};
  }
}

Result<Progress> send_plain(int socket, std::string_view bytes) {
  while (true) {
    const auto sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0) return Progress{Progress::Kind::Done, static_cast<std::size_t>(sent)};
    if (would_block(errno)) return Progress{Progress::Kind::WantWrite, 0};
    if (errno != EINTR) return Error{std::string("send: ") + std::strerror(errno)};
  }
}

short events_of(const Progress& progress) { return progress.kind == Progress::Kind::WantWrite ? POLLOUT : POLLIN; }

// Repeats a non-blocking step until it gets somewhere; nothing when the deadline passes first.
template <typename Step>
Result<std::optional<Progress>> until_done(int socket, Deadline deadline, Step step) {
  while (true) {
    Result<Progress> progress = step();
    if (!progress) return std::move(progress).error();
    if (progress->kind == Progress::Kind::Done || progress->kind == Progress::Kind::End) {
      return std::optional<Progress>(*progress);
    }
    const auto ready = wait_for(socket, events_of(*progress), deadline);
    if (!ready) return ready.error();
    if (!*ready) return std::optional<Progress>();
  }
}

Result<UniqueFd> connect_to(const Address& address, Deadline deadline) {
  UniqueFd socket(::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return Error{std::string("socket: ") + std::strerror(errno)};
  if (::connect(socket.get(), address.get(), address.size) != 0) {
    if (errno != EINPROGRESS && errno != EINTR) return Error{std::string("connect: ") + std::strerror(errno)};
    const auto ready = wait_for(socket.get(), POLLOUT, deadline);
    if (!ready) return ready.error().in("connect");
    if (!*ready) return Error{"connect: no answer within " + deadline.allowed()};
    int error = 0;
    socklen_t size = sizeof error;
    if (::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
    if (error != 0) return Error{std::string("connect: ") + std::strerror(error)};
  }
  if (address.family() != AF_UNIX) {
    // Requests are written whole; waiting to merge them only costs time. Failing to set it costs nothing else.
    const int on = 1;
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  return socket;
}

}  // namespace

Stream::Stream(UniqueFd socket, std::string peer) : socket_(std::move(socket)), peer_(std::move(peer)) {}
Stream::Stream(Stream&&) noexcept = default;
Stream& Stream::operator=(Stream&& other) noexcept {
  if (this == &other) return *this;
  close();
  socket_ = std::move(other.socket_);
  tls_ = std::move(other.tls_);
  peer_ = std::move(other.peer_);
  buffer_ = std::move(other.buffer_);
  begin_ = std::exchange(other.begin_, 0);
  return *this;
}
Stream::~Stream() { close(); }

Result<Stream> Stream::connect(const Endpoint& endpoint, Deadline deadline) {
  const auto addresses = resolve(endpoint, deadline);
  if (!addresses) return addresses.error().in(endpoint.to_string());
  Error last;
  for (std::size_t i = 0; i < addresses->size(); ++i) {
    auto socket = connect_to((*addresses)[i], deadline.share_with(addresses->size() - i - 1));
    if (socket) return Stream(*std::move(socket), endpoint.to_string());
    last = std::move(socket).error();
  }
  return std::move(last).in(endpoint.to_string());
}

Result<Stream> Stream::adopt(UniqueFd socket, std::string peer) {
  const int flags = ::fcntl(socket.get(), F_GETFL);
  if (flags < 0 || ::fcntl(socket.get(), F_SETFL, flags | O_NONBLOCK) != 0) {
    return system_error("adopt a socket of", peer);
  }
  return Stream(std::move(socket), std::move(peer));
}

Result<std::string> Stream::read_line(Deadline deadline, std::size_t longest, std::string_view awaited) {
  const auto too_long = [&] {
    return fault("a line of more than " + std::to_string(longest) + " bytes while waiting for " + std::string(awaited));
  };
  std::size_t searched = 0;
  while (true) {
    const auto end = buffer_.find('\n', begin_ + searched);
    if (end != std::string::npos) {
      auto line = take(end + 1 - begin_);
      line.pop_back();
      if (line.ends_with('\r')) line.pop_back();
      if (line.size() > longest) return too_long();
      return line;
    }
    searched = buffered();
    if (searched > longest + 1) return too_long();  // + 1: it may end in a CR that is not counted
    const auto more = fill(deadline, awaited);
    if (!more) return more.error();
    if (!*more) return ended(awaited);
  }
}

Result<std::string> Stream::read_exact(std::size_t size, Deadline deadline, std::string_view awaited) {
  while (buffered() < size) {
    const auto more = fill(deadline, awaited);
    if (!more) return more.error();
    if (!*more) return ended(awaited);
  }
  return take(size);
}

Result<std::size_t> Stream::read_some(std::span<char> into, Deadline deadline, std::string_view awaited) {
  const auto received = try_read_some(into, deadline);
  if (!received) return broken(received.error(), awaited);
  if (!*received) return late(deadline, awaited);
  return **received;
}

Result<std::optional<std::size_t>> Stream::try_read_some(std::span<char> into, Deadline deadline) {
  if (into.empty()) return std::optional<std::size_t>(0);
  if (buffered() == 0) return receive(into, deadline);
  const auto size = std::min(into.size(), buffered());
  std::memcpy(into.data(), buffer_.data() + begin_, size);
  begin_ += size;
  return std::optional(size);
}

Status Stream::write_all(std::string_view bytes, Deadline deadline, std::string_view what) {
  if (!socket_) return fault("closed");
  for (bool first = true; !bytes.empty(); first = false) {
    // A peer that takes a byte now and then keeps the socket ready, and would never let poll end.
    if (!first && deadline.passed()) {
      return fault("took only a part of " + std::string(what) + " within " + deadline.allowed());
    }
    const auto progress = until_done(socket_.get(), deadline,
                                     [&] { return tls_ ? tls_->write(bytes) : send_plain(socket_.get(), bytes); });
    if (!progress) return progress.error().in("sending " + std::string(what)).in(peer_);
    if (!*progress) return fault("took only a part of " + std::string(what) + " within " + deadline.allowed());
    if ((*progress)->kind == Progress::Kind::End) {
      return fault("closed the connection while being sent " + std::string(what));
    }
    bytes.remove_prefix((*progress)->bytes);
  }
  return ok();
}

Status Stream::start_tls(const TlsClient& client, Deadline deadline) {
  if (!socket_) return fault("closed");
  if (tls_) return fault("TLS: already negotiated");
  if (buffered() != 0) return fault("TLS: " + std::to_string(buffered()) + " bytes arrived in clear before it began");
  auto session = TlsSession::create(client, socket_.get());
  if (!session) return std::move(session).error().in(peer_);
  const auto progress = until_done(socket_.get(), deadline, [&] { return (*session)->handshake(); });
  if (!progress) return progress.error().in(peer_);
  if (!*progress) return late(deadline, "the TLS handshake");
  if ((*progress)->kind == Progress::Kind::End) return ended("the TLS handshake");
  tls_ = *std::move(session);
  return ok();
}

Status Stream::shut_down_writing() {
  if (::shutdown(socket_.get(), SHUT_WR) != 0) return fault(std::string("shut down: ") + std::strerror(errno));
  return ok();
}

void Stream::close() {
  if (tls_) tls_->say_goodbye();
  tls_.reset();
  socket_.reset();
  buffer_.clear();
  begin_ = 0;
}

Result<std::optional<std::size_t>> Stream::receive(std::span<char> into, Deadline deadline) {
  if (!socket_) return fault("closed");
  const auto progress =
      until_done(socket_.get(), deadline, [&] { return tls_ ? tls_->read(into) : receive_plain(socket_.get(), into); });
  if (!progress) return progress.error().in(peer_);
  if (!*progress) return std::optional<std::size_t>();
  return std::optional((*progress)->bytes);  // 0 is the end
}

Result<bool> Stream::fill(Deadline deadline, std::string_view awaited) {
  if (begin_ > 0) {
    buffer_.erase(0, begin_);
    begin_ = 0;
  }
  const auto before = buffer_.size();
  buffer_.resize(before + read_size);
  const auto received = receive(std::span(buffer_).subspan(before), deadline);
  buffer_.resize(before + (received && *received ? **received : 0));
  if (!received) return broken(received.error(), awaited);
  if (!*received) return late(deadline, awaited);
  return **received > 0;
}

std::string Stream::take(std::size_t size) {
  auto taken = buffer_.substr(begin_, size);
  begin_ += size;
  if (begin_ == buffer_.size()) {
    buffer_.clear();
    begin_ = 0;
  }
  return taken;
}

Error Stream::broken(const Error& error, std::string_view awaited) {
  return Error{error.message + " while waiting for " + std::string(awaited)};
}

Error Stream::late(Deadline deadline, std::string_view awaited) const {
  return fault("no answer within " + deadline.allowed() + " while waiting for " + std::string(awaited));
}

Error Stream::ended(std::string_view awaited) const {
  const auto after = buffered() == 0 ? "" : " after " + std::to_string(buffered()) + " bytes";
  return fault("closed the connection" + after + " while waiting for " + std::string(awaited));
}

}  // namespace murder::net
