#include "operator/pki/authority.h"

#include <arpa/inet.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <optional>

#include "operator/pki/openssl.h"

namespace murder::pki {
namespace {

using openssl::AlternativeNames;
using openssl::Certificate;
using openssl::Extension;
using openssl::Key;

constexpr auto kAuthorityLife = std::chrono::hours(24) * 3650;
constexpr auto kLife = std::chrono::hours(24) * 365;
constexpr auto kBackdate = std::chrono::minutes(5);
constexpr std::size_t kLongestCommonName = 64;  // ub-common-name, RFC 5280 appendix A.1
constexpr std::size_t kLongestHost = 253;

struct Life {
  Clock::time_point from, until;
};

bool add(X509* certificate, X509* issuer, int id, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, id, value));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool set_common_name(X509_NAME* name, std::string_view text) {
  return X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()),
                                    -1, 0) == 1;
}

std::string cut(std::string_view common_name) { return std::string(common_name.substr(0, kLongestCommonName)); }

// A certificate with serial number, times and key, without name and extensions.
Result<Certificate> begin(EVP_PKEY* key, const Life& life) {
  Certificate certificate(X509_new());
  std::array<unsigned char, 16> serial{};
  if (!certificate || RAND_bytes(serial.data(), serial.size()) != 1) return openssl::error("begin a certificate");
  serial[0] &= 0x7F;  // positive
  const openssl::Number number(BN_bin2bn(serial.data(), serial.size(), nullptr));
  std::time_t from = Clock::to_time_t(life.from);
  std::time_t until = Clock::to_time_t(life.until);
  if (X509_set_version(certificate.get(), 2) != 1 ||
      BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate.get())) == nullptr ||
      X509_time_adj(X509_getm_notBefore(certificate.get()), 0, &from) == nullptr ||
      X509_time_adj(X509_getm_notAfter(certificate.get()), 0, &until) == nullptr ||
      X509_set_pubkey(certificate.get(), key) != 1) {
    return openssl::error("begin a certificate");
  }
  return certificate;
}

bool is_host(std::string_view host) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
  };
  if (host.starts_with("*.")) host.remove_prefix(2);
  return !host.empty() && host.size() <= kLongestHost && std::all_of(host.begin(), host.end(), fits);
}

// Network byte order; nothing when it is no address.
std::optional<std::string> address_bytes(const std::string& text) {
  std::array<char, sizeof(in6_addr)> bytes{};
  if (inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) return std::string(bytes.data(), sizeof(in_addr));
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) return std::string(bytes.data(), sizeof(in6_addr));
  return {};
}

bool add_name(GENERAL_NAMES* names, int type, std::string_view bytes) {
  std::unique_ptr<GENERAL_NAME, openssl::Free<GENERAL_NAME_free>> name(GENERAL_NAME_new());
  std::unique_ptr<ASN1_STRING, openssl::Free<ASN1_STRING_free>> value(
      ASN1_STRING_type_new(type == GEN_DNS ? V_ASN1_IA5STRING : V_ASN1_OCTET_STRING));
  if (!name || !value || ASN1_STRING_set(value.get(), bytes.data(), static_cast<int>(bytes.size())) != 1) return false;
  GENERAL_NAME_set0_value(name.get(), type, value.release());
  if (sk_GENERAL_NAME_push(names, name.get()) == 0) return false;
  static_cast<void>(name.release());
  return true;
}

// Made as values: text of OpenSSL's configuration language would let a name bring others along.
Result<AlternativeNames> alternative_names(const CertificateNames& names) {
  AlternativeNames made(sk_GENERAL_NAME_new_null());
  for (const auto& host : names.hosts) {
    if (!is_host(host)) return Error{"\"" + host + "\" is no host name"};
    if (!add_name(made.get(), GEN_DNS, host)) return openssl::error("name " + host);
  }
  for (const auto& address : names.addresses) {
    const auto bytes = address_bytes(address);
    if (!bytes) return Error{"\"" + address + "\" is no IP address"};
    if (!add_name(made.get(), GEN_IPADD, *bytes)) return openssl::error("name " + address);
  }
  return made;
}

// The same for the same names in another order or another spelling of an address.
CertificateNames comparable(CertificateNames names) {
  if (!names.hosts.empty() || !names.addresses.empty()) names.common_name = cut(names.common_name);
  for (auto& address : names.addresses) address = address_bytes(address).value_or(address);
  std::sort(names.hosts.begin(), names.hosts.end());
  std::sort(names.addresses.begin(), names.addresses.end());
  return names;
}

}  // namespace

void CertificateAuthority::Deleter::operator()(evp_pkey_st* key) const { EVP_PKEY_free(key); }
void CertificateAuthority::Deleter::operator()(x509_st* certificate) const { X509_free(certificate); }
CertificateAuthority::CertificateAuthority(CertificateAuthority&&) noexcept = default;
CertificateAuthority& CertificateAuthority::operator=(CertificateAuthority&&) noexcept = default;
CertificateAuthority::~CertificateAuthority() = default;

Result<CertificateAuthority> CertificateAuthority::make(std::string_view cluster, Clock::time_point now) {
  Key key(EVP_EC_gen("P-256"));
  if (!key) return openssl::error("make the authority's key");
  auto begun = begin(key.get(), {.from = now - kBackdate, .until = now + kAuthorityLife});
  if (!begun) return std::move(begun).error();
  X509* own = begun->get();
  X509_NAME* name = X509_get_subject_name(own);
  if (!set_common_name(name, cut("cyrus-murder " + std::string(cluster))) || X509_set_issuer_name(own, name) != 1 ||
      !add(own, own, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") ||
      !add(own, own, NID_key_usage, "critical,keyCertSign,cRLSign") ||
      !add(own, own, NID_subject_key_identifier, "hash") || X509_sign(own, key.get(), EVP_sha256()) == 0) {
    return openssl::error("make the authority's certificate");
  }
  auto certificate_pem = openssl::to_pem(own);
  if (!certificate_pem) return std::move(certificate_pem).error();
  auto key_pem = openssl::to_pem(key.get());
  if (!key_pem) return std::move(key_pem).error();
  CertificateAuthority authority;
  authority.own_.reset(begun->release());
  authority.signer_.reset(key.release());
  authority.certificate_ = std::move(*certificate_pem);
  authority.key_ = std::move(*key_pem);
  return authority;
}

Result<CertificateAuthority> CertificateAuthority::from_pem(std::string_view certificate, std::string_view key) {
  auto own = openssl::certificate_from(certificate);
  if (!own) return std::move(own).error().in("the authority's certificate");
  auto signer = openssl::key_from(key);
  if (!signer) return std::move(signer).error().in("the authority's key");
  if (X509_check_private_key(own->get(), signer->get()) != 1) {
    return openssl::error("the authority's key does not belong to its certificate");
  }
  if (X509_check_ca(own->get()) != 1) return Error{"the authority's certificate may not sign others: no CA:TRUE"};
  CertificateAuthority authority;
  authority.own_.reset(own->release());
  authority.signer_.reset(signer->release());
  authority.certificate_ = certificate;
  authority.key_ = key;
  return authority;
}

Result<KeyPair> CertificateAuthority::issue(const CertificateNames& names, CertificateUse use,
                                            Clock::time_point now) const {
  const auto what = "a certificate for " + names.common_name;
  if (names.common_name.empty()) return Error{"a certificate needs a common name"};
  const auto others = alternative_names(names);
  if (!others) return others.error().in(what);
  const bool has_others = sk_GENERAL_NAME_num(others->get()) > 0;
  if (!has_others && names.common_name.size() > kLongestCommonName) {
    return Error{what + ": longer than the " + std::to_string(kLongestCommonName) +
                 " bytes that a common name may have"};
  }
  const auto own = facts_of(certificate_);
  if (!own) return own.error();
  const Life life{.from = now - kBackdate, .until = std::min<Clock::time_point>(now + kLife, own->not_after)};
  if (life.until <= now) return Error{what + ": the authority's own certificate is no longer valid"};

  const Key key(EVP_EC_gen("P-256"));
  if (!key) return openssl::error("make a key");
  const auto begun = begin(key.get(), life);
  if (!begun) return begun.error();
  X509* made = begun->get();
  const bool both = use == CertificateUse::ServerAndClient;
  if (!set_common_name(X509_get_subject_name(made), cut(names.common_name)) ||
      X509_set_issuer_name(made, X509_get_subject_name(own_.get())) != 1 ||
      !add(made, own_.get(), NID_basic_constraints, "critical,CA:FALSE") ||
      !add(made, own_.get(), NID_key_usage, "critical,digitalSignature") ||
      !add(made, own_.get(), NID_ext_key_usage, both ? "serverAuth,clientAuth" : "clientAuth") ||
      !add(made, own_.get(), NID_authority_key_identifier, "keyid") ||
      (has_others && X509_add1_ext_i2d(made, NID_subject_alt_name, others->get(), 0, X509V3_ADD_DEFAULT) != 1) ||
      X509_sign(made, signer_.get(), EVP_sha256()) == 0) {
    return openssl::error("make " + what);
  }
  auto certificate_pem = openssl::to_pem(made);
  if (!certificate_pem) return std::move(certificate_pem).error();
  auto key_pem = openssl::to_pem(key.get());
  if (!key_pem) return std::move(key_pem).error();
  return KeyPair{.certificate = std::move(*certificate_pem), .key = std::move(*key_pem)};
}

bool CertificateAuthority::is_current(std::string_view certificate_pem, std::string_view key_pem,
                                      const CertificateNames& names, CertificateUse use, Clock::time_point now) const {
  const auto certificate = openssl::certificate_from(certificate_pem);
  const auto key = openssl::key_from(key_pem);
  const auto facts = facts_of(certificate_pem);
  const auto is_ours = [&] {
    return X509_check_issued(own_.get(), certificate->get()) == X509_V_OK &&
           X509_verify(certificate->get(), signer_.get()) == 1;
  };
  const auto is_for_this_use = [&] {
    return facts->for_clients && facts->for_servers == (use == CertificateUse::ServerAndClient);
  };
  const bool current = certificate && key && facts && is_ours() &&
                       X509_check_private_key(certificate->get(), key->get()) == 1 && is_for_this_use() &&
                       comparable(facts->names) == comparable(names) && !is_due(*facts, now);
  ERR_clear_error();
  return current;
}

}  // namespace murder::pki
