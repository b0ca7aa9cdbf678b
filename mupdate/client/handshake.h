// From a fresh connection to an authenticated one: banner, STARTTLS, AUTHENTICATE.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/net/tls.h"
#include "base/sasl/client.h"
#include "mupdate/client/connection.h"

namespace murder::mupdate {

// What the banner said, as far as anybody asks.
struct ServerInfo {
  std::string host;  // servername
  std::string software;
  std::string version;
  std::string role;  // "(master)", or the URL of a slave's master
  bool is_master = false;
  std::vector<std::string> mechanisms;    // of SASL, before TLS or inside it, whichever came last
  std::vector<std::string> capabilities;  // "STARTTLS", "COMPRESS", "PARTIAL-UPDATE", ...

  bool has(std::string_view capability) const;
};

struct Login {
  sasl::Credentials credentials;
  std::vector<std::string> mechanisms;  // acceptable ones; empty: whatever both sides have
  std::string host;                     // of the server, for mechanisms that name it
};

Result<ServerInfo> read_banner(Connection& connection, net::Deadline deadline);
// Also reads the second banner. Refuses to go on in clear when the server does not offer TLS.
Result<ServerInfo> start_tls(Connection& connection, const ServerInfo& server, const net::TlsClient& tls,
                             net::Deadline deadline);
Status authenticate(Connection& connection, const ServerInfo& server, Login login, net::Deadline deadline);

}  // namespace murder::mupdate
