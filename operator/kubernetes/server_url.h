// The parts of "https://[fd00::1]:6443/prefix".
#pragma once

#include <string>

#include "base/result.h"

namespace murder::kubernetes {

struct ServerUrl {
  std::string scheme;
  std::string host;  // without brackets
  int port = 0;
  std::string path;  // without a final slash
};

Result<ServerUrl> parse_server_url(const std::string& text);
// "[fd00::1]:6443", "host:6443".
std::string host_and_port(const std::string& host, int port);
// An address of this machine's own, or localhost.
bool is_loopback(const std::string& host);

}  // namespace murder::kubernetes
