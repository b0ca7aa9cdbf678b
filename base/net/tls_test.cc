#include "base/net/tls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/net/stream.h"
#include "base/net/test_listener.h"

namespace murder::net {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr auto address = "127.31.0.11";
Deadline patient() { return Deadline::in(20s); }

// A key and a certificate that signs itself, for be1.example.org and 127.31.0.11, made once.
class Tls : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    directory_ = std::filesystem::temp_directory_path() / ("tls_test." + std::to_string(::getpid()));
    std::filesystem::create_directory(directory_);
    for (const std::string name : {"server", "other"}) {
      const auto base = (directory_ / name).string();
      const auto command =
          "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=" + name +
          " -addext subjectAltName=DNS:be1.example.org,IP:" + address + " -keyout " + base + ".key -out " + base +
          ".crt 2>/dev/null";
      ASSERT_EQ(std::system(command.c_str()), 0);
    }
  }
  static void TearDownTestSuite() { std::filesystem::remove_all(directory_); }

  static std::string file(const std::string& name) { return (directory_ / name).string(); }

  // Answers each line with itself, inside TLS; with `cut` the connection then ends without TLS being told.
  static TestListener::Script echo(bool cut = false) {
    return [cut](int socket) {
      const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free);
      SSL_CTX_use_certificate_chain_file(context.get(), file("server.crt").c_str());
      SSL_CTX_use_PrivateKey_file(context.get(), file("server.key").c_str(), SSL_FILETYPE_PEM);
      const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context.get()), &SSL_free);
      SSL_set_fd(ssl.get(), socket);
      if (SSL_accept(ssl.get()) != 1) return;
      char line[100];
      const int received = SSL_read(ssl.get(), line, sizeof line);
      if (received > 0) SSL_write(ssl.get(), line, received);
      if (!cut) SSL_shutdown(ssl.get());
    };
  }

  static Status negotiate(const std::string& ca, const std::string& name, TestListener::Script script) {
    TestListener listener(address, std::move(script));
    auto stream = Stream::connect(listener.endpoint(), patient());
    if (!stream) return stream.error();
    const auto client = TlsClient::load({.ca_file = file(ca), .server_name = name});
    if (!client) return client.error();
    MURDER_TRY(stream->start_tls(*client, patient()));
    MURDER_TRY(stream->write_all("hello\r\n", patient(), "a greeting"));
    const auto line = stream->read_line(patient(), 100, "the echo");
    if (!line) return line.error();
    EXPECT_EQ(*line, "hello");
    const auto end = stream->read_line(patient(), 100, "the end");
    return end ? Error{"more than was sent"} : end.error();
  }

  static std::filesystem::path directory_;
};
std::filesystem::path Tls::directory_;

TEST_F(Tls, SpeaksToAVerifiedServer) {
  for (const auto* name : {"be1.example.org", address}) {
    const auto status = negotiate("server.crt", name, echo());
    EXPECT_THAT(status.error().message, HasSubstr(": closed the connection while waiting for the end")) << name;
  }
}

TEST_F(Tls, ACutConnectionIsNotAnEnd) {
  const auto status = negotiate("server.crt", address, echo(true));
  EXPECT_THAT(status.error().message, HasSubstr("TLS: the connection was cut while waiting for the end"));
}

TEST_F(Tls, RefusesASignerThatIsNotTrusted) {
  const auto status = negotiate("other.crt", address, echo());
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error().message, HasSubstr("TLS: the certificate does not prove to be that of"));
  EXPECT_THAT(status.error().message, HasSubstr("self-signed certificate"));
}

TEST_F(Tls, RefusesAnotherServersCertificate) {
  for (const auto* name : {"be2.example.org", "127.31.0.12"}) {
    const auto status = negotiate("server.crt", name, echo());
    ASSERT_FALSE(status) << name;
    EXPECT_THAT(status.error().message, HasSubstr("mismatch")) << name;
    EXPECT_THAT(status.error().message, HasSubstr(name));
  }
}

TEST_F(Tls, RefusesWhatWasSentInClear) {
  TestListener listener(address, [](int socket) { send_text(socket, "A01 OK begin\r\nA02 OK injected\r\n"); });
  auto stream = Stream::connect(listener.endpoint(), patient());
  ASSERT_TRUE(stream);
  // Both lines come in one segment or in two; the first read makes sure of both.
  ASSERT_TRUE(stream->read_exact(16, patient(), "the answer"));
  const auto client = TlsClient::load({.ca_file = file("server.crt"), .server_name = address});
  const auto status = stream->start_tls(*client, patient());
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error().message, HasSubstr("bytes arrived in clear before it began"));
}

TEST_F(Tls, AServerThatDoesNotSpeakTlsIsAnError) {
  const auto status = negotiate("server.crt", address, [](int socket) { send_text(socket, "* BYE what?\r\n"); });
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error().message, HasSubstr("TLS: "));
}

TEST_F(Tls, NeverTrustsUnverified) {
  const auto no_ca = TlsClient::load({.ca_file = {}, .server_name = "x"});
  ASSERT_FALSE(no_ca);
  EXPECT_THAT(no_ca.error().message, HasSubstr("never trusted unverified"));
  EXPECT_FALSE(TlsClient::load({.ca_file = file("server.crt"), .server_name = {}}));
  const auto unreadable = TlsClient::load({.ca_file = "/nowhere/ca.pem", .server_name = "x"});
  ASSERT_FALSE(unreadable);
  EXPECT_THAT(unreadable.error().message, HasSubstr("/nowhere/ca.pem"));
}

}  // namespace
}  // namespace murder::net
