#include "operator/kubernetes/list_decoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace murder::kubernetes {
namespace {

using testing::ElementsAre;

// The items, and then the envelope; "!" instead for what is malformed.
std::vector<std::string> decode(std::string_view text, std::size_t piece, std::size_t largest = 1 << 20) {
  ListDecoder decoder(largest);
  std::vector<std::string> found;
  while (!text.empty()) {
    decoder.feed(text.substr(0, piece));
    text.remove_prefix(std::min(piece, text.size()));
    while (true) {
      const auto next = decoder.next();
      if (std::holds_alternative<ListDecoder::NeedMore>(next)) break;
      if (std::holds_alternative<ListDecoder::Malformed>(next)) {
        found.emplace_back("!");
        return found;
      }
      found.emplace_back(std::get<ListDecoder::Item>(next).json);
    }
  }
  found.emplace_back(decoder.envelope());
  return found;
}

void expect(std::string_view text, const std::vector<std::string>& wanted) {
  for (std::size_t piece = 1; piece <= text.size(); ++piece) ASSERT_EQ(decode(text, piece), wanted) << text << piece;
}

TEST(ListDecoder, FindsTheSameItemsHoweverTheBytesAreSplit) {
  expect(R"({"kind":"L","metadata":{"resourceVersion":"7"},"items":[{"a":"]}\\"},{"b":[{}]},{}]})",
         {R"({"a":"]}\\"})", R"({"b":[{}]})", "{}", R"({"kind":"L","metadata":{"resourceVersion":"7"},"items":[]})"});
  expect("{ \"items\" : [ {} ,\n{ } ] , \"kind\" : \"L\" }\n",
         {"{}", "{ }", "{ \"items\" : [] , \"kind\" : \"L\" }\n"});
  expect(R"({"items":[],"a":[1]})", {R"({"items":[],"a":[1]})"});
}

TEST(ListDecoder, KnowsItsItemsFromOthers) {
  for (const std::string text :
       {R"({"items":null,"a":[{}]})", R"({"a":"items","b":[{}]})", R"({"m":{"items":[{}]}})",
        R"({"a\"items":[{}],"x":["items"],"y":{}})", R"([{"items":[{}]}])", R"({"items":3,"x":[{}]})"}) {
    expect(text, {text});
  }
}

// The envelope of what is cut off is no JSON, so a list that is not complete is never taken for one.
TEST(ListDecoder, LeavesAnEnvelopeThatIsNoJsonWhenCutOff) {
  constexpr std::string_view text = R"({"items":[{"a":1},{"b":2}],"kind":"L"})";
  LeanParser parser;
  for (std::size_t length = 1; length < text.size(); ++length) {
    ListDecoder decoder;
    decoder.feed(text.substr(0, length));
    while (std::holds_alternative<ListDecoder::Item>(decoder.next())) {
    }
    EXPECT_FALSE(parser.parse(decoder.envelope(), {})) << length;
  }
}

TEST(ListDecoder, RefusesWhatIsNoListOfObjects) {
  for (const std::string_view wrong :
       {R"({"items":[1]})", R"({"items":[{}{}]})", R"({"items":[,{}]})", R"({"items":[{},]})", R"({"items":[{},,{}]})",
        R"({"items":[{}})", R"({"items":[[{}]]})"}) {
    EXPECT_EQ(decode(wrong, wrong.size()).back(), "!") << wrong;
    EXPECT_EQ(decode(wrong, 1).back(), "!") << wrong;
  }
}

TEST(ListDecoder, RefusesAnItemThatIsTooLarge) {
  const std::string item = R"({"a":")" + std::string(100, 'x') + R"("})";
  const std::string text = R"({"items":[)" + item + "]}";
  EXPECT_EQ(decode(text, 7, item.size()).front(), item);
  EXPECT_THAT(decode(text, 7, item.size() - 1), ElementsAre("!"));
  EXPECT_THAT(decode(text, text.size(), item.size() - 1), ElementsAre("!"));
  EXPECT_THAT(decode(R"({"a":")" + std::string(200, 'x'), 7, 100), ElementsAre("!"));
}

}  // namespace
}  // namespace murder::kubernetes
