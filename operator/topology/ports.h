// The protocols of a murder, their names in /etc/services (which is how Cyrus finds them: getaddrinfo(host, "lmtp"))
// and their ports.
#pragma once

#include <array>
#include <string_view>

namespace murder::topology {

enum class Protocol { Imap, Pop3, Kpop, Nntp, Http, Sieve, Lmtp, Mupdate };

struct ProtocolPorts {
  Protocol protocol;
  std::string_view service;  // name in /etc/services
  int port;
  std::string_view tls_service;
  int tls_port;  // TLS from the first byte; 0 when there is none
};

// Debian's /etc/services lacks kpop, lmtp and mupdate, so every node gets one of its own. 2003 for LMTP is what Cyrus's
// installation guide writes there.
inline constexpr auto kPorts = std::to_array<ProtocolPorts>({
    {Protocol::Imap, "imap", 143, "imaps", 993},
    {Protocol::Pop3, "pop3", 110, "pop3s", 995},
    {Protocol::Kpop, "kpop", 1109, "", 0},
    {Protocol::Nntp, "nntp", 119, "nntps", 563},
    {Protocol::Http, "http", 80, "https", 443},
    {Protocol::Sieve, "sieve", 4190, "", 0},
    {Protocol::Lmtp, "lmtp", 2003, "", 0},
    {Protocol::Mupdate, "mupdate", 3905, "", 0},
});

constexpr const ProtocolPorts& ports(Protocol protocol) { return kPorts[static_cast<std::size_t>(protocol)]; }

// As agents and logs call it: kpop is spoken as POP3.
constexpr std::string_view spoken(Protocol protocol) {
  return protocol == Protocol::Kpop ? "pop3" : ports(protocol).service;
}

// Of murder-agent: probes and metrics; gRPC.
inline constexpr int kAgentHttpPort = 8480;
inline constexpr int kAgentGrpcPort = 8481;

}  // namespace murder::topology
