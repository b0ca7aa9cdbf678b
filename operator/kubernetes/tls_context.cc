#include "operator/kubernetes/tls_context.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>

#include "base/net/tls.h"

namespace murder::kubernetes {
namespace {

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

Bio reader(const std::string& pem) { return {BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free}; }

bool is_address(const std::string& name) {
  in6_addr buffer{};
  return inet_pton(AF_INET, name.c_str(), &buffer) == 1 || inet_pton(AF_INET6, name.c_str(), &buffer) == 1;
}

// An encrypted key is an error, not a question on the terminal.
int no_passphrase(char*, int, int, void*) { return -1; }

Status trust(SSL_CTX* context, const std::string& ca) {
  if (ca.empty()) {
    if (SSL_CTX_set_default_verify_paths(context) == 1) return ok();
    return Error{net::take_openssl_error()}.in("the system's certificate authorities");
  }
  const auto bio = reader(ca);
  int count = 0;
  while (true) {
    const Certificate certificate(PEM_read_bio_X509(bio.get(), nullptr, no_passphrase, nullptr), X509_free);
    if (!certificate) break;
    if (X509_STORE_add_cert(SSL_CTX_get_cert_store(context), certificate.get()) != 1) {
      return Error{net::take_openssl_error()}.in("certificate authority");
    }
    ++count;
  }
  ERR_clear_error();  // "no start line": how PEM_read tells the end
  return count > 0 ? ok() : Error{"certificate authority: there is no PEM certificate in it"};
}

Status show(SSL_CTX* context, const Credential& credential) {
  if (credential.certificate.empty()) return ok();
  const auto chain = reader(credential.certificate);
  const Certificate leaf(PEM_read_bio_X509(chain.get(), nullptr, no_passphrase, nullptr), X509_free);
  if (!leaf) return Error{net::take_openssl_error()}.in("client certificate");
  if (SSL_CTX_use_certificate(context, leaf.get()) != 1) {
    return Error{net::take_openssl_error()}.in("client certificate");
  }
  while (true) {
    const Certificate next(PEM_read_bio_X509(chain.get(), nullptr, no_passphrase, nullptr), X509_free);
    if (!next) break;
    if (SSL_CTX_add1_chain_cert(context, next.get()) != 1) {
      return Error{net::take_openssl_error()}.in("client certificate");
    }
  }
  ERR_clear_error();
  const auto bio = reader(credential.key);
  const Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr), EVP_PKEY_free);
  if (!key || SSL_CTX_use_PrivateKey(context, key.get()) != 1 || SSL_CTX_check_private_key(context) != 1) {
    return Error{net::take_openssl_error()}.in("client key");
  }
  return ok();
}

TlsVerdict* verdict_of(const SSL* ssl) {
  return static_cast<TlsVerdict*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), 0));
}

int on_verify(int accepted, X509_STORE_CTX* store) {
  if (accepted == 1) return 1;
  const auto* const ssl =
      static_cast<const SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  verdict_of(ssl)->refused = X509_verify_cert_error_string(X509_STORE_CTX_get_error(store));
  return 0;
}

// httplib sends its connection's host as SNI. The name that the certificate is to have is what has to be sent, and no
// address ever (RFC 6066 section 3).
void on_progress(const SSL* ssl, int where, int) {
  if ((where & SSL_CB_HANDSHAKE_START) == 0) return;
  const auto* const verdict = verdict_of(ssl);
  SSL_set_tlsext_host_name(const_cast<SSL*>(ssl),
                           verdict->name.empty() ? nullptr : const_cast<char*>(verdict->name.c_str()));
}

}  // namespace

Status set_up_tls(SSL_CTX* context, const TlsPeer& peer, TlsVerdict* verdict) {
  MURDER_TRY(trust(context, peer.ca));
  MURDER_TRY(show(context, peer.credential));
  auto* const parameters = SSL_CTX_get0_param(context);
  X509_VERIFY_PARAM_set_hostflags(parameters,
                                  X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  const bool address = is_address(peer.name);
  const int set = address ? X509_VERIFY_PARAM_set1_ip_asc(parameters, peer.name.c_str())
                          : X509_VERIFY_PARAM_set1_host(parameters, peer.name.data(), peer.name.size());
  if (set != 1) return Error{"\"" + peer.name + "\" is no name that a certificate can have"};
  verdict->name = address ? std::string() : peer.name;
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_ex_data(context, 0, verdict);
  SSL_CTX_set_info_callback(context, on_progress);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, on_verify);
  return ok();
}

}  // namespace murder::kubernetes
