#include "operator/local/dialogue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <chrono>

#include "operator/local/ask.h"

namespace murder::local {
namespace {

TEST(Quoted, EscapesWhatWouldEndIt) { EXPECT_EQ(quoted_string(R"(a"b\c)"), R"("a\"b\\c")"); }

TEST(DotStuffed, MarksTheEndAndNothingBefore) {
  EXPECT_EQ(dot_stuffed("a\r\n.b\r\n..\r\n"), "a\r\n..b\r\n...\r\n.\r\n");
  EXPECT_EQ(dot_stuffed(".a"), "..a\r\n.\r\n");
  EXPECT_EQ(dot_stuffed(""), ".\r\n");
}

TEST(ParseHttp, TakesStatusAndBody) {
  const auto answer = parse_http("HTTP/1.1 503 Service Unavailable\r\nX: y\r\n\r\n[-] push failed: x\n");
  EXPECT_TRUE(answer.came);
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.text, "[-] push failed: x\n");
  for (const auto* bytes : {"", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 x\r\n\r\n", "220 smtp\r\n\r\n"}) {
    EXPECT_FALSE(parse_http(bytes).came) << bytes;
  }
}

TEST(Ask, SaysWhyThereIsNoAnswer) {
  const auto answers = ask({{.endpoint = {.host = "127.34.255.1", .port = 1}, .path = "/"},
                            {.endpoint = {.host = "a name", .port = 1}, .path = "/"}},
                           net::Deadline::in(std::chrono::seconds(2)));
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_FALSE(answers[0].came);
  EXPECT_EQ(answers[0].text, "127.34.255.1:1: Connection refused");
  EXPECT_EQ(answers[1].text, "a name:1: not an IPv4 address");
}

}  // namespace
}  // namespace murder::local
