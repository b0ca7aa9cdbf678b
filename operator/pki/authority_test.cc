#include "operator/pki/authority.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>

#include "operator/pki/openssl.h"

namespace murder::pki {
namespace {

using ::testing::HasSubstr;
using namespace std::chrono_literals;
using enum CertificateUse;

const Clock::time_point kNow = Clock::from_time_t(1'800'000'000);
const CertificateNames kNames{"be1", {"be1.mail.svc", "localhost"}, {"127.34.1.1", "fd00::1"}};
constexpr auto kDay = 24h;

CertificateAuthority authority_of(std::string_view cluster = "mail", Clock::time_point now = kNow) {
  auto made = CertificateAuthority::make(cluster, now);
  EXPECT_TRUE(made) << made.error().message;
  return std::move(*made);
}

KeyPair issued(const CertificateAuthority& authority, const CertificateNames& names = kNames,
               CertificateUse use = ServerAndClient, Clock::time_point now = kNow) {
  auto pair = authority.issue(names, use, now);
  EXPECT_TRUE(pair) << pair.error().message;
  return std::move(*pair);
}

// OpenSSL's own judgement, as a peer would make it: purpose is sslserver or sslclient.
std::string judged(const std::string& trusted, const std::string& pem, const char* purpose, const char* host,
                   Clock::time_point when) {
  const auto own = openssl::certificate_from(trusted);
  const auto leaf = openssl::certificate_from(pem);
  const std::unique_ptr<X509_STORE, openssl::Free<X509_STORE_free>> store(X509_STORE_new());
  X509_STORE_add_cert(store.get(), own->get());
  const std::unique_ptr<X509_STORE_CTX, openssl::Free<X509_STORE_CTX_free>> context(X509_STORE_CTX_new());
  X509_STORE_CTX_init(context.get(), store.get(), leaf->get(), nullptr);
  X509_STORE_CTX_set_default(context.get(), purpose);
  auto* parameters = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_time(parameters, Clock::to_time_t(when));
  X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_X509_STRICT);
  if (*host != '\0') X509_VERIFY_PARAM_set1_host(parameters, host, 0);
  if (X509_verify_cert(context.get()) == 1) return "ok";
  return X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get()));
}

TEST(Authority, IssuesWhatPeersAccept) {
  const auto authority = authority_of();
  const auto pair = issued(authority);
  const auto& ca = authority.certificate();
  EXPECT_EQ(judged(ca, pair.certificate, "ssl_server", "be1.mail.svc", kNow), "ok");
  EXPECT_EQ(judged(ca, pair.certificate, "ssl_client", "", kNow), "ok");
  EXPECT_EQ(judged(ca, pair.certificate, "ssl_server", "be2.mail.svc", kNow), "hostname mismatch");
  // A peer whose clock is four minutes behind, and one of next year.
  EXPECT_EQ(judged(ca, pair.certificate, "ssl_server", "localhost", kNow - 4min), "ok");
  EXPECT_EQ(judged(ca, pair.certificate, "ssl_server", "localhost", kNow + 366 * kDay), "certificate has expired");

  const auto client = issued(authority, {.common_name = "operator", .hosts = {"operator"}}, Client);
  EXPECT_EQ(judged(ca, client.certificate, "ssl_client", "", kNow), "ok");
  EXPECT_NE(judged(ca, client.certificate, "ssl_server", "operator", kNow), "ok");
}

TEST(Authority, ComesBackFromItsText) {
  const auto made = authority_of();
  const auto again = CertificateAuthority::from_pem(made.certificate(), made.key());
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->certificate(), made.certificate());
  EXPECT_EQ(again->key(), made.key());
  const auto pair = issued(*again);
  EXPECT_TRUE(made.is_current(pair.certificate, pair.key, kNames, ServerAndClient, kNow));
}

TEST(Authority, IsNotMadeOfOtherText) {
  const auto one = authority_of();
  const auto other = authority_of();
  const auto leaf = issued(one);
  const auto refusal = [](std::string_view certificate, std::string_view key) {
    const auto authority = CertificateAuthority::from_pem(certificate, key);
    return authority ? "accepted" : authority.error().message;
  };
  EXPECT_THAT(refusal("", one.key()), HasSubstr("the authority's certificate: not a certificate in PEM"));
  EXPECT_THAT(refusal(one.certificate(), ""), HasSubstr("the authority's key: not an unencrypted private key"));
  EXPECT_THAT(refusal(one.certificate(), other.key()), HasSubstr("does not belong"));
  EXPECT_THAT(refusal(leaf.certificate, leaf.key), HasSubstr("no CA:TRUE"));
}

// With a terminal OpenSSL would ask there, and the operator would wait for ever.
TEST(Authority, AsksNobodyForThePasswordOfAKey) {
  const auto authority = authority_of();
  const auto key = openssl::key_from(authority.key());
  const openssl::Bio bio(BIO_new(BIO_s_mem()));
  char password[] = "secret";
  PEM_write_bio_PKCS8PrivateKey(bio.get(), key->get(), EVP_aes_256_cbc(), password, 6, nullptr, nullptr);
  char* bytes = nullptr;
  const auto size = static_cast<std::size_t>(BIO_get_mem_data(bio.get(), &bytes));
  EXPECT_FALSE(CertificateAuthority::from_pem(authority.certificate(), std::string_view(bytes, size)));
}

TEST(Authority, IssuesEachTimeAnotherKey) {
  const auto authority = authority_of();
  EXPECT_NE(issued(authority).key, issued(authority).key);
}

TEST(Authority, WhatIsCurrent) {
  const auto authority = authority_of();
  const auto pair = issued(authority);
  const auto current = [&](const CertificateNames& names = kNames, CertificateUse use = ServerAndClient,
                           Clock::time_point now = kNow) {
    return authority.is_current(pair.certificate, pair.key, names, use, now);
  };
  EXPECT_TRUE(current());
  EXPECT_TRUE(current({"be1", {"localhost", "be1.mail.svc"}, {"fd00:0::1", "127.34.1.1"}}));  // the same names
  EXPECT_FALSE(current({"be2", kNames.hosts, kNames.addresses}));
  EXPECT_FALSE(current({"be1", {"be1.mail.svc"}, kNames.addresses}));
  EXPECT_FALSE(current({"be1", {"be1.mail.svc", "localhost", "more.mail.svc"}, kNames.addresses}));
  EXPECT_FALSE(current({"be1", kNames.hosts, {"127.34.1.1", "fd00::2"}}));
  EXPECT_FALSE(current(kNames, Client));
  EXPECT_TRUE(current(kNames, ServerAndClient, kNow + 240 * kDay));
  EXPECT_FALSE(current(kNames, ServerAndClient, kNow + 250 * kDay));
  EXPECT_FALSE(current(kNames, ServerAndClient, kNow - kDay));

  const auto client = issued(authority, kNames, Client);
  EXPECT_TRUE(authority.is_current(client.certificate, client.key, kNames, Client, kNow));
  EXPECT_FALSE(authority.is_current(client.certificate, client.key, kNames, ServerAndClient, kNow));
  EXPECT_FALSE(authority.is_current(pair.certificate, client.key, kNames, ServerAndClient, kNow));
  EXPECT_FALSE(authority.is_current("", "", kNames, ServerAndClient, kNow));
  // The authority itself is nobody's agent.
  EXPECT_FALSE(authority.is_current(authority.certificate(), authority.key(), kNames, ServerAndClient, kNow));
}

// The same name and another key: an authority that was made anew.
TEST(Authority, DoesNotTakeAnothersCertificates) {
  const auto pair = issued(authority_of());
  EXPECT_FALSE(authority_of().is_current(pair.certificate, pair.key, kNames, ServerAndClient, kNow));
}

TEST(Authority, EveryDamageIsNoticed) {
  const auto authority = authority_of();
  const auto pair = issued(authority);
  const auto begin = pair.certificate.find('\n') + 1;
  const auto end = pair.certificate.find("-----END");
  for (auto at = begin; at < end; ++at) {
    auto damaged = pair.certificate;
    if (damaged[at] == '\n' || damaged[at] == '=') continue;
    damaged[at] = damaged[at] == 'A' ? 'B' : 'A';
    // The last character before padding has bits that mean nothing.
    if (damaged[at + 1] == '=') continue;
    EXPECT_FALSE(authority.is_current(damaged, pair.key, kNames, ServerAndClient, kNow)) << at;
  }
}

TEST(Authority, NothingOutlivesIt) {
  const auto authority = authority_of();
  const auto end = facts_of(authority.certificate())->not_after;
  EXPECT_EQ(end, kNow + 3650 * kDay);
  EXPECT_EQ(facts_of(issued(authority, kNames, Client, end - 30 * kDay).certificate)->not_after, end);
  EXPECT_THAT(authority.issue(kNames, Client, end).error().message, HasSubstr("no longer valid"));
}

TEST(Authority, RefusesWhatIsNoName) {
  const auto authority = authority_of();
  const auto refusal = [&](const CertificateNames& names) {
    const auto pair = authority.issue(names, Client, kNow);
    return pair ? "issued" : pair.error().message;
  };
  EXPECT_THAT(refusal({}), HasSubstr("needs a common name"));
  // What OpenSSL's configuration language would take for two names.
  EXPECT_THAT(refusal({"be1", {"a.test,DNS:b.test"}, {}}), HasSubstr("\"a.test,DNS:b.test\" is no host name"));
  EXPECT_THAT(refusal({"be1", {""}, {}}), HasSubstr("no host name"));
  EXPECT_THAT(refusal({"be1", {}, {"127.0.0.256"}}), HasSubstr("\"127.0.0.256\" is no IP address"));
  EXPECT_THAT(refusal({std::string(65, 'a'), {}, {}}), HasSubstr("64 bytes"));
}

// A pod's name in the DNS of a namespace with a long name is longer than a common name can be.
TEST(Authority, TakesLongHostNames) {
  const std::string host = std::string(63, 'a') + ".mail-backends." + std::string(63, 'n') + ".svc.cluster.local";
  const CertificateNames names{host, {host}, {}};
  const auto authority = authority_of(std::string(100, 'c'));
  const auto pair = issued(authority, names);
  EXPECT_TRUE(authority.is_current(pair.certificate, pair.key, names, ServerAndClient, kNow));
  EXPECT_EQ(facts_of(pair.certificate)->names.common_name, host.substr(0, 64));
  EXPECT_EQ(judged(authority.certificate(), pair.certificate, "ssl_server", host.c_str(), kNow), "ok");
}

}  // namespace
}  // namespace murder::pki
