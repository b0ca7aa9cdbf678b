#include "base/net/stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/un.h>

#include <atomic>
#include <filesystem>
#include <future>

#include "base/net/test_listener.h"

namespace murder::net {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr auto address = "127.31.0.10";
// Only ever waited for when a test fails.
Deadline patient() { return Deadline::in(20s); }

Stream connect(const TestListener& listener) {
  auto stream = Stream::connect(listener.endpoint(), patient());
  EXPECT_TRUE(stream) << stream.error().message;
  return *std::move(stream);
}

TEST(Stream, ReadsLinesThatComeByteByByte) {
  TestListener listener(address, [](int socket) {
    for (const char byte : std::string_view("* OK ready\r\nbare\n\r\n")) send_text(socket, {&byte, 1});
  });
  auto stream = connect(listener);
  EXPECT_EQ(*stream.read_line(patient(), 100, "the banner"), "* OK ready");
  EXPECT_EQ(*stream.read_line(patient(), 100, "the banner"), "bare");
  EXPECT_EQ(*stream.read_line(patient(), 100, "the banner"), "");
}

TEST(Stream, MixesLinesAndBytes) {
  TestListener listener(address, [](int socket) { send_text(socket, "{5}\r\nab\r\nctail\r\nrest"); });
  auto stream = connect(listener);
  EXPECT_EQ(*stream.read_line(patient(), 100, "a size"), "{5}");
  EXPECT_EQ(*stream.read_exact(5, patient(), "a literal"), "ab\r\nc");
  EXPECT_EQ(*stream.read_line(patient(), 100, "a line"), "tail");
  char piece[2];
  EXPECT_EQ(*stream.read_some(piece, patient(), "bytes"), 2u);
  EXPECT_EQ(std::string_view(piece, 2), "re");
}

TEST(Stream, RefusedConnectionsNameThePeer) {
  Endpoint nobody;
  {
    const TestListener gone(address);
    nobody = gone.endpoint();
  }
  const auto stream = Stream::connect(nobody, patient());
  ASSERT_FALSE(stream);
  EXPECT_EQ(stream.error().message, nobody.to_string() + ": connect: Connection refused");
}

TEST(Stream, UnknownNamesAreAnError) {
  const auto stream = Stream::connect({"no-such-host.invalid", 143, ""}, patient());
  ASSERT_FALSE(stream);
  EXPECT_THAT(stream.error().message, HasSubstr("no-such-host.invalid:143: resolve: "));
}

TEST(Stream, SilenceEndsAtTheDeadlineAndLosesNothing) {
  std::promise<void> go_on;
  TestListener listener(address, [&](int socket) {
    send_text(socket, "* OK re");
    go_on.get_future().wait();
    send_text(socket, "ady\r\n");
  });
  auto stream = connect(listener);
  const auto early = stream.read_line(Deadline::in(50ms), 100, "the banner");
  ASSERT_FALSE(early);
  EXPECT_EQ(early.error().message,
            listener.endpoint().to_string() + ": no answer within 50 ms while waiting for the banner");
  go_on.set_value();
  EXPECT_EQ(*stream.read_line(patient(), 100, "the banner"), "* OK ready");
}

TEST(Stream, SilenceIsNoErrorToThoseWhoExpectIt) {
  std::promise<void> finish;
  TestListener listener(address, [&](int) { finish.get_future().wait(); });
  auto stream = connect(listener);
  char piece[10];
  EXPECT_EQ(*stream.try_read_some(piece, Deadline::in(10ms)), std::nullopt);
  finish.set_value();
  EXPECT_EQ(*stream.try_read_some(piece, patient()), 0u);
}

TEST(Stream, AHalfClosedPeerIsReadToItsEnd) {
  std::promise<std::string> heard;
  TestListener listener(address, [&](int socket) {
    send_text(socket, "last words\r\nunfin");
    ::shutdown(socket, SHUT_WR);
    heard.set_value(receive_all(socket));
  });
  auto stream = connect(listener);
  EXPECT_EQ(*stream.read_line(patient(), 100, "the answer"), "last words");
  const auto unfinished = stream.read_line(patient(), 100, "the answer");
  ASSERT_FALSE(unfinished);
  EXPECT_EQ(unfinished.error().message,
            listener.endpoint().to_string() + ": closed the connection after 5 bytes while waiting for the answer");
  // The other direction still works, and can be ended as well.
  EXPECT_TRUE(stream.write_all("still here", patient(), "a greeting"));
  EXPECT_TRUE(stream.shut_down_writing());
  EXPECT_EQ(heard.get_future().get(), "still here");
}

TEST(Stream, LongLinesAreRefusedWithoutBeingKept) {
  TestListener listener(address, [](int socket) {
    const std::string piece(64 * 1024, 'x');
    for (int i = 0; i < 64; ++i) send_text(socket, piece);
  });
  auto stream = connect(listener);
  const auto line = stream.read_line(patient(), 1000, "the banner");
  ASSERT_FALSE(line);
  EXPECT_THAT(line.error().message, HasSubstr("a line of more than 1000 bytes while waiting for the banner"));
}

TEST(Stream, TheLimitOfALineCountsItsTextOnly) {
  TestListener listener(address, [](int socket) { send_text(socket, "12345\r\n123456\n"); });
  auto stream = connect(listener);
  EXPECT_EQ(*stream.read_line(patient(), 5, "a line"), "12345");
  EXPECT_FALSE(stream.read_line(patient(), 5, "a line"));
}

TEST(Stream, WritingToAPeerThatIsGoneIsAnErrorAndNoSignal) {
  TestListener listener(address, [](int socket) {
    receive_line(socket);  // or the reset may come while the client still connects
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  });
  auto stream = connect(listener);
  EXPECT_TRUE(stream.write_all("hello\n", patient(), "a greeting"));
  EXPECT_FALSE(stream.read_line(patient(), 100, "the reset"));
  const auto written = stream.write_all("x", patient(), "a command");
  ASSERT_FALSE(written);
  EXPECT_THAT(written.error().message, HasSubstr("sending a command: send: "));
}

TEST(Stream, WritingToAPeerThatDoesNotReadEndsAtTheDeadline) {
  std::promise<void> finish;
  TestListener listener(address, [&](int) { finish.get_future().wait(); });
  auto stream = connect(listener);
  const auto written = stream.write_all(std::string(64 << 20, 'x'), Deadline::in(100ms), "much");
  ASSERT_FALSE(written);
  EXPECT_THAT(written.error().message, HasSubstr("took only a part of much within 100 ms"));
  finish.set_value();
}

TEST(Stream, WritesAllOfALot) {
  const std::string much(8 << 20, 'x');
  std::promise<std::string> heard;
  TestListener listener(address, [&](int socket) { heard.set_value(receive_all(socket)); });
  auto stream = connect(listener);
  EXPECT_TRUE(stream.write_all(much, patient(), "much"));
  stream.close();
  EXPECT_EQ(heard.get_future().get(), much);
  EXPECT_FALSE(stream.write_all("x", patient(), "more"));
}

TEST(Stream, SpeaksOverUnixSockets) {
  const auto path = std::filesystem::temp_directory_path() / ("stream_test." + std::to_string(::getpid()));
  const UniqueFd listener(::socket(AF_UNIX, SOCK_STREAM, 0));
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  path.string().copy(name.sun_path, sizeof name.sun_path - 1);
  ASSERT_EQ(::bind(listener.get(), reinterpret_cast<sockaddr*>(&name), sizeof name), 0);
  ASSERT_EQ(::listen(listener.get(), 1), 0);
  auto stream = Stream::connect(*Endpoint::parse(path.string()), patient());
  ASSERT_TRUE(stream);
  const UniqueFd accepted(::accept(listener.get(), nullptr, nullptr));
  send_text(accepted.get(), "ok\r\n");
  EXPECT_EQ(*stream->read_line(patient(), 10, "ok"), "ok");
  std::filesystem::remove(path);
  const auto gone = Stream::connect(*Endpoint::parse(path.string()), patient());
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().message, path.string() + ": connect: No such file or directory");
}

TEST(Stream, MovesWithWhatItHasBuffered) {
  TestListener listener(address, [](int socket) { send_text(socket, "one\ntwo\n"); });
  auto first = connect(listener);
  EXPECT_EQ(*first.read_line(patient(), 10, "one"), "one");
  Stream second = std::move(first);
  EXPECT_EQ(*second.read_line(patient(), 10, "two"), "two");
}

}  // namespace
}  // namespace murder::net
