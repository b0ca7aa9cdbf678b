// A local murder's certificates as files: pki/ decides and makes them, here they are read and written.
#pragma once

#include <string>

#include "base/result.h"
#include "operator/local/durable_file.h"
#include "operator/pki/authority.h"

namespace murder::local {

// Loads DIRECTORY/ca.crt and ca.key, or makes both. One without the other is an error: a new authority would cut off
// everything the old one signed.
Result<pki::CertificateAuthority> open_authority(const std::string& directory, const std::string& cluster,
                                                 pki::Clock::time_point now);

// Where a certificate and its key are.
struct CertificatePaths {
  std::string certificate, key;
};

// Makes both anew unless they are current. True when they were made.
Result<bool> ensure_certificate(const pki::CertificateAuthority& authority, const CertificatePaths& paths,
                                const pki::CertificateNames& names, pki::CertificateUse use, const Access& access,
                                pki::Clock::time_point now);

}  // namespace murder::local
