#include "operator/local/certificates.h"

namespace murder::local {

Result<pki::CertificateAuthority> open_authority(const std::string& directory, const std::string& cluster,
                                                 pki::Clock::time_point now) {
  const std::string certificate_path = directory + "/ca.crt";
  const std::string key_path = directory + "/ca.key";
  auto certificate = read_file(certificate_path);
  if (!certificate) return std::move(certificate).error();
  auto key = read_file(key_path);
  if (!key) return std::move(key).error();
  if (certificate->has_value() && !key->has_value()) {
    return Error{key_path + " is missing: put it back, or remove " + certificate_path +
                 " as well to let a new authority be made"};
  }
  if (certificate->has_value()) {
    auto authority = pki::CertificateAuthority::from_pem(**certificate, **key);
    if (!authority) return std::move(authority).error().in(directory);
    return authority;
  }
  auto authority = pki::CertificateAuthority::make(cluster, now);
  if (!authority) return authority;
  MURDER_TRY(make_directory(directory, {.mode = 0700}));
  // The key first: one without a certificate never signed anything, and is made anew.
  MURDER_TRY(write_file(key_path, authority->key(), {.mode = 0600}));
  MURDER_TRY(write_file(certificate_path, authority->certificate(), {.mode = 0600}));
  return authority;
}

Result<bool> ensure_certificate(const pki::CertificateAuthority& authority, const CertificatePaths& paths,
                                const pki::CertificateNames& names, pki::CertificateUse use, const Access& access,
                                pki::Clock::time_point now) {
  auto certificate = read_file(paths.certificate);
  if (!certificate) return std::move(certificate).error();
  auto key = read_file(paths.key);
  if (!key) return std::move(key).error();
  if (authority.is_current(certificate->value_or(""), key->value_or(""), names, use, now)) return false;
  auto made = authority.issue(names, use, now);
  if (!made) return std::move(made).error();
  MURDER_TRY(write_file(paths.key, made->key, access));
  MURDER_TRY(write_file(paths.certificate, made->certificate, access));
  return true;
}

}  // namespace murder::local
