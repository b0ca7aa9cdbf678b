#include "sidecar/logs/json_line.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace murder::logs {
namespace {

LogRecord record_of(std::string text) {
  using namespace std::chrono;
  return {.time = sys_days{2026y / November / 24} + 9h + 30min + 5s + 7'999'999ns,
          .severity = Severity::Notice,
          .facility = 22,
          .node = "be1",
          .program = "imap",
          .pid = 4711,
          .text = std::move(text)};
}

std::string line_of(const LogRecord& record, const Origin& origin = {}) {
  std::string out;
  append_json_line(record, origin, out);
  return out;
}

std::string message_of(std::string text) {
  const auto line = line_of(record_of(std::move(text)));
  return nlohmann::json::parse(line)["msg"].get<std::string>();  // throws, and so fails the test, on what is no JSON
}

TEST(JsonLine, HasStableKeys) {
  EXPECT_EQ(line_of(record_of("login: localhost [127.0.0.1] u1 PLAIN User logged in SESSIONID=<be1-1-2-3>"),
                    {.node = "be1", .role = "backend"}),
            R"({"ts":"2026-11-24T09:30:05.007Z","level":"notice","node":"be1","role":"backend","program":"imap",)"
            R"("pid":4711,"session":"be1-1-2-3","user":"u1",)"
            R"("msg":"login: localhost [127.0.0.1] u1 PLAIN User logged in SESSIONID=<be1-1-2-3>"})"
            "\n");
}

TEST(JsonLine, LeavesOutWhatIsUnknown) {
  auto record = record_of("x");
  record.node.clear();
  EXPECT_EQ(line_of(record),
            R"({"ts":"2026-11-24T09:30:05.007Z","level":"notice","program":"imap","pid":4711,"msg":"x"})"
            "\n");
}

// Until imapd.conf is read the ident is "cyrus/imap", or has no prefix.
TEST(JsonLine, TrustsTheAgentAboutTheNode) {
  auto record = record_of("x");
  record.node = "cyrus";
  EXPECT_EQ(nlohmann::json::parse(line_of(record, {.node = "be1", .role = ""}))["node"], "be1");
}

TEST(JsonLine, TellsOfWhatIsMissing) {
  auto record = record_of("x");
  record.dropped = 12;
  record.truncated = true;
  const auto json = nlohmann::json::parse(line_of(record));
  EXPECT_EQ(json["dropped"], 12);
  EXPECT_EQ(json["truncated"], true);
}

TEST(JsonLine, EscapesWithoutLoss) {
  EXPECT_EQ(message_of("quote \" backslash \\ tab \t bell \a del \x7f newline \n end"),
            "quote \" backslash \\ tab \t bell \a del \x7f newline \n end");
  EXPECT_EQ(message_of("zażółć 日本 🦜"), "zażółć 日本 🦜");
  EXPECT_EQ(message_of("caf\xe9"), "caf\\xe9");
  EXPECT_EQ(message_of("cut \xf0\x9f\xa6"), "cut \\xf0\\x9f\\xa6");
  EXPECT_EQ(message_of("overlong \xc0\xaf \xe0\x80\xaf \xf0\x80\x80\xaf"),
            "overlong \\xc0\\xaf \\xe0\\x80\\xaf \\xf0\\x80\\x80\\xaf");
  EXPECT_EQ(message_of("surrogate \xed\xa0\x80"), "surrogate \\xed\\xa0\\x80");
  EXPECT_EQ(message_of("beyond \xf4\x90\x80\x80"), "beyond \\xf4\\x90\\x80\\x80");
}

TEST(JsonLine, AnyByteGivesOneValidLine) {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const auto line = line_of(record_of({static_cast<char>(first), static_cast<char>(second)}));
      EXPECT_TRUE(nlohmann::json::accept(line)) << first << ' ' << second;
      EXPECT_EQ(line.find('\n'), line.size() - 1);
    }
  }
}

TEST(JsonLine, RedactsPasswords) {
  EXPECT_EQ(message_of("A AUTHENTICATE PLAIN AHUxAHB3MQ== B AUTH PLAIN AHUyAHB3Mg=="),
            "A AUTHENTICATE PLAIN [redacted] B AUTH PLAIN [redacted]");
}

}  // namespace
}  // namespace murder::logs
