#include "operator/pki/certificate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "operator/pki/authority.h"
#include "operator/pki/openssl.h"

namespace murder::pki {
namespace {

using ::testing::HasSubstr;
using namespace std::chrono_literals;

// To the second, as certificates count.
const Clock::time_point kNow = Clock::from_time_t(1'800'000'000);

CertificateFacts of_a_year() { return {.not_before = kNow, .not_after = kNow + 365 * 24h}; }

TEST(Facts, AreDueWhenAThirdIsLeft) {
  EXPECT_FALSE(is_due(of_a_year(), kNow));
  EXPECT_FALSE(is_due(of_a_year(), kNow + 243 * 24h));
  EXPECT_TRUE(is_due(of_a_year(), kNow + 244 * 24h));
  EXPECT_TRUE(is_due(of_a_year(), kNow + 400 * 24h));
  EXPECT_TRUE(is_due(of_a_year(), kNow - 1s));  // not yet valid: a peer would refuse it
}

TEST(Facts, SayWhatIsInTheCertificate) {
  const auto authority = CertificateAuthority::make("mail", kNow);
  ASSERT_TRUE(authority) << authority.error().message;
  const CertificateNames names{"be1", {"be1.mail.test", "*.mail.test"}, {"127.34.1.1", "fd00::1"}};
  const auto pair = authority->issue(names, CertificateUse::ServerAndClient, kNow);
  ASSERT_TRUE(pair) << pair.error().message;
  const auto facts = facts_of(pair->certificate);
  ASSERT_TRUE(facts) << facts.error().message;
  EXPECT_EQ(facts->names, names);
  EXPECT_TRUE(facts->for_servers);
  EXPECT_TRUE(facts->for_clients);
  EXPECT_EQ(facts->not_before, kNow - 5min);
  EXPECT_EQ(facts->not_after, kNow + 365 * 24h);
}

// OpenSSL stops at nothing here: what the clock cannot hold, addresses of no length, no usages, no names.
TEST(Facts, OfAStrangeCertificate) {
  const openssl::Key key(EVP_EC_gen("P-256"));
  const openssl::Certificate strange(X509_new());
  ASN1_TIME_set_string(X509_getm_notBefore(strange.get()), "500101000000Z");
  ASN1_TIME_set_string(X509_getm_notAfter(strange.get()), "99991231235959Z");
  X509_set_pubkey(strange.get(), key.get());
  const openssl::AlternativeNames names(sk_GENERAL_NAME_new_null());
  GENERAL_NAME* short_address = GENERAL_NAME_new();
  ASN1_OCTET_STRING* bytes = ASN1_OCTET_STRING_new();
  ASN1_OCTET_STRING_set(bytes, reinterpret_cast<const unsigned char*>("\x7f"), 1);
  GENERAL_NAME_set0_value(short_address, GEN_IPADD, bytes);
  sk_GENERAL_NAME_push(names.get(), short_address);
  X509_add1_ext_i2d(strange.get(), NID_subject_alt_name, names.get(), 0, X509V3_ADD_DEFAULT);
  ASSERT_NE(X509_sign(strange.get(), key.get(), EVP_sha256()), 0);

  const auto facts = facts_of(*openssl::to_pem(strange.get()));
  ASSERT_TRUE(facts) << facts.error().message;
  EXPECT_EQ(facts->names, CertificateNames{});
  EXPECT_TRUE(facts->for_servers && facts->for_clients);
  EXPECT_EQ(facts->not_before, Clock::time_point());
  EXPECT_GT(facts->not_after, kNow);
  EXPECT_FALSE(is_due(*facts, kNow));
}

TEST(Facts, OfWhatIsNoCertificateAreAnError) {
  EXPECT_THAT(facts_of("").error().message, HasSubstr("not a certificate in PEM"));
  EXPECT_THAT(facts_of("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").error().message,
              HasSubstr("not a certificate in PEM"));
}

// Whatever a Secret holds: an error or facts, and no byte past its end is read (ASan).
TEST(Facts, OfEveryPrefix) {
  const auto authority = CertificateAuthority::make("mail", kNow);
  ASSERT_TRUE(authority);
  const auto& pem = authority->certificate();
  for (std::size_t size = 0; size < pem.size() - 1; ++size) {
    EXPECT_FALSE(facts_of(std::string(pem, 0, size))) << size;
  }
  EXPECT_TRUE(facts_of(pem));
}

}  // namespace
}  // namespace murder::pki
