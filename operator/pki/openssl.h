// What this folder needs of OpenSSL's C interface: ownership, its errors as values, PEM.
#pragma once

#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace murder::pki::openssl {

template <auto free_function>
struct Free {
  template <typename T>
  void operator()(T* pointer) const {
    free_function(pointer);
  }
};
using Bio = std::unique_ptr<BIO, Free<BIO_free_all>>;
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Free<X509_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Free<X509_EXTENSION_free>>;
using AlternativeNames = std::unique_ptr<GENERAL_NAMES, Free<GENERAL_NAMES_free>>;
using Number = std::unique_ptr<BIGNUM, Free<BN_free>>;

// `what`, and what OpenSSL says of its last failure, which is then forgotten.
Error error(std::string_view what);

Result<std::string> to_pem(X509* certificate);
Result<std::string> to_pem(EVP_PKEY* key);  // PKCS #8, not encrypted

// The first certificate, the first private key of the text. An encrypted key is an error: nobody is asked for a
// password.
Result<Certificate> certificate_from(std::string_view pem);
Result<Key> key_from(std::string_view pem);

}  // namespace murder::pki::openssl
