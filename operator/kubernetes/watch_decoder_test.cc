#include "operator/kubernetes/watch_decoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "operator/kubernetes/watch_test_cases.h"

namespace murder::kubernetes {
namespace {

// All frames that come of these pieces; "!" at the end for a malformed rest.
std::vector<std::string> decode(WatchDecoder& decoder, const std::vector<std::string_view>& pieces) {
  std::vector<std::string> frames;
  for (const auto piece : pieces) {
    decoder.feed(piece);
    while (true) {
      const auto next = decoder.next();
      if (std::holds_alternative<WatchDecoder::NeedMore>(next)) break;
      if (std::holds_alternative<WatchDecoder::Malformed>(next)) {
        frames.emplace_back("!");
        return frames;
      }
      frames.emplace_back(std::get<WatchDecoder::Frame>(next).json);
    }
  }
  return frames;
}

std::string stream(std::string_view separator) {
  std::string all;
  for (const auto value : watch_values) all.append(value).append(separator);
  return all;
}

const std::vector<std::string> expected(watch_values.begin(), watch_values.end());

TEST(WatchDecoder, FindsTheSameValuesHoweverTheBytesAreSplit) {
  for (const std::string_view separator : {"\n", "", " \r\n\t"}) {
    const auto bytes = stream(separator);
    const std::string_view all = bytes;
    {
      WatchDecoder decoder;
      EXPECT_EQ(decode(decoder, {all}), expected);
    }
    for (std::size_t at = 0; at <= all.size(); ++at) {
      WatchDecoder decoder;
      ASSERT_EQ(decode(decoder, {all.substr(0, at), all.substr(at)}), expected) << "split at " << at;
      EXPECT_FALSE(decoder.inside_value());
    }
    std::vector<std::string_view> single;
    for (std::size_t at = 0; at < all.size(); ++at) single.push_back(all.substr(at, 1));
    WatchDecoder decoder;
    EXPECT_EQ(decode(decoder, single), expected);
  }
}

TEST(WatchDecoder, KeepsOnlyWhatHasNotBeenHandedOut) {
  WatchDecoder decoder;
  for (int i = 0; i < 1000; ++i) {
    ASSERT_EQ(decode(decoder, {R"({"a":1})", "\n", R"({"b")"}).size(), 1U);
    ASSERT_EQ(decode(decoder, {":2}"}).size(), 1U);
    ASSERT_LE(decoder.buffered(), 8U);
  }
}

TEST(WatchDecoder, RefusesWhatIsNoObject) {
  for (const std::string_view wrong : {"[1]", "null", "\"x\"", "}", "2a0\r\n{"}) {
    WatchDecoder decoder;
    EXPECT_THAT(decode(decoder, {wrong}), testing::ElementsAre("!")) << wrong;
    // For good: there is no way to find the next value.
    EXPECT_THAT(decode(decoder, {"{}"}), testing::ElementsAre("!")) << wrong;
  }
}

TEST(WatchDecoder, RefusesAnObjectThatIsTooLarge) {
  const std::string text = R"({"a":")" + std::string(200, 'x') + R"("})";
  {
    WatchDecoder decoder(text.size());
    EXPECT_EQ(decode(decoder, {text}).size(), 1U);
  }
  WatchDecoder decoder(text.size() - 1);
  EXPECT_THAT(decode(decoder, {text}), testing::ElementsAre("!"));
  // Without waiting for its end.
  WatchDecoder early(100);
  EXPECT_THAT(decode(early, {std::string_view(text).substr(0, 150)}), testing::ElementsAre("!"));
}

TEST(WatchDecoder, KnowsThatAValueWasCutOff) {
  WatchDecoder decoder;
  EXPECT_TRUE(decode(decoder, {R"({"a": "}")"}).empty());
  EXPECT_TRUE(decoder.inside_value());
}

}  // namespace
}  // namespace murder::kubernetes
