#include "operator/pki/certificate.h"

#include <arpa/inet.h>
#include <openssl/err.h>

#include <algorithm>
#include <cstdint>
#include <ctime>

#include "operator/pki/openssl.h"

namespace murder::pki {
namespace {

using std::chrono::duration_cast;
using std::chrono::seconds;

std::string bytes_of(const ASN1_STRING* text) {
  return std::string(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                     static_cast<std::size_t>(ASN1_STRING_length(text)));
}

std::string common_name_of(X509* certificate) {
  const X509_NAME* subject = X509_get_subject_name(certificate);
  const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (at < 0) return {};
  unsigned char* text = nullptr;
  const int size = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
  if (size < 0) return {};
  std::string name(reinterpret_cast<const char*>(text), static_cast<std::size_t>(size));
  OPENSSL_free(text);
  return name;
}

CertificateNames names_of(X509* certificate) {
  CertificateNames names{.common_name = common_name_of(certificate)};
  const openssl::AlternativeNames others(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; i < sk_GENERAL_NAME_num(others.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(others.get(), i);
    if (name->type == GEN_DNS) {
      names.hosts.push_back(bytes_of(name->d.dNSName));
    } else if (name->type == GEN_IPADD) {
      const auto bytes = bytes_of(name->d.iPAddress);
      if (bytes.size() != sizeof(in_addr) && bytes.size() != sizeof(in6_addr)) continue;  // no address, then
      char text[INET6_ADDRSTRLEN] = {};
      inet_ntop(bytes.size() == sizeof(in_addr) ? AF_INET : AF_INET6, bytes.data(), text, sizeof text);
      names.addresses.emplace_back(text);
    }
  }
  return names;
}

Result<Clock::time_point> moment(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return openssl::error("not a time");
  constexpr std::int64_t kLast = duration_cast<seconds>(Clock::duration::max()).count();
  return Clock::time_point(seconds(std::clamp<std::int64_t>(timegm(&parts), 0, kLast)));
}

}  // namespace

Result<CertificateFacts> facts_of(std::string_view pem) {
  const auto certificate = openssl::certificate_from(pem);
  if (!certificate) return certificate.error();
  X509* x509 = certificate->get();
  auto not_before = moment(X509_get0_notBefore(x509));
  if (!not_before) return std::move(not_before).error().in("the certificate's beginning");
  auto not_after = moment(X509_get0_notAfter(x509));
  if (!not_after) return std::move(not_after).error().in("the certificate's end");
  const auto usage = X509_get_extended_key_usage(x509);  // all bits are set when the certificate does not restrict it
  CertificateFacts facts{.names = names_of(x509),
                         .for_servers = (usage & XKU_SSL_SERVER) != 0,
                         .for_clients = (usage & XKU_SSL_CLIENT) != 0,
                         .not_before = *not_before,
                         .not_after = *not_after};
  ERR_clear_error();  // of parts that could not be read and count as absent
  return facts;
}

bool is_due(const CertificateFacts& facts, Clock::time_point now) {
  return now < facts.not_before || facts.not_after - now < (facts.not_after - facts.not_before) / 3;
}

}  // namespace murder::pki
