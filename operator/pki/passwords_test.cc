#include "operator/pki/passwords.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace murder::pki {
namespace {

using ::testing::ElementsAre;
using ::testing::Key;

TEST(Passwords, AreLongAndDifferent) {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    const auto password = generate_password();
    ASSERT_TRUE(password);
    EXPECT_EQ(password->size(), 24u);
    EXPECT_EQ(password->find_first_of("0O1lI\"\\ o"), std::string::npos);
    seen.insert(*password);
  }
  EXPECT_EQ(seen.size(), 100u);
}

TEST(Passwords, AreMadeForWhatLacksOneOnly) {
  const auto made = missing_passwords({{"alice", "kept"}, {"dave", ""}}, {"alice", "bob", "carol", "bob", "dave"});
  ASSERT_TRUE(made);
  EXPECT_THAT(*made, ElementsAre(Key("bob"), Key("carol"), Key("dave")));
  EXPECT_EQ(made->at("dave").size(), 24u);
  EXPECT_TRUE(missing_passwords({{"alice", "kept"}}, {"alice"})->empty());
}

}  // namespace
}  // namespace murder::pki
