#include "sidecar/logs/receiver.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cstring>

#include "sidecar/logs/test_collector.h"
#include "sidecar/logs/test_directory.h"

namespace murder::logs {
namespace {

using namespace std::chrono_literals;

LogRecord record_of(std::string text) { return {.node = "be1", .program = "imap", .pid = 1, .text = std::move(text)}; }

class Receiver : public testing::Test {
 protected:
  std::unique_ptr<LogReceiver> start(std::chrono::milliseconds quiet = 10ms) {
    auto receiver = LogReceiver::start({.socket_path = directory.socket(),
                                        .spill_path = directory.spill(),
                                        .quiet = quiet,
                                        .on_error = [this](const Error& error) { errors.push_back(error.message); }},
                                       collector.sink());
    if (!receiver) throw std::runtime_error{receiver.error().message};
    return *std::move(receiver);
  }

  // Waits while the queue is full.
  bool send(const std::string& datagram) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strcpy(address.sun_path, directory.socket().c_str());
    Descriptor socket{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    return ::sendto(socket.get(), datagram.data(), datagram.size(), MSG_NOSIGNAL,
                    reinterpret_cast<const sockaddr*>(&address),
                    sizeof address) == static_cast<ssize_t>(datagram.size());
  }

  std::vector<std::string> texts() const {
    std::vector<std::string> texts;
    for (const auto& record : collector.records()) texts.push_back(record.text);
    return texts;
  }

  TestDirectory directory;
  Collector collector;
  std::vector<std::string> errors;
};

TEST_F(Receiver, HandsOnWhatIsSent) {
  const auto receiver = start();
  auto record = record_of("hello");
  record.dropped = 5;
  ASSERT_TRUE(send(encode_record(record)));
  ASSERT_TRUE(collector.wait_for_count(1));
  EXPECT_EQ(collector.records().front(), record);
  EXPECT_EQ(receiver->counters().received, 1u);
  EXPECT_EQ(receiver->counters().dropped, 5u);
}

TEST_F(Receiver, GoesOnAfterDatagramsThatAreNoRecords) {
  const auto receiver = start();
  ASSERT_TRUE(send("<13>Nov 24 09:30:00 imap: RFC 3164"));
  ASSERT_TRUE(send(""));
  ASSERT_TRUE(send(std::string(60'000, 'x')));
  ASSERT_TRUE(send(encode_record(record_of("hello"))));
  ASSERT_TRUE(collector.wait_for_count(1));
  EXPECT_EQ(texts(), std::vector<std::string>{"hello"});
  EXPECT_EQ(receiver->counters().malformed, 2u);
}

TEST_F(Receiver, LetsEveryUserOfTheDirectoryWrite) {
  const auto receiver = start();
  struct stat found {};
  ASSERT_EQ(::stat(directory.socket().c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0622u);
}

TEST_F(Receiver, BeginsWithTheSpilledAndLooksAgainWhenQuiet) {
  TestDirectory::write(directory.spill(), encode_record(record_of("earlier")));
  const auto receiver = start();
  EXPECT_EQ(texts(), std::vector<std::string>{"earlier"});
  TestDirectory::write(directory.path() / "next", encode_record(record_of("later")));
  std::filesystem::rename(directory.path() / "next", directory.spill());
  ASSERT_TRUE(collector.wait_for_count(2));
  EXPECT_EQ(receiver->counters().spilled, 2u);
}

TEST_F(Receiver, StopHandsOnWhatIsQueuedAndRefusesTheRest) {
  auto receiver = start();
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(send(encode_record(record_of(std::to_string(i)))));
  receiver->stop();
  EXPECT_EQ(collector.records().size(), 1000u);
  EXPECT_FALSE(send(encode_record(record_of("too late"))));
  EXPECT_FALSE(std::filesystem::exists(directory.socket()));
  receiver->stop();  // no harm
}

TEST_F(Receiver, ReplacesASocketOfTheDeadButNotOfTheLiving) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strcpy(address.sun_path, directory.socket().c_str());
  {
    Descriptor dead{::socket(AF_UNIX, SOCK_DGRAM, 0)};
    ASSERT_EQ(::bind(dead.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  }
  const auto receiver = start();
  ASSERT_TRUE(send(encode_record(record_of("hello"))));
  ASSERT_TRUE(collector.wait_for_count(1));

  const auto second = LogReceiver::start({.socket_path = directory.socket()}, {.record = [](const LogRecord&) {}});
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().message.find("another receiver"), std::string::npos) << second.error().message;
  EXPECT_TRUE(send(encode_record(record_of("still here"))));
}

TEST_F(Receiver, SaysWhyItCannotStart) {
  const auto long_path = LogReceiver::start({.socket_path = "/" + std::string(200, 'x')}, collector.sink());
  ASSERT_FALSE(long_path);
  const auto nowhere = LogReceiver::start({.socket_path = "/nowhere/at/all"}, collector.sink());
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().message, "log socket: bind /nowhere/at/all.new: No such file or directory");
}

TEST_F(Receiver, ReportsASpillFileThatItCannotReadOnce) {
  std::filesystem::create_directory(directory.spill());
  auto receiver = start(1ms);
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(send(encode_record(record_of("hello"))));
    ASSERT_TRUE(collector.wait_for_count(static_cast<std::size_t>(i) + 1));
  }
  receiver->stop();
  EXPECT_EQ(errors.size(), 1u);
}

}  // namespace
}  // namespace murder::logs
