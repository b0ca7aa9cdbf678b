// For tests: a listening socket whose one connection is handed to a function on another thread.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <functional>
#include <string>
#include <string_view>
#include <thread>

#include "base/net/endpoint.h"
#include "base/net/unique_fd.h"

namespace murder::net {

class TestListener {
 public:
  using Script = std::function<void(int socket)>;

  // Serves one connection with `script`; without one, accepts nothing.
  explicit TestListener(const char* address, Script script = {}) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in name{};
    name.sin_family = AF_INET;
    inet_pton(AF_INET, address, &name.sin_addr);
    socklen_t size = sizeof name;
    if (::bind(socket_.get(), reinterpret_cast<sockaddr*>(&name), size) != 0 || ::listen(socket_.get(), 1) != 0 ||
        ::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&name), &size) != 0) {
      ADD_FAILURE() << "cannot listen on " << address;
    }
    endpoint_ = {.host = address, .port = ntohs(name.sin_port), .path = {}};
    if (!script) return;
    server_ = std::thread([this, script = std::move(script)] {
      const UniqueFd connection(::accept(socket_.get(), nullptr, nullptr));
      if (connection) script(connection.get());
    });
  }

  // Ends a wait for a connection that never came, then waits for the script.
  ~TestListener() {
    ::shutdown(socket_.get(), SHUT_RDWR);
    if (server_.joinable()) server_.join();
  }

  TestListener(const TestListener&) = delete;
  TestListener& operator=(const TestListener&) = delete;

  const Endpoint& endpoint() const { return endpoint_; }

 private:
  UniqueFd socket_;
  Endpoint endpoint_;
  std::thread server_;
};

inline void send_text(int socket, std::string_view text) {
  while (!text.empty()) {
    const auto sent = ::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;  // the client has seen enough
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
}

// Reads until the peer closes, and returns all of it.
inline std::string receive_all(int socket) {
  std::string all;
  char piece[4096];
  while (true) {
    const auto received = ::recv(socket, piece, sizeof piece, 0);
    if (received <= 0) return all;
    all.append(piece, static_cast<std::size_t>(received));
  }
}

// Reads one line, its end included, and nothing after it.
inline std::string receive_line(int socket) {
  std::string line;
  char byte = 0;
  while (!line.ends_with('\n') && ::recv(socket, &byte, 1, 0) == 1) line += byte;
  return line;
}

}  // namespace murder::net
