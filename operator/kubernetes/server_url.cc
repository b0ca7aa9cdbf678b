#include "operator/kubernetes/server_url.h"

#include <arpa/inet.h>

#include <charconv>

namespace murder::kubernetes {

Result<ServerUrl> parse_server_url(const std::string& text) {
  const auto wrong = [&](const char* what) { return Error{"\"" + text + "\": " + what}; };
  const auto scheme_end = text.find("://");
  if (scheme_end == std::string::npos) return wrong("expected https://host:port");
  ServerUrl url;
  url.scheme = text.substr(0, scheme_end);
  if (url.scheme != "https" && url.scheme != "http") return wrong("only https and http are understood");

  const auto authority_begin = scheme_end + 3;
  const auto path_begin = std::min(text.find('/', authority_begin), text.size());
  std::string authority = text.substr(authority_begin, path_begin - authority_begin);
  if (text.find_first_of("?#", authority_begin) != std::string::npos) return wrong("no query is allowed");
  if (authority.find('@') != std::string::npos) return wrong("no user is allowed");

  std::string port;
  if (authority.starts_with('[')) {
    const auto end = authority.find(']');
    if (end == std::string::npos) return wrong("no ] ends the address");
    url.host = authority.substr(1, end - 1);
    if (end + 1 < authority.size() && authority[end + 1] != ':') return wrong("something follows the address");
    port = authority.substr(std::min(end + 2, authority.size()));
  } else {
    const auto colon = authority.find(':');
    url.host = authority.substr(0, colon);
    if (colon != std::string::npos) port = authority.substr(colon + 1);
    if (port.find(':') != std::string::npos) return wrong("an IPv6 address needs brackets");
  }
  if (url.host.empty()) return wrong("there is no host");

  url.port = url.scheme == "https" ? 443 : 80;
  if (!port.empty()) {
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), url.port);
    if (error != std::errc() || end != port.data() + port.size() || url.port < 1 || url.port > 65535) {
      return wrong("that is no port");
    }
  }
  url.path = text.substr(path_begin);
  while (url.path.ends_with('/')) url.path.pop_back();
  return url;
}

std::string host_and_port(const std::string& host, int port) {
  const bool is_v6 = host.find(':') != std::string::npos;
  return (is_v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

bool is_loopback(const std::string& host) {
  in_addr v4{};
  if (inet_pton(AF_INET, host.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  return host == "localhost" || host == "::1";
}

}  // namespace murder::kubernetes
