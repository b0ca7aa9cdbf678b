#include "base/net/tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

namespace murder::net {

std::string take_openssl_error() {
  std::string text;
  while (const auto code = ERR_get_error()) {
    const char* reason = ERR_reason_error_string(code);
    if (!text.empty()) text += ", ";
    text += reason ? std::string(reason) : "error " + std::to_string(code);
  }
  return text.empty() ? "unknown TLS error" : text;
}

Result<TlsClient> TlsClient::load(TlsOptions options) {
  if (options.ca_file.empty()) return Error{"TLS: no CA file given; a server is never trusted unverified"};
  if (options.server_name.empty()) return Error{"TLS: no server name given; a server is never trusted unverified"};
  if (options.certificate_file.empty() != options.key_file.empty()) {
    return Error{"TLS: a client certificate needs both a certificate file and a key file"};
  }

  ERR_clear_error();
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free);
  if (!context) return Error{"TLS: " + take_openssl_error()};
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  if (SSL_CTX_load_verify_locations(context.get(), options.ca_file.c_str(), nullptr) != 1) {
    return Error{"TLS: CA file " + options.ca_file + ": " + take_openssl_error()};
  }
  if (!options.certificate_file.empty()) {
    if (SSL_CTX_use_certificate_chain_file(context.get(), options.certificate_file.c_str()) != 1) {
      return Error{"TLS: certificate file " + options.certificate_file + ": " + take_openssl_error()};
    }
    if (SSL_CTX_use_PrivateKey_file(context.get(), options.key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
      return Error{"TLS: key file " + options.key_file + ": " + take_openssl_error()};
    }
  }
  return TlsClient(std::move(context), std::move(options.server_name));
}

}  // namespace murder::net
