// What a connection to the API server trusts and shows, set up in OpenSSL's own terms: httplib's verification falls
// back to common names and to the system's CAs, neither of which may vouch for an API server.
#pragma once

#include <openssl/ssl.h>

#include <string>

#include "base/result.h"
#include "operator/kubernetes/credentials.h"

namespace murder::kubernetes {

struct TlsPeer {
  std::string ca;    // PEM; the system's CAs when empty
  std::string name;  // expected in the certificate, a DNS name or an address; sent as SNI when it is a name
  Credential credential;
};

// The verdict on a server's certificate, filled in during the handshake: "self-signed certificate in certificate
// chain".
struct TlsVerdict {
  std::string name;  // for SNI
  std::string refused;
};

// From here on a handshake by this context fails unless the peer is who it has to be. `verdict` must outlive it.
Status set_up_tls(SSL_CTX* context, const TlsPeer& peer, TlsVerdict* verdict);

}  // namespace murder::kubernetes
