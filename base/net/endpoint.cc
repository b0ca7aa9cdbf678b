#include "base/net/endpoint.h"

#include <sys/un.h>

#include <charconv>

namespace murder::net {
namespace {

// sun_path holds its terminating NUL as well.
constexpr std::size_t longest_unix_path = sizeof(sockaddr_un::sun_path) - 1;

Result<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || port == 0) {
    return Error{"port '" + std::string(text) + "' is not a number from 1 to 65535"};
  }
  return port;
}

Result<Endpoint> parse_unix(std::string_view path) {
  if (path.size() > longest_unix_path) {
    return Error{"the path of a unix socket has at most " + std::to_string(longest_unix_path) + " bytes"};
  }
  if (path.find('\0') != std::string_view::npos) return Error{"a path holds no NUL"};
  return Endpoint{.host = {}, .port = 0, .path = std::string(path)};
}

// What stands before the port, and the port with its colon.
struct Halves {
  std::string_view host;
  std::string_view rest;
};

Result<Halves> split(std::string_view text) {
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == std::string_view::npos) return Error{"']' is missing"};
    return Halves{text.substr(1, close - 1), text.substr(close + 1)};
  }
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return Halves{text, {}};
  if (text.find(':', colon + 1) != std::string_view::npos) {
    return Error{"an IPv6 address stands in brackets: [::1]:143"};
  }
  return Halves{text.substr(0, colon), text.substr(colon)};
}

Result<Endpoint> parse_tcp(std::string_view text, std::uint16_t default_port) {
  const auto halves = split(text);
  if (!halves) return halves.error();
  const auto [host, rest] = *halves;
  if (host.empty()) return Error{"the host is missing"};
  if (host.find_first_of(std::string_view(" \t\r\n\0/", 6)) != std::string_view::npos) {
    return Error{"a host holds neither blanks nor '/'"};
  }
  if (rest.empty()) {
    if (default_port == 0) return Error{"the port is missing"};
    return Endpoint{.host = std::string(host), .port = default_port, .path = {}};
  }
  if (rest.front() != ':') return Error{"a port follows ':'"};
  const auto port = parse_port(rest.substr(1));
  if (!port) return port.error();
  return Endpoint{.host = std::string(host), .port = *port, .path = {}};
}

}  // namespace

Result<Endpoint> Endpoint::parse(std::string_view text, std::uint16_t default_port) {
  auto endpoint = text.starts_with('/') ? parse_unix(text) : parse_tcp(text, default_port);
  if (!endpoint) return std::move(endpoint).error().in("endpoint '" + std::string(text) + "'");
  return endpoint;
}

std::string Endpoint::to_string() const {
  if (is_unix()) return path;
  const bool brackets = host.find(':') != std::string::npos;
  return (brackets ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

}  // namespace murder::net
