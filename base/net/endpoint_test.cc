#include "base/net/endpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace murder::net {
namespace {

TEST(Endpoint, ReadsWhatItWrites) {
  const std::vector<std::pair<std::string, Endpoint>> cases = {
      {"127.0.0.1:143", {"127.0.0.1", 143, ""}},
      {"[::1]:143", {"::1", 143, ""}},
      {"be1.example.org:65535", {"be1.example.org", 65535, ""}},
      {"/run/x.sock", {"", 0, "/run/x.sock"}},
  };
  for (const auto& [text, expected] : cases) {
    const auto endpoint = Endpoint::parse(text);
    ASSERT_TRUE(endpoint) << text;
    EXPECT_EQ(*endpoint, expected) << text;
    EXPECT_EQ(endpoint->to_string(), text);
  }
}

TEST(Endpoint, TakesTheDefaultPortWhenNoneIsGiven) {
  EXPECT_EQ(Endpoint::parse("m1.example.org", 3905)->to_string(), "m1.example.org:3905");
  EXPECT_EQ(Endpoint::parse("[::1]", 3905)->to_string(), "[::1]:3905");
  EXPECT_EQ(Endpoint::parse("m1.example.org:3906", 3905)->port, 3906);
}

TEST(Endpoint, RefusesWithTheReason) {
  const std::string long_path = "/" + std::string(120, 'x');
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "the host is missing"},
      {":143", "the host is missing"},
      {"host", "the port is missing"},
      {"host:", "port '' is not a number"},
      {"host:0", "port '0'"},
      {"host:65536", "port '65536'"},
      {"host:14x", "port '14x'"},
      {"host:-1", "port '-1'"},
      {"::1:143", "stands in brackets"},
      {"[::1:143", "']' is missing"},
      {"[::1]143", "a port follows ':'"},
      {"ho st:143", "blanks"},
      {long_path, "at most 107 bytes"},
  };
  for (const auto& [text, reason] : cases) {
    const auto endpoint = Endpoint::parse(text);
    ASSERT_FALSE(endpoint) << text;
    EXPECT_THAT(endpoint.error().message, testing::HasSubstr(reason)) << text;
    EXPECT_THAT(endpoint.error().message, testing::HasSubstr("endpoint '" + text + "'"));
  }
}

}  // namespace
}  // namespace murder::net
