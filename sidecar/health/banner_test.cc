#include "sidecar/health/banner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <thread>

#include "base/net/unique_fd.h"

namespace murder::health {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

TEST(Banner, NamesTheVersion) {
  EXPECT_EQ(version_in("* OK [CAPABILITY IMAP4rev1] be1 Cyrus IMAP 3.6.1-Debian-3.6.1-4+deb12u5 server ready"),
            "3.6.1-Debian-3.6.1-4+deb12u5");
  EXPECT_EQ(version_in("220 be1 Cyrus LMTP 3.10.2-Debian-3.10.2-1 server ready"), "3.10.2-Debian-3.10.2-1");
  EXPECT_EQ(version_in(R"x(* OK MUPDATE "m1" "Cyrus IMAP" "3.12.4-Debian-3.12.4-1" "(master)")x"),
            "3.12.4-Debian-3.12.4-1");
  EXPECT_EQ(version_in(R"("IMPLEMENTATION" "Cyrus timsieved 3.6.1-Debian")"), "3.6.1-Debian");
  EXPECT_EQ(version_in("HTTP/1.1 200 OK"), "");
}

// A service on a unix socket that says one thing to one client.
class Saying {
 public:
  explicit Saying(std::string what) {
    std::string name = (std::filesystem::temp_directory_path() / "murder-banner-XXXXXX").string();
    directory_ = mkdtemp(name.data());
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path().c_str(), sizeof address.sun_path - 1);
    socket_ = net::UniqueFd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) std::abort();
    if (listen(socket_.get(), 1) != 0) std::abort();
    thread_ = std::jthread([this, what = std::move(what)] {
      const net::UniqueFd client(accept(socket_.get(), nullptr, nullptr));
      send(client.get(), what.data(), what.size(), MSG_NOSIGNAL);
      char byte;
      while (read(client.get(), &byte, 1) > 0) {
      }
    });
  }
  ~Saying() {
    thread_.join();
    std::filesystem::remove_all(directory_);
  }
  std::string path() const { return directory_ + "/s"; }

 private:
  std::string directory_;
  net::UniqueFd socket_;
  std::jthread thread_;
};

Greeted greet_one(const char* protocol, const std::string& says, net::Deadline deadline = net::Deadline::in(5s)) {
  const Saying service(says);
  return greet({"x", protocol, service.path(), false}, deadline);
}

TEST(Banner, KnowsAGoodGreetingOfEachProtocol) {
  const struct {
    const char* protocol;
    const char* says;
    bool good;
  } cases[] = {
      {"imap", "* OK be1 Cyrus IMAP 3.6.1 server ready\r\n", true},
      {"imap", "* BYE Fatal error: cannot open\r\n", false},
      {"pop3", "+OK be1 Cyrus POP3 3.6.1 server ready\r\n", true},
      {"pop3", "-ERR\r\n", false},
      {"lmtp", "220 be1 LMTP Cyrus 3.6.1 ready\r\n", true},
      {"lmtp", "421 too busy\r\n", false},
      {"sieve", "\"IMPLEMENTATION\" \"Cyrus timsieved 3.6.1\"\r\n\"SASL\" \"PLAIN\"\r\nOK\r\n", true},
      {"sieve", "BYE \"no\"\r\n", false},
      {"nntp", "200 be1 Cyrus NNTP 3.6.1 ready\r\n", true},
      {"nntp", "400 no\r\n", false},
      {"mupdate", "* AUTH \"PLAIN\"\r\n* OK MUPDATE \"m\" \"Cyrus IMAP\" \"3.6.1\" \"(master)\"\r\n", true},
      {"mupdate", "* BYE \"Server Unable\"\r\n", false},
      {"http", "HTTP/1.1 404 Not Found\r\n", true},
      {"http", "SSH-2.0\r\n", false},
      {"imap", "", false},
  };
  for (const auto& test : cases) {
    const auto greeted = greet_one(test.protocol, test.says, net::Deadline::in(*test.says ? 5000ms : 50ms));
    EXPECT_EQ(static_cast<bool>(greeted.version), test.good) << test.protocol << ": " << test.says;
    EXPECT_FALSE(greeted.refused);
  }
}

TEST(Banner, TellsNobodyThereFromSomebodySilent) {
  EXPECT_TRUE(greet({"x", "imap", "/nonexistent/socket", false}, net::Deadline::in(5s)).refused);
  const auto silent = greet_one("imap", "", net::Deadline::in(50ms));
  ASSERT_FALSE(silent.version);
  EXPECT_FALSE(silent.refused);
  EXPECT_THAT(silent.version.error().message, HasSubstr("no answer within"));
}

}  // namespace
}  // namespace murder::health
