// Where a server listens: a host and a port, or the path of a unix socket.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace murder::net {

struct Endpoint {
  std::string host;        // a name or an address, without brackets; empty for a unix socket
  std::uint16_t port = 0;  // 1 to 65535; 0 for a unix socket
  std::string path;        // of a unix socket; empty for TCP

  // "127.0.0.1:143", "[::1]:143", "be1.example.org:143", or an absolute path: "/run/x.sock".
  // Without a port `default_port` is taken; when that is 0 the port is required.
  static Result<Endpoint> parse(std::string_view text, std::uint16_t default_port = 0);

  bool is_unix() const { return !path.empty(); }
  // As parse() reads it, and as messages name it.
  std::string to_string() const;

  bool operator==(const Endpoint&) const = default;
};

}  // namespace murder::net
