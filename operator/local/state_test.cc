#include "operator/local/state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "operator/local/durable_file.h"
#include "operator/local/test_directory.h"

namespace murder::local {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

ClusterState example() {
  ClusterState state;
  state.cluster = "mail";
  state.mode = geteuid() == 0 ? Mode::Root : Mode::User;
  state.network = 34;
  state.addresses = {{"be1", "127.34.1.1"}};
  state.manifests = {{"a.yaml", "kind: \"x\"\n"}};
  state.versions = {{"be1", {"a", "c"}}};
  state.wanted = true;
  return state;
}

class State : public ::testing::Test {
 protected:
  State() : places_{base_ / "mail"} { std::filesystem::create_directory(places_.root); }
  TestDirectory base_;
  Places places_;
};

TEST_F(State, IsWhatWasSaved) {
  EXPECT_FALSE(load(places_)->has_value());
  ASSERT_TRUE(save(places_, example()));
  const auto loaded = load(places_);
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(to_json(**loaded), to_json(example()));
  struct stat found {};
  ASSERT_EQ(stat(places_.cluster_json().c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0600u);  // manifests are the user's own business
}

TEST_F(State, OfAnotherClusterIsRefused) {
  auto other = example();
  other.cluster = "other";
  ASSERT_TRUE(save(places_, other));
  EXPECT_THAT(load(places_).error().message, HasSubstr("the state of the cluster \"other\", not of \"mail\""));
}

TEST_F(State, OfAnotherFormatIsRefused) {
  for (const auto& [text, why] : std::vector<std::pair<std::string, std::string>>{
           {R"({"kind": "cyrus-murder local state", "format": 2})", "has format 2"},
           {R"({"kind": "something"})", "is not the state of a local murder"},
           {"", "is not the state of a local murder"},
           {R"({"kind": "cyrus-murder local state", "format": 1})", "is damaged"}}) {
    ASSERT_TRUE(write_file(places_.cluster_json(), text, {}));
    EXPECT_THAT(load(places_).error().message, HasSubstr(why));
  }
}

TEST_F(State, ADirectoryOfSomethingElseIsRefused) {
  std::ofstream(places_.root + "/precious") << "data";
  EXPECT_THAT(load(places_).error().message, HasSubstr("holds something else (precious)"));
}

TEST_F(State, IsChangedByOneAtATime) {
  auto first = StateLock::take(places_);
  ASSERT_TRUE(first);
  const auto second = StateLock::take(places_);
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().message, HasSubstr("(process " + std::to_string(getpid()) + ")"));
}

TEST_F(State, OfTheOnlyClusterIsFound) {
  ASSERT_TRUE(save(places_, example()));
  EXPECT_EQ(find_places(base_.path(), "")->root, places_.root);
  std::filesystem::create_directory(base_ / "two");
  ASSERT_TRUE(save({base_ / "two"}, example()));
  EXPECT_THAT(find_places(base_.path(), "").error().message, HasSubstr("(mail, two): say which with --cluster"));
  EXPECT_EQ(find_places(base_.path(), "two")->root, base_ / "two");
  EXPECT_THAT(clusters_in(base_.path()), ElementsAre("mail", "two"));
}

TEST(WriteFile, DoesNotFollowALink) {
  TestDirectory directory;
  std::ofstream(directory / "target") << "precious";
  std::filesystem::create_symlink(directory / "target", directory / "link");
  ASSERT_TRUE(write_file(directory / "link", "new", {}));
  EXPECT_EQ(**read_file(directory / "target"), "precious");
  EXPECT_EQ(**read_file(directory / "link"), "new");
  std::filesystem::create_directory_symlink(directory.path(), directory / "folder");
  EXPECT_FALSE(make_directory(directory / "folder", {.mode = 0700}));
}

}  // namespace
}  // namespace murder::local
