#include "operator/local/addresses.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace murder::local {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

TEST(Addresses, FollowTheNumbersOfNames) {
  const auto addresses = allocate(
      34, {}, {{"mupdate", Role::Master}, {"be1", Role::Backend}, {"be2", Role::Backend}, {"fe1", Role::Frontend}});
  ASSERT_TRUE(addresses);
  EXPECT_THAT(*addresses, ElementsAre(Pair("be1", "127.34.1.1"), Pair("be2", "127.34.1.2"), Pair("fe1", "127.34.2.1"),
                                      Pair("mupdate", "127.34.0.1")));
}

TEST(Addresses, AreNeverGivenToAnotherName) {
  const Addresses known = {{"old1", "127.34.1.1"}, {"fe1", "127.34.2.7"}};
  const auto addresses =
      allocate(34, known, {{"be1", Role::Backend}, {"fe1", Role::Frontend}, {"x300", Role::Backend}});
  ASSERT_TRUE(addresses);
  EXPECT_THAT(*addresses, ElementsAre(Pair("be1", "127.34.1.2"), Pair("fe1", "127.34.2.7"), Pair("old1", "127.34.1.1"),
                                      Pair("x300", "127.34.1.3")));
}

TEST(Addresses, RunOutWithAMessage) {
  Addresses known;
  for (int i = 1; i <= 254; ++i) known["gone" + std::to_string(i)] = "127.34.1." + std::to_string(i);
  const auto addresses = allocate(34, known, {{"be1", Role::Backend}});
  ASSERT_FALSE(addresses);
  EXPECT_THAT(addresses.error().message, ::testing::HasSubstr("be1"));
}

TEST(Networks, AreStableAndAvoidWhatIsTaken) {
  const auto first = choose_network("quickstart", {});
  ASSERT_TRUE(first);
  EXPECT_EQ(*first, *choose_network("quickstart", {}));
  const auto second = choose_network("quickstart", {*first});
  ASSERT_TRUE(second);
  EXPECT_NE(*first, *second);
  std::set<int> all;
  for (int i = 0; i < 256; ++i) all.insert(i);
  EXPECT_FALSE(choose_network("quickstart", all));
}

TEST(Networks, InUseAreThoseThatListen) {
  const auto networks = networks_in_use(
      "  sl  local_address rem_address   st\n"
      "   0: 0100227F:0F41 00000000:0000 0A 00000000:00000000\n"
      "   1: 0101237F:008F 0100007F:8000 01 00000000:00000000\n"
      "   2: 00000000:0016 00000000:0000 0A 00000000:00000000\n");
  EXPECT_THAT(networks, ElementsAre(34));
}

}  // namespace
}  // namespace murder::local
