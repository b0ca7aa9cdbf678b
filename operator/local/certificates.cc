#include "operator/local/certificates.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <ctime>

namespace murder::local {
namespace {

using Clock = std::chrono::system_clock;

constexpr auto kAuthorityLife = std::chrono::hours(24) * 3650;
constexpr auto kLife = std::chrono::hours(24) * 365;
// Clocks of two machines differ a little.
constexpr auto kBackdate = std::chrono::minutes(5);

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

// What OpenSSL says of its last failure.
Error openssl_error(const std::string& what) {
  const auto code = ERR_get_error();
  char text[256] = "no reason given";
  if (code != 0) ERR_error_string_n(code, text, sizeof text);
  ERR_clear_error();
  return Error{what + ": " + text};
}

std::string take(BIO* bio) {
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(bio, &bytes);
  return std::string(bytes, static_cast<std::size_t>(size));
}

Result<std::string> to_pem(X509* certificate) {
  const Bio bio(BIO_new(BIO_s_mem()));
  if (!bio || PEM_write_bio_X509(bio.get(), certificate) != 1) return openssl_error("write a certificate");
  return take(bio.get());
}

Result<std::string> to_pem(EVP_PKEY* key) {
  const Bio bio(BIO_new(BIO_s_secmem()));
  if (!bio || PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return openssl_error("write a key");
  }
  return take(bio.get());
}

Result<Certificate> certificate_from(const std::string& path) {
  auto text = read_file(path);
  if (!text) return std::move(text).error();
  if (!*text) return Error{"no " + path};
  const Bio bio(BIO_new_mem_buf((*text)->data(), static_cast<int>((*text)->size())));
  Certificate certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  if (!certificate) return openssl_error("read " + path);
  return certificate;
}

Result<Key> key_from(const std::string& path) {
  auto text = read_file(path);
  if (!text) return std::move(text).error();
  if (!*text) return Error{"no " + path};
  const Bio bio(BIO_new_mem_buf((*text)->data(), static_cast<int>((*text)->size())));
  Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
  if (!key) return openssl_error("read " + path);
  return key;
}

bool add(X509* certificate, X509* issuer, int id, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, id, value.c_str()));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool set_name(X509_NAME* name, const std::string& text) {
  return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(text.c_str()), -1,
                                    -1, 0) == 1;
}

// A certificate with serial number, times and key, without name and extensions.
Result<Certificate> begin(EVP_PKEY* key, Clock::time_point now, Clock::duration life) {
  Certificate certificate(X509_new());
  unsigned char serial[16];
  if (!certificate || RAND_bytes(serial, sizeof serial) != 1) return openssl_error("begin a certificate");
  serial[0] &= 0x7F;  // positive
  const std::unique_ptr<BIGNUM, Free<BN_free>> number(BN_bin2bn(serial, sizeof serial, nullptr));
  std::time_t from = Clock::to_time_t(now - kBackdate);
  std::time_t until = Clock::to_time_t(now + life);
  if (X509_set_version(certificate.get(), 2) != 1 ||
      BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate.get())) == nullptr ||
      X509_time_adj(X509_getm_notBefore(certificate.get()), 0, &from) == nullptr ||
      X509_time_adj(X509_getm_notAfter(certificate.get()), 0, &until) == nullptr ||
      X509_set_pubkey(certificate.get(), key) != 1) {
    return openssl_error("begin a certificate");
  }
  return certificate;
}

std::string alternative_names(const CertificateNames& names) {
  std::string text;
  for (const auto& host : names.hosts) text += (text.empty() ? "DNS:" : ",DNS:") + host;
  for (const auto& address : names.addresses) text += (text.empty() ? "IP:" : ",IP:") + address;
  return text;
}

CertificateNames names_of(X509* certificate) {
  CertificateNames names;
  char common[256] = {};
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, common, sizeof common);
  names.common_name = common;
  const AlternativeNames others(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; i < sk_GENERAL_NAME_num(others.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(others.get(), i);
    if (name->type == GEN_DNS) {
      names.hosts.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName)),
                               static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName)));
    } else if (name->type == GEN_IPADD) {
      const bool v4 = ASN1_STRING_length(name->d.iPAddress) == 4;
      char text[INET6_ADDRSTRLEN] = {};
      inet_ntop(v4 ? AF_INET : AF_INET6, ASN1_STRING_get0_data(name->d.iPAddress), text, sizeof text);
      names.addresses.emplace_back(text);
    }
  }
  return names;
}

Clock::time_point moment(const ASN1_TIME* time) {
  std::tm parts{};
  ASN1_TIME_to_tm(time, &parts);
  return Clock::from_time_t(timegm(&parts));
}

CertificateFacts facts_of(X509* certificate) {
  return {.names = names_of(certificate),
          .not_before = moment(X509_get0_notBefore(certificate)),
          .not_after = moment(X509_get0_notAfter(certificate))};
}

}  // namespace

void CertificateAuthority::Deleter::operator()(evp_pkey_st* key) const { EVP_PKEY_free(key); }
void CertificateAuthority::Deleter::operator()(x509_st* certificate) const { X509_free(certificate); }
CertificateAuthority::CertificateAuthority(CertificateAuthority&&) noexcept = default;
CertificateAuthority& CertificateAuthority::operator=(CertificateAuthority&&) noexcept = default;
CertificateAuthority::~CertificateAuthority() = default;

Result<CertificateAuthority> CertificateAuthority::open(const std::string& directory, const std::string& cluster) {
  const std::string certificate_path = directory + "/ca.crt";
  const std::string key_path = directory + "/ca.key";
  auto have_certificate = read_file(certificate_path);
  if (!have_certificate) return std::move(have_certificate).error();
  auto have_key = read_file(key_path);
  if (!have_key) return std::move(have_key).error();
  // The key is written first: one without a certificate never signed anything.
  if (have_certificate->has_value() && !have_key->has_value()) {
    return Error{key_path + " is missing: put it back, or remove " + certificate_path +
                 " as well to let a new authority be made"};
  }
  CertificateAuthority authority;
  if (have_certificate->has_value()) {
    auto certificate = certificate_from(certificate_path);
    if (!certificate) return std::move(certificate).error();
    auto key = key_from(key_path);
    if (!key) return std::move(key).error();
    authority.own_.reset(certificate->release());
    authority.key_.reset(key->release());
    if (X509_check_private_key(authority.own_.get(), authority.key_.get()) != 1) {
      return openssl_error(key_path + " does not belong to " + certificate_path);
    }
    authority.pem_ = std::move(**have_certificate);
    return authority;
  }
  MURDER_TRY(make_directory(directory, {.mode = 0700}));
  Key key(EVP_EC_gen("P-256"));
  if (!key) return openssl_error("make the authority's key");
  auto begun = begin(key.get(), Clock::now(), kAuthorityLife);
  if (!begun) return std::move(begun).error();
  X509* own = begun->get();
  X509_NAME* name = X509_get_subject_name(own);
  if (!set_name(name, "cyrus-murder " + cluster) || X509_set_issuer_name(own, name) != 1 ||
      !add(own, own, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") ||
      !add(own, own, NID_key_usage, "critical,keyCertSign,cRLSign") ||
      !add(own, own, NID_subject_key_identifier, "hash") || X509_sign(own, key.get(), EVP_sha256()) == 0) {
    return openssl_error("make the authority's certificate");
  }
  auto pem = to_pem(own);
  if (!pem) return std::move(pem).error();
  auto key_pem = to_pem(key.get());
  if (!key_pem) return std::move(key_pem).error();
  MURDER_TRY(write_file(key_path, *key_pem, {.mode = 0600}));
  MURDER_TRY(write_file(certificate_path, *pem, {.mode = 0600}));
  authority.own_.reset(begun->release());
  authority.key_.reset(key.release());
  authority.pem_ = std::move(*pem);
  return authority;
}

bool CertificateAuthority::is_current(const std::string& certificate_path, const std::string& key_path,
                                      const CertificateNames& names, Clock::time_point now) const {
  const auto certificate = certificate_from(certificate_path);
  const auto key = key_from(key_path);
  const bool current = certificate && key && X509_check_private_key(certificate->get(), key->get()) == 1 &&
                       X509_verify(certificate->get(), key_.get()) == 1 && names_of(certificate->get()) == names &&
                       !is_due(facts_of(certificate->get()), now);
  ERR_clear_error();
  return current;
}

Result<bool> CertificateAuthority::ensure(const std::string& certificate_path, const std::string& key_path,
                                          const CertificateNames& names, CertificateUse use, const Access& access,
                                          Clock::time_point now) const {
  if (is_current(certificate_path, key_path, names, now)) return false;
  const Key key(EVP_EC_gen("P-256"));
  if (!key) return openssl_error("make a key");
  auto begun = begin(key.get(), now, kLife);
  if (!begun) return std::move(begun).error();
  X509* made = begun->get();
  const bool both = use == CertificateUse::ServerAndClient;
  const auto others = alternative_names(names);
  if (!set_name(X509_get_subject_name(made), names.common_name) ||
      X509_set_issuer_name(made, X509_get_subject_name(own_.get())) != 1 ||
      !add(made, own_.get(), NID_basic_constraints, "critical,CA:FALSE") ||
      !add(made, own_.get(), NID_key_usage, "critical,digitalSignature") ||
      !add(made, own_.get(), NID_ext_key_usage, both ? "serverAuth,clientAuth" : "clientAuth") ||
      !add(made, own_.get(), NID_authority_key_identifier, "keyid") ||
      (!others.empty() && !add(made, own_.get(), NID_subject_alt_name, others)) ||
      X509_sign(made, key_.get(), EVP_sha256()) == 0) {
    return openssl_error("make a certificate for " + names.common_name);
  }
  auto pem = to_pem(made);
  if (!pem) return std::move(pem).error();
  auto key_pem = to_pem(key.get());
  if (!key_pem) return std::move(key_pem).error();
  MURDER_TRY(write_file(key_path, *key_pem, access));
  MURDER_TRY(write_file(certificate_path, *pem, access));
  return true;
}

Result<CertificateFacts> read_certificate(const std::string& path) {
  const auto certificate = certificate_from(path);
  if (!certificate) return certificate.error();
  return facts_of(certificate->get());
}

bool is_due(const CertificateFacts& facts, Clock::time_point now) {
  return now < facts.not_before || now + (facts.not_after - facts.not_before) / 3 > facts.not_after;
}

}  // namespace murder::local
