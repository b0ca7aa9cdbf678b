// The cluster's own certification authority and what it signs: each agent's certificate, the operator's, and those that
// frontends show to clients. ECDSA P-256 throughout; the authority lives ten years, what it signs one year.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "operator/local/durable_file.h"

struct evp_pkey_st;
struct x509_st;

namespace murder::local {

struct CertificateNames {
  std::string common_name;
  std::vector<std::string> hosts;
  std::vector<std::string> addresses;
  bool operator==(const CertificateNames&) const = default;
};

enum class CertificateUse { ServerAndClient, Client };

class CertificateAuthority {
 public:
  // Loads DIRECTORY/ca.crt and ca.key, or makes both. One without the other is an error: a new authority would cut off
  // everything the old one signed.
  static Result<CertificateAuthority> open(const std::string& directory, const std::string& cluster);
  CertificateAuthority(CertificateAuthority&&) noexcept;
  CertificateAuthority& operator=(CertificateAuthority&&) noexcept;
  ~CertificateAuthority();

  // PEM of the authority's own certificate.
  const std::string& certificate() const { return pem_; }

  // Makes CERTIFICATE and KEY (PEM) unless they are there, ours, for exactly these names, and good for more than a
  // third of their life yet. True when they were made anew.
  Result<bool> ensure(const std::string& certificate, const std::string& key, const CertificateNames& names,
                      CertificateUse use, const Access& access, std::chrono::system_clock::time_point now) const;

 private:
  struct Deleter {
    void operator()(evp_pkey_st* key) const;
    void operator()(x509_st* certificate) const;
  };
  CertificateAuthority() = default;
  bool is_current(const std::string& certificate, const std::string& key, const CertificateNames& names,
                  std::chrono::system_clock::time_point now) const;

  std::unique_ptr<evp_pkey_st, Deleter> key_;
  std::unique_ptr<x509_st, Deleter> own_;
  std::string pem_;
};

// For tests and `doctor`: what a certificate says.
struct CertificateFacts {
  CertificateNames names;
  std::chrono::system_clock::time_point not_before, not_after;
};
Result<CertificateFacts> read_certificate(const std::string& path);

// Less than a third of its life is left, or it has not begun.
bool is_due(const CertificateFacts& facts, std::chrono::system_clock::time_point now);

}  // namespace murder::local
