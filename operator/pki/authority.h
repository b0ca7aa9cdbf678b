// The cluster's own certification authority and what it signs: each agent's certificate, the operator's, and those that
// frontends show to clients. ECDSA P-256 throughout; the authority lives ten years, what it signs one year and never
// longer than the authority. Everything begins five minutes before it is made, for the peers whose clocks are behind.
//
// Works on text: where it is kept (a Secret, files) is the caller's matter.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "operator/pki/certificate.h"

struct evp_pkey_st;
struct x509_st;

namespace murder::pki {

// PEM of both.
struct KeyPair {
  std::string certificate, key;
};

class CertificateAuthority {
 public:
  static Result<CertificateAuthority> make(std::string_view cluster, Clock::time_point now);

  // What make() once made. Refused: a key that belongs to another certificate, a certificate that is no authority's.
  // One whose time has passed is taken: facts_of(certificate()) tells.
  static Result<CertificateAuthority> from_pem(std::string_view certificate, std::string_view key);

  CertificateAuthority(CertificateAuthority&&) noexcept;
  CertificateAuthority& operator=(CertificateAuthority&&) noexcept;
  ~CertificateAuthority();

  // PEM, as they were made or given.
  const std::string& certificate() const { return certificate_; }
  const std::string& key() const { return key_; }

  // A new key and a certificate for it. Refused: no name at all, a host that is none, an address that is none, an
  // authority whose own time is over. A common name of more than 64 bytes is cut there, if there are hosts or
  // addresses.
  Result<KeyPair> issue(const CertificateNames& names, CertificateUse use, Clock::time_point now) const;

  // Whether the pair can stay: signed by this authority, for exactly these names (in any order) and this use, with the
  // key that it is for, and not due. Text that is neither certificate nor key is not current.
  bool is_current(std::string_view certificate, std::string_view key, const CertificateNames& names, CertificateUse use,
                  Clock::time_point now) const;

 private:
  struct Deleter {
    void operator()(evp_pkey_st* key) const;
    void operator()(x509_st* certificate) const;
  };
  CertificateAuthority() = default;

  std::unique_ptr<evp_pkey_st, Deleter> signer_;
  std::unique_ptr<x509_st, Deleter> own_;
  std::string certificate_, key_;
};

}  // namespace murder::pki
