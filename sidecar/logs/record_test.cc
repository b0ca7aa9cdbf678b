#include "sidecar/logs/record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sidecar/logs/preload/wire.h"

namespace murder::logs {
namespace {

using testing::HasSubstr;

LogRecord sample() {
  return {.time = LogTime{std::chrono::nanoseconds{1'795'476'100'123'456'789}},
          .severity = Severity::Error,
          .facility = 22,
          .node = "be1",
          .program = "imap",
          .pid = 4711,
          .text = "unable to bind to imap/ipv4 socket: Permission denied",
          .dropped = 3,
          .truncated = true};
}

TEST(Record, SurvivesTheWire) {
  const auto decoded = decode_record(encode_record(sample()));
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(*decoded, sample());
}

// The layout of wire.h, written out: a spill file of an older build must stay readable.
TEST(Record, ReadsTheDocumentedLayout) {
  using namespace std::string_literals;
  const auto datagram =
      "\0ML1"
      "\x2b\0\0\0"              // 43 bytes
      "\xb5\0\0\0"              // local6 (22 << 3) | notice (5)
      "\x01\x02\0\0"            // pid 513
      "\0\xca\x9a\x3b\0\0\0\0"  // 1 s
      "\x07\0\0\0\0\0"          // 7 dropped, no flags
      "\x09\0"                  // 9 bytes of ident
      "m1/masterhi"s;
  const auto record = decode_record(datagram);
  ASSERT_TRUE(record) << record.error().message;
  EXPECT_EQ(record->node, "m1");
  EXPECT_EQ(record->program, "master");
  EXPECT_EQ(record->text, "hi");
  EXPECT_EQ(record->severity, Severity::Notice);
  EXPECT_EQ(record->facility, 22);
  EXPECT_EQ(record->pid, 513);
  EXPECT_EQ(record->dropped, 7u);
  EXPECT_EQ(record->time, LogTime{std::chrono::seconds{1}});
}

TEST(Record, SplitsTheIdentAtItsLastSlash) {
  auto record = sample();
  record.node = "mail/be1";
  EXPECT_EQ(decode_record(encode_record(record))->node, "mail/be1");
  record.node.clear();
  EXPECT_EQ(decode_record(encode_record(record))->program, "imap");
}

TEST(Record, RefusesEveryPrefixAndEveryExtension) {
  const auto datagram = encode_record(sample());
  for (std::size_t size = 0; size < datagram.size(); ++size) {
    EXPECT_FALSE(decode_record(datagram.substr(0, size))) << size;
  }
  EXPECT_FALSE(decode_record(datagram + "x"));
}

struct Bad {
  std::size_t at;
  unsigned char byte;
  const char* error;
};

TEST(Record, SaysWhatIsWrong) {
  static constexpr Bad table[] = {
      {0, 'X', "magic"},
      {MURDER_LOG_AT_SIZE, 1, "size"},
      {MURDER_LOG_AT_PRIORITY + 3, 1, "priority"},
      {MURDER_LOG_AT_PID + 3, 0x80, "process id"},
      {MURDER_LOG_AT_TIME + 7, 0x80, "time"},
      {MURDER_LOG_AT_IDENT_SIZE + 1, 0xff, "ident"},
      {MURDER_LOG_HEADER + 9, 0, "NUL"},
  };
  for (const auto& [at, byte, error] : table) {
    auto datagram = encode_record(sample());
    datagram[at] = static_cast<char>(byte);
    const auto record = decode_record(datagram);
    ASSERT_FALSE(record) << error;
    EXPECT_THAT(record.error().message, HasSubstr(error));
  }
  auto longest = sample();
  longest.text.assign(MURDER_LOG_TEXT_MAX, 'x');
  EXPECT_TRUE(decode_record(encode_record(longest)));
}

}  // namespace
}  // namespace murder::logs
