#include "e2e/faults/tcp_proxy.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>

namespace murder::faults {
namespace {

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

bool send_all(int socket, const char* data, std::size_t size) {
  while (size > 0) {
    const auto sent = ::send(socket, data, size, MSG_NOSIGNAL);
    if (sent <= 0) return false;
    data += sent;
    size -= static_cast<std::size_t>(sent);
  }
  return true;
}

// False at the end of either side.
bool pass(int from, int to) {
  std::array<char, 65536> buffer{};
  const auto size = ::recv(from, buffer.data(), buffer.size(), 0);
  return size > 0 && send_all(to, buffer.data(), static_cast<std::size_t>(size));
}

void reset_on_close(int socket) {
  const linger now{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

}  // namespace

struct TcpProxy::Pair {
  net::UniqueFd client;
  net::UniqueFd server;
  bool frozen = false;
};

Result<std::unique_ptr<TcpProxy>> TcpProxy::start(int target_port) {
  std::unique_ptr<TcpProxy> proxy(new TcpProxy);
  proxy->target_port_ = target_port;
  proxy->listener_.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  auto address = loopback(0);
  socklen_t size = sizeof address;
  if (::bind(proxy->listener_.get(), reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::listen(proxy->listener_.get(), 64) != 0 ||
      ::getsockname(proxy->listener_.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    return system_error("listen", "127.0.0.1");
  }
  proxy->port_ = ntohs(address.sin_port);
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC | O_NONBLOCK) != 0) return system_error("pipe", "proxy");
  proxy->wake_read_.reset(pipe[0]);
  proxy->wake_write_.reset(pipe[1]);
  proxy->thread_ = std::jthread([raw = proxy.get()](const std::stop_token& stop) { raw->accept_all(stop); });
  return proxy;
}

TcpProxy::~TcpProxy() {
  thread_.request_stop();
  wake();
}

void TcpProxy::freeze() {
  freeze_ = true;
  wake();
  while (freeze_) std::this_thread::yield();
}

void TcpProxy::cut() {
  cut_ = true;
  wake();
  while (cut_) std::this_thread::yield();
}

void TcpProxy::wake() {
  // A full pipe wakes as well.
  [[maybe_unused]] const auto written = ::write(wake_write_.get(), "x", 1);
}

void TcpProxy::accept_all(const std::stop_token& stop) {
  std::vector<Pair> pairs;
  while (!stop.stop_requested()) {
    std::vector<pollfd> polled = {{listener_.get(), POLLIN, 0}, {wake_read_.get(), POLLIN, 0}};
    for (const auto& pair : pairs) {
      const short events = pair.frozen ? 0 : POLLIN;
      polled.push_back({pair.frozen ? -1 : pair.client.get(), events, 0});
      polled.push_back({pair.frozen ? -1 : pair.server.get(), events, 0});
    }
    if (::poll(polled.data(), polled.size(), -1) < 0) continue;

    std::array<char, 64> woken{};
    [[maybe_unused]] const auto drained = ::read(wake_read_.get(), woken.data(), woken.size());
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      auto& pair = pairs[i];
      const bool from_client = polled[2 + 2 * i].revents != 0;
      const bool from_server = polled[3 + 2 * i].revents != 0;
      const bool lives = (!from_client || pass(pair.client.get(), pair.server.get())) &&
                         (!from_server || pass(pair.server.get(), pair.client.get()));
      if (!lives) pair.client.reset();
    }
    std::erase_if(pairs, [](const Pair& pair) { return !pair.client; });
    if (freeze_) {
      for (auto& pair : pairs) pair.frozen = true;
      freeze_ = false;
    }
    if (cut_) {
      for (auto& pair : pairs) {
        reset_on_close(pair.client.get());
        reset_on_close(pair.server.get());
      }
      pairs.clear();
      cut_ = false;
    }
    if ((polled[0].revents & POLLIN) == 0) continue;
    Pair pair{.client = net::UniqueFd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)),
              .server = net::UniqueFd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))};
    const auto target = loopback(target_port_);
    if (!pair.client || ::connect(pair.server.get(), reinterpret_cast<const sockaddr*>(&target), sizeof target) != 0) {
      continue;
    }
    const int on = 1;
    ::setsockopt(pair.client.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::setsockopt(pair.server.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    pairs.push_back(std::move(pair));
    ++accepted_;
  }
}

}  // namespace murder::faults
