// The client side of TLS: whom to trust, and who we are.
//
// A server is always verified: its certificate against `ca_file`, and its name. There is no way to switch that off.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"

struct ssl_ctx_st;

namespace murder::net {

struct TlsOptions {
  std::string ca_file;                // PEM, required: the certificates that may have signed the server's
  std::string server_name;            // expected in the server's certificate; a DNS name or an address
  std::string certificate_file = {};  // PEM chain of a client certificate; both or neither
  std::string key_file = {};
};

// Loaded once, then shared by any number of connections and threads.
class TlsClient {
 public:
  // Errors: a file that cannot be read (named), a key that does not belong to the certificate.
  static Result<TlsClient> load(TlsOptions options);

  ssl_ctx_st* context() const { return context_.get(); }
  const std::string& server_name() const { return server_name_; }

 private:
  TlsClient(std::shared_ptr<ssl_ctx_st> context, std::string server_name)
      : context_(std::move(context)), server_name_(std::move(server_name)) {}

  std::shared_ptr<ssl_ctx_st> context_;
  std::string server_name_;
};

// Empties OpenSSL's error queue of this thread into one line: "certificate verify failed".
std::string take_openssl_error();

}  // namespace murder::net
