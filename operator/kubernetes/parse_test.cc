#include "operator/kubernetes/parse.h"

#include <gtest/gtest.h>

#include <random>

namespace murder::kubernetes {
namespace {

std::optional<Json> parse(const std::string& text, const Fields& fields = {}) {
  static LeanParser parser;
  // What stands behind a text must not matter.
  const std::string padded = text + std::string(LeanParser::padding, '"');
  return parser.parse(std::string_view(padded).substr(0, text.size()), fields);
}

// The same value and the same types of numbers, or refused by both.
void expect_as_plain(const std::string& text) {
  const auto lean = parse(text);
  const auto plain = Json::parse(text, nullptr, false);
  ASSERT_EQ(lean.has_value(), !plain.is_discarded()) << text.substr(0, 200);
  if (!lean) return;
  EXPECT_EQ(*lean, plain) << text.substr(0, 200);
  // Refuses nothing that was parsed: whatever was accepted can be sent again.
  EXPECT_EQ(lean->dump(), plain.dump());
}

TEST(LeanParser, ReadsWhatNlohmannReadsAndRefusesWhatItRefuses) {
  const std::string deep(1500, '[');
  for (const std::string text : {
           "",
           " ",
           "{",
           "}",
           "{}",
           "[]",
           "[1,]",
           "{\"a\":}",
           "{\"a\" 1}",
           "{,}",
           "{} x",
           "[1 2]",
           "nul",
           "null",
           "true",
           "\"x\"",
           " {\"a\" : [ 1 , null , true , false , \"\" , { } , [ ] ] } \n",
           // Numbers.
           "0",
           "-0",
           "-0.0",
           "01",
           "+1",
           "1.",
           ".5",
           "1e",
           "1E5",
           "1e-5",
           "0.1",
           "1.0",
           "123456789.123456789e-20",
           "9223372036854775807",
           "9223372036854775808",
           "18446744073709551615",
           "18446744073709551616",
           "-9223372036854775808",
           "-9223372036854775809",
           "1234567890123456789012345678901234567890",
           "1.7976931348623157e308",
           "1e400",
           "-1e400",
           "1e-400",
           "4.9e-324",
           "2.2250738585072011e-308",
           "NaN",
           "Infinity",
           // Strings.
           R"("\"\\\/\b\f\n\r\t")",
           R"("\u00e4\u20ac\ud83d\ude42\u0000")",
           R"("\ud83d")",
           R"("\ude42")",
           R"("\ud83dx")",
           R"("\ud83d\u0041")",
           R"("\u12")",
           R"("\x")",
           "\"\n\"",
           "\"\x01\"",
           "\"\x7f\"",
           "\"unended",
           "\"\\",
           // UTF-8, and what is none: overlong, a surrogate, too large, cut off.
           "\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x99\x82\"",
           "\"\xff\"",
           "\"\xc0\xaf\"",
           "\"\xed\xa0\x80\"",
           "\"\xf4\x90\x80\x80\"",
           "\"\xe2\x82\"",
           "\xff",
           "\xef\xbb\xbf{}",
           "{\"\xff\":1}",
           // Names that come twice.
           R"({"a":1,"a":2})",
           R"({"a":{"b":1},"a":{"c":2}})",
           R"({"a":[1],"b":2,"a":"x"})",
           R"({"":1})",
           // More levels than anybody has a use for.
           "[]]",
           "[[]",
       }) {
    expect_as_plain(text);
  }
  expect_as_plain(deep);
  expect_as_plain(deep + std::string(deep.size(), ']'));
}

// Texts that are nearly JSON: grown by a grammar, then spoilt in a place or two.
TEST(LeanParser, AgreesWithNlohmannOnRandomTexts) {
  std::minstd_rand random(1);  // NOLINT(cert-msc51-cpp): the same each time
  const auto below = [&](std::size_t bound) { return static_cast<std::size_t>(random() % bound); };
  const std::vector<std::string> scalars = {"null",
                                            "true",
                                            "0",
                                            "-1",
                                            "1.5e3",
                                            "18446744073709551616",
                                            R"("")",
                                            R"("a\\\"b")",
                                            R"("\ud83d\ude42")",
                                            "\"\xc3\xa4\"",
                                            "\"managedFields\""};
  const std::function<std::string(int)> grow = [&](int depth) -> std::string {
    const auto kind = depth == 0 ? 0 : below(3);
    if (kind == 0) return scalars[below(scalars.size())];
    std::string text = kind == 1 ? "[" : "{";
    for (std::size_t i = 0, count = below(4); i < count; ++i) {
      if (i > 0) text += ",";
      if (kind == 2) text += "\"" + std::string(1, static_cast<char>('a' + below(4))) + "\":";
      text += grow(depth - 1);
    }
    return text + (kind == 1 ? "]" : "}");
  };
  for (int round = 0; round < 20'000; ++round) {
    auto text = grow(5);
    for (std::size_t spoilt = below(3); spoilt > 0; --spoilt) {
      const auto at = below(text.size());
      constexpr std::string_view spoilers = "{}[]\",:\\0-e\xff\x01 u";
      if (below(2) == 0)
        text[at] = spoilers[below(spoilers.size())];
      else
        text.erase(at, 1 + below(3));
      if (text.empty()) text = " ";
    }
    expect_as_plain(text);
    if (testing::Test::HasFailure()) break;
  }
}

TEST(LeanParser, LeavesOutWhatItWasToldTo) {
  const auto fields = Fields()
                          .without({"metadata", "managedFields"})
                          .without({"metadata", "annotations", "a.b/c"})
                          .without({"spec"})
                          .only({"status", "conditions"}, {"type", "status"});
  const std::string text = R"({
    "metadata": {"name": "x", "managedFields": [{"managedFields": 1}], "annotations": {"a.b/c": "1", "d": "2"}},
    "spec": {"metadata": 1},
    "managedFields": 3,
    "status": {"spec": 1, "conditions": [{"type": "T", "status": "S", "reason": "R"}, 1, [{"reason": "R"}]]},
    "list": [{"spec": 1}]})";
  const auto wanted = Json::parse(R"({
    "metadata": {"name": "x", "annotations": {"d": "2"}},
    "managedFields": 3,
    "status": {"spec": 1, "conditions": [{"type": "T", "status": "S"}, 1, [{"reason": "R"}]]},
    "list": [{"spec": 1}]})");
  EXPECT_EQ(*parse(text, fields), wanted);
  EXPECT_EQ(*parse(R"({"object":)" + text + "}", fields.within("object")), Json({{"object", wanted}}));
  // By the other way as well, which a number that does not fit into 64 bits takes.
  const std::string large = "18446744073709551616";
  auto with_large = wanted;
  with_large["list"].push_back(Json::parse(large));
  auto large_text = text;
  large_text.replace(large_text.rfind(']'), 1, "," + large + "]");
  EXPECT_EQ(*parse(large_text, fields), with_large);
  // A Status instead of an object has a status that is a word.
  EXPECT_EQ(*parse(R"({"status": "Failure"})", Fields().only({"status"}, {"podIP"})), Json({{"status", "Failure"}}));
}

// What is not looked at must be JSON all the same: after a fault nothing that follows can be trusted.
TEST(LeanParser, ChecksWhatItLeavesOut) {
  const auto fields = Fields().without({"spec"});
  EXPECT_TRUE(parse(R"({"spec": {"a": [1, "x"]}})", fields));
  for (const char* const wrong : {R"({"spec": {"a": [1,]}})", R"({"spec": "\x"})", "{\"spec\": \"\xff\"}",
                                  R"({"spec": 01})", R"({"spec": {]})"}) {
    EXPECT_FALSE(parse(wrong, fields)) << wrong;
  }
}

}  // namespace
}  // namespace murder::kubernetes
