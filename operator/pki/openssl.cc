#include "operator/pki/openssl.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <limits>

namespace murder::pki::openssl {
namespace {

std::string take(BIO* bio) {
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(bio, &bytes);
  return std::string(bytes, static_cast<std::size_t>(size));
}

Result<Bio> reader_of(std::string_view pem) {
  if (pem.size() > std::numeric_limits<int>::max()) return Error{"2 GiB are no certificate and no key"};
  Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  if (!bio) return error("read PEM");
  return bio;
}

// OpenSSL's own would ask at the terminal.
int no_password(char*, int, int, void*) { return -1; }

}  // namespace

Error error(std::string_view what) {
  const auto code = ERR_get_error();
  char text[256] = "no reason given";
  if (code != 0) ERR_error_string_n(code, text, sizeof text);
  ERR_clear_error();
  return Error{std::string(what) + ": " + text};
}

Result<std::string> to_pem(X509* certificate) {
  const Bio bio(BIO_new(BIO_s_mem()));
  if (!bio || PEM_write_bio_X509(bio.get(), certificate) != 1) return error("write a certificate");
  return take(bio.get());
}

Result<std::string> to_pem(EVP_PKEY* key) {
  const Bio bio(BIO_new(BIO_s_secmem()));
  if (!bio || PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return error("write a key");
  }
  return take(bio.get());
}

Result<Certificate> certificate_from(std::string_view pem) {
  const auto bio = reader_of(pem);
  if (!bio) return bio.error();
  Certificate certificate(PEM_read_bio_X509(bio->get(), nullptr, no_password, nullptr));
  if (!certificate) return error("not a certificate in PEM");
  return certificate;
}

Result<Key> key_from(std::string_view pem) {
  const auto bio = reader_of(pem);
  if (!bio) return bio.error();
  Key key(PEM_read_bio_PrivateKey(bio->get(), nullptr, no_password, nullptr));
  if (!key) return error("not an unencrypted private key in PEM");
  return key;
}

}  // namespace murder::pki::openssl
