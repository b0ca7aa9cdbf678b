#include "operator/local/certificates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "operator/local/test_directory.h"

namespace murder::local {
namespace {

using ::testing::HasSubstr;
using namespace std::chrono_literals;

const pki::CertificateNames kNames{"be1.mail.test", {"be1.mail.test", "localhost"}, {"127.34.1.1"}};

class Certificates : public ::testing::Test {
 protected:
  Result<bool> ensure(const pki::CertificateNames& names = kNames, pki::Clock::duration later = 0s) {
    auto authority = open_authority(pki_directory(), "mail", pki::Clock::now());
    if (!authority) return authority.error();
    return ensure_certificate(*authority, {crt(), key()}, names, pki::CertificateUse::ServerAndClient, {.mode = 0600},
                              pki::Clock::now() + later);
  }
  std::string pki_directory() const { return directory_ / "pki"; }
  std::string crt() const { return directory_ / "be1.crt"; }
  std::string key() const { return directory_ / "be1.key"; }
  TestDirectory directory_;
};

TEST_F(Certificates, AreMadeOnce) {
  EXPECT_TRUE(*ensure());
  EXPECT_FALSE(*ensure());
  EXPECT_EQ(pki::facts_of(**read_file(crt()))->names, kNames);
  // OpenSSL's own judgement.
  const auto verify =
      "openssl verify -verify_hostname be1.mail.test -verify_ip 127.34.1.1 -purpose sslserver -CAfile " +
      pki_directory() + "/ca.crt " + crt() + " >/dev/null 2>&1";
  EXPECT_EQ(std::system(verify.c_str()), 0);
}

TEST_F(Certificates, AreMadeAnewForOtherNamesAndInTime) {
  ASSERT_TRUE(*ensure());
  auto other = kNames;
  other.addresses = {"127.34.1.2"};
  EXPECT_TRUE(*ensure(other));
  EXPECT_FALSE(*ensure(other, 24h * 200));
  EXPECT_TRUE(*ensure(other, 24h * 260));
}

TEST_F(Certificates, OfAnotherAuthorityAreMadeAnew) {
  ASSERT_TRUE(*ensure());
  std::filesystem::remove_all(pki_directory());
  EXPECT_TRUE(*ensure());
}

TEST_F(Certificates, AnAuthorityThatLostItsKeyIsAnError) {
  ASSERT_TRUE(*ensure());
  std::filesystem::remove(pki_directory() + "/ca.key");
  EXPECT_THAT(ensure().error().message, HasSubstr("ca.key is missing"));
}

}  // namespace
}  // namespace murder::local
