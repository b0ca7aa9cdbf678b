#include "sidecar/health/banner.h"

#include <array>
#include <chrono>

namespace murder::health {
namespace {

struct Protocol {
  std::string_view name;
  std::string_view ask;                  // sent first, for those in which the client begins
  std::array<std::string_view, 3> good;  // how the line begins that ends a good greeting
  std::string_view bye;                  // so that Cyrus logs no lost connection
  bool many_lines;                       // other lines may come before it
};

constexpr std::array<Protocol, 7> protocols{{
    {"imap", "", {"* OK", "* PREAUTH", ""}, "a LOGOUT\r\n", false},
    {"pop3", "", {"+OK", "", ""}, "QUIT\r\n", false},
    {"lmtp", "", {"220", "", ""}, "QUIT\r\n", false},
    {"sieve", "", {"OK", "", ""}, "LOGOUT\r\n", true},
    {"nntp", "", {"200", "201", ""}, "QUIT\r\n", false},
    {"mupdate", "", {"* OK", "", ""}, "a LOGOUT\r\n", true},
    // Any answer of the protocol will do: what a path needs in rights is the site's.
    {"http", "OPTIONS * HTTP/1.1\r\nHost: probe\r\nConnection: close\r\n\r\n", {"HTTP/1.", "", ""}, "", false},
}};

const Protocol* find(std::string_view name) {
  for (const auto& protocol : protocols) {
    if (protocol.name == name) return &protocol;
  }
  return nullptr;
}

bool is_good(const Protocol& protocol, std::string_view line) {
  for (const auto& good : protocol.good) {
    if (!good.empty() && line.starts_with(good)) return true;
  }
  return false;
}

bool is_capability(const Protocol& protocol, std::string_view line) {
  if (!protocol.many_lines) return false;
  return line.starts_with("* ") ? !line.starts_with("* BYE") : line.starts_with("\"");
}

}  // namespace

Result<std::string> read_greeting(Connection& connection, std::string_view name, net::Deadline deadline) {
  const Protocol* protocol = find(name);
  if (!protocol) return Error{"no way to probe the protocol \"" + std::string(name) + "\""};
  if (!protocol->ask.empty()) MURDER_TRY(connection.write(protocol->ask, deadline));
  std::string version;
  for (int lines = 0; lines < 64; ++lines) {
    auto line = connection.read_line(deadline, "the greeting");
    if (!line) return line;
    // ManageSieve names the version in a capability before its OK.
    if (line->starts_with("\"IMPLEMENTATION\"")) version = *line;
    if (is_good(*protocol, *line)) return version.empty() ? *std::move(line) : version;
    if (!is_capability(*protocol, *line)) return Error{"greeted with \"" + line->substr(0, 200) + "\""};
  }
  return Error{"no end of the greeting"};
}

std::string version_in(std::string_view greeting) {
  for (const std::string_view mark :
       {"\"Cyrus IMAP\" \"", "Cyrus IMAP ", "Cyrus POP3 ", "Cyrus LMTP ", "Cyrus NNTP ", "Cyrus timsieved "}) {
    const auto at = greeting.find(mark);
    if (at == std::string_view::npos) continue;
    auto version = greeting.substr(at + mark.size());
    if (version.starts_with('v')) version.remove_prefix(1);
    return std::string(version.substr(0, version.find_first_of(" \"")));
  }
  return {};
}

Greeted greet(const AgentConfig::Service& service, net::Deadline deadline) {
  const auto begun = std::chrono::steady_clock::now();
  const auto elapsed = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count(); };
  auto opened = Connection::open(service.endpoint, service.tls, deadline);
  if (!opened.connection) return {std::move(opened.connection).error(), opened.refused, elapsed()};
  auto greeting = read_greeting(*opened.connection, service.protocol, deadline);
  const double seconds = elapsed();
  if (!greeting) return {std::move(greeting).error(), false, seconds};
  if (const Protocol* protocol = find(service.protocol); !protocol->bye.empty()) {
    // What it says to goodbye does not matter, and neither does whether it still hears it.
    static_cast<void>(opened.connection->write(protocol->bye, deadline));
  }
  return {version_in(*greeting), false, seconds};
}

}  // namespace murder::health
