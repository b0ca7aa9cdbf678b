#include "operator/api/schema/raw_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

#include "operator/api/schema/json_to_yaml.h"

namespace murder::api {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

// What was made of it, or the complaints.
struct Read {
  std::optional<std::string> json;
  std::vector<std::string> complaints;
};

Read read(const YAML::Node& node) {
  Read read;
  read.json = raw_json(node, "x", [&](const YAML::Node& where, const std::string& path, const std::string& message) {
    read.complaints.push_back(std::to_string(where.Mark().line + 1) + ": " + path + ": " + message);
  });
  return read;
}

// Types as kubectl's reader of YAML 1.1 gives them, keys in order.
TEST(RawJson, HasTheTypesOfYaml11) {
  for (const auto& [yaml, json] : std::initializer_list<std::pair<const char*, const char*>>{
           {"{b: 1, a: [x, yes, \"yes\", No]}", R"({"a":["x",true,"yes",false],"b":1})"},
           {"{weight: 100, share: .5, big: 1e3, signed: [-7, +7]}",
            R"({"big":1000.0,"share":0.5,"signed":[-7,7],"weight":100})"},
           {"{none: , tilde: ~, empty: \"\"}", R"({"empty":"","none":null,"tilde":null})"},
           {"{value: \"3.10\", release: 3.10.2, day: 2001-01-01}",
            R"({"day":"2001-01-01","release":"3.10.2","value":"3.10"})"},
           {"a: |\n  two\n  lines\n\"1\": é", R"({"1":"é","a":"two\nlines\n"})"},
           {"a: &a {b: c}\nd: *a", R"({"a":{"b":"c"},"d":{"b":"c"}})"},
           {"[]", "[]"},
           {"{}", "{}"},
       }) {
    const auto outcome = read(YAML::Load(yaml));
    EXPECT_EQ(outcome.json, json) << yaml;
    EXPECT_THAT(outcome.complaints, SizeIs(0)) << yaml;
  }
}

TEST(RawJson, RefusesWhatOthersWouldReadInTheirOwnWays) {
  for (const auto& [yaml, complaint] : std::initializer_list<std::pair<const char*, const char*>>{
           {"\n{a: {b: 0x10}}", "2: x.a.b: \"0x10\" is not a whole number in decimal digits"},
           {"{a: [1_000]}", "1: x.a[0]: \"1_000\" is not a whole number in decimal digits"},
           {"{a: 99999999999999999999}", "1: x.a: \"99999999999999999999\" is not a whole number in decimal digits"},
           {"{a: 1e999}", "1: x.a: \"1e999\" is not a number in decimal digits"},
           {"{a: .inf}", "1: x.a: \".inf\" is not a number in decimal digits"},
           {"{a: .nan}", "1: x.a: \".nan\" is not a number in decimal digits"},
           {"{1: a}", "1: x: keys must be strings: write \"1\""},
           {"{on: a}", "1: x: keys must be strings: write \"on\""},
           {"{? [a] : b}", "1: x: keys must be strings"},
           {"a: b\nc: d\na: e", "3: x.a: is given twice: remove one"},
       }) {
    const auto outcome = read(YAML::Load(yaml));
    EXPECT_FALSE(outcome.json) << yaml;
    EXPECT_THAT(outcome.complaints, ElementsAre(complaint)) << yaml;
  }
}

TEST(RawJson, IsOfLimitedDepth) {
  const auto nested = [](int depth) {
    const auto levels = static_cast<std::size_t>(depth);
    return YAML::Load(std::string(levels, '[') + std::string(levels, ']'));
  };
  EXPECT_TRUE(read(nested(kDeepestRawJson)).json);
  EXPECT_THAT(read(nested(kDeepestRawJson + 1)).complaints, ElementsAre(HasSubstr("nested more than 16 levels deep")));
  EXPECT_THAT(read(YAML::Load("&a {a: *a}")).complaints, ElementsAre(HasSubstr("nested more than 16 levels deep")));
}

TEST(RawJson, IsOfLimitedSize) {
  const auto of = [](std::size_t octets) { return YAML::Load("[" + std::string(octets - 4, 'x') + "]"); };
  EXPECT_THAT(read(of(kLargestRawJson)).json.value_or(""), SizeIs(kLargestRawJson));
  EXPECT_THAT(read(of(kLargestRawJson + 1)).complaints, ElementsAre("1: x: is larger than 16 KiB as JSON"));
}

// Fifteen levels of ten aliases each, of something and of nothing: neither may be expanded.
TEST(RawJson, IsNotExpandedBeyondItsSize) {
  for (const char* leaf : {"[x, x, x, x, x, x, x, x, x, x]", "[[], [], [], [], [], [], [], [], [], []]"}) {
    std::string text = std::string("a0: &a0 ") + leaf + "\n";
    for (int i = 1; i < 13; ++i) {
      const std::string last = "*a" + std::to_string(i - 1);
      text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + last;
      for (int j = 1; j < 10; ++j) text += ", " + last;
      text += "]\n";
    }
    EXPECT_THAT(read(YAML::Load(text)).complaints, ElementsAre("1: x: is larger than 16 KiB as JSON"));
  }
}

// JSON of every kind of value, with texts that YAML has its own ideas about.
class Random {
 public:
  nlohmann::ordered_json value(int depth) {
    switch (number(depth > 0 ? 9 : 7)) {
      case 0:
        return nullptr;
      case 1:
        return number(2) == 0;
      case 2:
        return static_cast<std::int64_t>(random_());
      case 3:
        return static_cast<std::int64_t>(number(1000)) - 500;
      case 4:
        return static_cast<double>(number(100000)) / 64 - 500;
      case 5:
      case 6:
        return text();
      case 7: {
        auto list = nlohmann::ordered_json::array();
        for (auto i = number(4); i > 0; --i) list.push_back(value(depth - 1));
        return list;
      }
      default:
        return object(depth);
    }
  }
  nlohmann::ordered_json object(int depth) {
    auto object = nlohmann::ordered_json::object();
    for (auto i = number(5); i > 0; --i) object[text()] = value(depth - 1);
    return object;
  }

 private:
  std::size_t number(std::size_t below) { return random_() % below; }
  std::string text() {
    static constexpr auto pieces =
        std::to_array<const char*>({"yes", "No",  "~",      "null",   "<<", "0x10", "3.10",
                                    "1e3", "-",   "- ",     ": ",     ":",  "#",    " #",
                                    "&a",  "*a",  "!t",     "|",      ">",  "%",    "@",
                                    "`",   "'",   "\"",     "\\",     ",",  "[",    "]",
                                    "{",   "}",   " ",      "\n",     "\t", "\r",   "\x01",
                                    "é",   "😀",   "\u2028", "\u0085", "a",  "mail", "example.org/team",
                                    "---", "...", "=",      "?",      "."});
    std::string text;
    for (auto i = number(4); i > 0; --i) text += pieces[number(pieces.size())];
    return text;
  }

  std::mt19937_64 random_{20260713};
};

// What the API server gave as JSON, written as YAML, is read as the same JSON.
TEST(RawJson, IsWhatWasWrittenAsYaml) {
  Random random;
  for (int i = 0; i < 3000; ++i) {
    const auto json = random.object(4);
    const std::string yaml = to_yaml(json);
    const auto outcome = read(YAML::Load(yaml));
    ASSERT_THAT(outcome.complaints, SizeIs(0)) << json << "\n" << yaml;
    ASSERT_EQ(nlohmann::json::parse(outcome.json.value_or("")), nlohmann::json::parse(json.dump())) << yaml;
  }
}

}  // namespace
}  // namespace murder::api
