// What a certificate says. Times are UTC, to the second; text is PEM (RFC 7468).
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace murder::pki {

using Clock = std::chrono::system_clock;

struct CertificateNames {
  // For people: who verifies looks at hosts and addresses. X.509 has room for 64 bytes of it; see CertificateAuthority.
  std::string common_name;
  std::vector<std::string> hosts;
  std::vector<std::string> addresses;  // IPv4 and IPv6
  bool operator==(const CertificateNames&) const = default;
};

// serverAuth and clientAuth, or clientAuth alone.
enum class CertificateUse { ServerAndClient, Client };

struct CertificateFacts {
  CertificateNames names;  // in the certificate's order; addresses as inet_ntop(3) writes them
  bool for_servers = false, for_clients = false;
  Clock::time_point not_before,
      not_after;  // not before 1970; year 9999 becomes the last second that the clock can hold
};

// Of the first certificate in `pem`.
Result<CertificateFacts> facts_of(std::string_view pem);

// Less than a third of its life is left, or it has not begun.
bool is_due(const CertificateFacts& facts, Clock::time_point now);

}  // namespace murder::pki
