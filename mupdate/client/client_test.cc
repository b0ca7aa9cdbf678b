// What a real server would hardly do, played by a script. What it does do is in client_e2e.cc.
#include "mupdate/client/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "base/net/test_listener.h"

namespace murder::mupdate {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;

constexpr auto address = "127.31.0.20";
constexpr std::string_view banner = "* AUTH \"PLAIN\"\r\n* OK MUPDATE \"m\" \"Cyrus IMAP\" \"3.6.1\" \"(master)\"\r\n";

// Banner, and OK to AUTHENTICATE "PLAIN" with an initial response: two literals, so three lines.
void let_in(int socket) {
  net::send_text(socket, banner);
  for (int line = 0; line < 3; ++line) net::receive_line(socket);
  net::send_text(socket, "X0 OK \"Authenticated\"\r\n");
}

// What is said of a FIND (X1) that is answered with `answer`.
struct Heard {
  Result<std::optional<Entry>> entry;
  bool is_alive;
};
Heard find(std::string_view answer, std::chrono::milliseconds timeout = 20s) {
  net::TestListener listener(address, [&](int socket) {
    let_in(socket);
    net::receive_line(socket);
    net::receive_line(socket);
    net::send_text(socket, answer);
    if (!answer.empty()) ::shutdown(socket, SHUT_WR);
    net::receive_all(socket);
  });
  auto client =
      Client::connect({.endpoint = listener.endpoint(), .username = "u", .password = "p", .timeout = timeout});
  if (!client) return {client.error(), false};
  auto entry = client->find("user.x");
  return {std::move(entry), !client->failure()};
}

TEST(Client, TakesAnEntry) {
  const auto heard = find("X1 MAILBOX \"user.x\" \"be1!p1\" \"a\tl\t\"\r\nX1 OK \"Search completed\"\r\n");
  ASSERT_TRUE(heard.entry) << heard.entry.error().message;
  EXPECT_EQ(*heard.entry, Entry(State::Active, "user.x", "be1!p1", "a\tl\t"));
  EXPECT_TRUE(heard.is_alive);
}

TEST(Client, TakesARefusalAndGoesOn) {
  const auto heard = find("X1 NO \"not today\"\r\n");
  ASSERT_FALSE(heard.entry);
  EXPECT_THAT(heard.entry.error().message, StartsWith("FIND user.x: 127.31.0.20:"));
  EXPECT_THAT(heard.entry.error().message, HasSubstr(": NO \"not today\""));
  EXPECT_TRUE(heard.is_alive);
}

TEST(Client, EndsWithWhatItCannotUnderstand) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"X9 OK \"done\"\r\n", "OK \"done\", unasked"},
      {"* BAD \"Need command\"\r\n", "BAD \"Need command\", unasked"},
      {"* BYE \"no longer ready for connections\"\r\n", "BYE \"no longer ready for connections\", unasked"},
      {"X9 MAILBOX \"a\" \"b\" \"c\"\r\n", "a response that belongs to no command"},
      {"X1 DELETE \"a\"\r\n", "a response that belongs to no command"},
      {"* AUTH \"PLAIN\"\r\n", "a response that belongs to no command"},
      {"dGVzdA==\r\n", "a response that belongs to no command"},
      {"HTTP/1.1 400 Bad Request\r\n", "unexpected response: HTTP/1.1 400 is no response of MUPDATE"},
      {"X1 MAILBOX {99999999+}\r\n", "Literal too large"},
      {"X1 MAILBOX \"a\" \"b", "closed the connection while waiting for the answer"},
  };
  for (const auto& [answer, reason] : cases) {
    const auto heard = find(answer);
    ASSERT_FALSE(heard.entry) << answer;
    EXPECT_THAT(heard.entry.error().message, StartsWith("FIND user.x: 127.31.0.20:"));
    EXPECT_THAT(heard.entry.error().message, HasSubstr(reason));
    EXPECT_FALSE(heard.is_alive) << answer;
  }
}

TEST(Client, WaitsForASilentServerUntilTheDeadlineOnly) {
  const auto heard = find("", 100ms);
  ASSERT_FALSE(heard.entry);
  EXPECT_THAT(heard.entry.error().message, HasSubstr("no answer within 100 ms while waiting for the answer"));
  EXPECT_FALSE(heard.is_alive);
}

TEST(Client, AsksForALiteralThatWaits) {
  std::promise<std::string> asked;
  net::TestListener listener(address, [&](int socket) {
    let_in(socket);
    net::receive_line(socket);
    net::receive_line(socket);
    net::send_text(socket, "X1 RESERVE {6}\r\n");
    asked.set_value(net::receive_line(socket));
    net::send_text(socket, "user.x \"be1!\"\r\nX1 OK \"Search completed\"\r\n");
    net::receive_all(socket);
  });
  auto client = Client::connect({.endpoint = listener.endpoint(), .username = "u", .password = "p"});
  ASSERT_TRUE(client) << client.error().message;
  EXPECT_EQ(*client->find("user.x"), Entry(State::Reserved, "user.x", "be1!"));
  EXPECT_EQ(asked.get_future().get(), "+ go ahead\r\n");
}

// What connect() says to a server that says this and then nothing more.
std::string refusal(std::string_view words) {
  net::TestListener listener(address, [&](int socket) {
    net::send_text(socket, words);
    ::shutdown(socket, SHUT_WR);
    net::receive_all(socket);
  });
  const auto client = Client::connect({.endpoint = listener.endpoint(), .username = "u", .password = "p"});
  return client ? "connected" : client.error().message;
}

TEST(Client, RefusesWhatIsNoMupdateServer) {
  EXPECT_THAT(refusal("* OK IMAP4rev1 ready\r\n"), HasSubstr("instead of a banner"));
  EXPECT_THAT(refusal(std::string_view("* BYE \"Server Unable\"\r\n\0", 24)),
              HasSubstr("BYE \"Server Unable\" instead of a banner"));
  EXPECT_THAT(refusal("220 smtp ESMTP\r\n"), HasSubstr("unexpected response: 220 smtp"));
  EXPECT_THAT(refusal("\r\n"), HasSubstr("no banner of MUPDATE"));
  EXPECT_THAT(refusal(""), HasSubstr("closed the connection while waiting for the banner"));
  std::string endless;
  for (int i = 0; i < 200; ++i) endless += "* X-MORE\r\n";
  EXPECT_THAT(refusal(endless), HasSubstr("a banner without an end"));
}

TEST(Client, SaysThatTlsMayOfferMore) {
  EXPECT_THAT(refusal("* AUTH\r\n* STARTTLS\r\n* OK MUPDATE \"m\"\r\n"),
              HasSubstr("the server offers no mechanism; it may offer more inside TLS"));
}

// A server that has not proved to know the password either is not the one that was meant.
TEST(Client, DoesNotTrustASuccessThatComesTooEarly) {
  const auto words = "* AUTH \"SCRAM-SHA-256\"\r\n* OK MUPDATE \"m\"\r\nX0 OK \"Authenticated\"\r\n";
  EXPECT_THAT(refusal(words), HasSubstr("the server agreed before it had proved itself"));
}

TEST(Client, RefusesBytesThatWereInjectedBeforeTls) {
  net::TestListener listener(address, [&](int socket) {
    net::send_text(socket, "* STARTTLS\r\n* OK MUPDATE \"m\"\r\n");
    net::receive_line(socket);
    net::send_text(socket, "X0 OK \"begin\"\r\n* OK MUPDATE \"stranger\"\r\n");
    net::receive_all(socket);
  });
  // Any certificate will do: it is not looked at.
  const auto ca = std::string(MURDER_BINARY_DIR) + "/client_test_ca." + std::to_string(::getpid());
  ASSERT_EQ(std::system(("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=x -keyout "
                         "/dev/null -out " +
                         ca + " 2>/dev/null")
                            .c_str()),
            0);
  const auto tls = net::TlsClient::load({.ca_file = ca, .server_name = "m"});
  std::remove(ca.c_str());
  ASSERT_TRUE(tls) << tls.error().message;
  const auto client = Client::connect({.endpoint = listener.endpoint(), .username = "u", .password = "p", .tls = *tls});
  ASSERT_FALSE(client);
  EXPECT_THAT(client.error().message, HasSubstr("more than the answer to STARTTLS arrived in clear"));
}

TEST(Client, KeepsFewRequestsUnderWay) {
  // The server answers nothing before it has seen all that comes without an answer.
  constexpr std::size_t most = 24 * 1024;
  std::promise<std::size_t> seen;
  net::TestListener listener(address, [&](int socket) {
    let_in(socket);
    const timeval patience{.tv_sec = 0, .tv_usec = 200000};
    ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    seen.set_value(net::receive_all(socket).size());
  });
  auto client = Client::connect({.endpoint = listener.endpoint(), .username = "u", .password = "p"});
  ASSERT_TRUE(client) << client.error().message;
  const std::vector<std::string> names(20000, "user.somebody");
  const auto found = client->find_all(names);
  ASSERT_FALSE(found);
  EXPECT_THAT(found.error().message, StartsWith("FIND user.somebody: 127.31.0.20:"));
  EXPECT_LT(seen.get_future().get(), most);
}

}  // namespace
}  // namespace murder::mupdate
