// Every manifest of examples/manifests is accepted; every one of operator/api/testdata is refused in exactly the words
// of the .expected file beside it. `bad` holds what the API server refuses too, `beyond` what it cannot know or does
// not mind (e2e/crds/ holds it to that).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "operator/topology/testdata.h"

namespace murder::topology {
namespace {

std::string judge(const std::filesystem::path& path) {
  auto parsed = api::parse_manifests({testdata::manifest(path)});
  api::Mistakes mistakes;
  if (auto* found = std::get_if<api::Mistakes>(&parsed)) {
    mistakes = std::move(*found);
  } else {
    const auto& manifests = std::get<api::Manifests>(parsed);
    for (const auto& cluster : manifests.clusters) {
      const auto derived = derive(cluster, manifests.backends, preview_target(cluster, manifests.backends));
      for (auto& mistake : as_mistakes(derived.problems, cluster, manifests.backends)) {
        mistakes.push_back(std::move(mistake));
      }
    }
    api::sort_as_written(mistakes);
  }
  std::string text;
  for (const auto& mistake : mistakes) text += mistake.text() + "\n";
  return text;
}

class Good : public testing::TestWithParam<std::filesystem::path> {};
TEST_P(Good, IsAccepted) { EXPECT_EQ(judge(GetParam()), ""); }

class Bad : public testing::TestWithParam<std::filesystem::path> {};
TEST_P(Bad, IsRefusedInTheseWords) {
  auto expected = GetParam();
  expected.replace_extension(".expected");
  const std::string words = testdata::read(expected);
  ASSERT_FALSE(words.empty()) << expected;
  EXPECT_EQ(judge(GetParam()), words);
}

std::string name(const testing::TestParamInfo<std::filesystem::path>& info) { return testdata::test_name(info.param); }
INSTANTIATE_TEST_SUITE_P(Manifest, Good, testing::ValuesIn(testdata::good()), name);
INSTANTIATE_TEST_SUITE_P(Manifest, Bad, testing::ValuesIn(testdata::files("operator/api/testdata/bad")), name);
INSTANTIATE_TEST_SUITE_P(Beyond, Bad, testing::ValuesIn(testdata::files("operator/api/testdata/beyond")), name);

TEST(Manifests, EveryExpectationHasItsManifest) {
  for (const char* folder : {"operator/api/testdata/bad", "operator/api/testdata/beyond"}) {
    for (auto path : testdata::files(folder, ".expected")) {
      EXPECT_TRUE(std::filesystem::exists(path.replace_extension(".yaml"))) << path;
    }
  }
}

}  // namespace
}  // namespace murder::topology
