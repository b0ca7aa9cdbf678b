#include "sidecar/move/hold.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace murder::move {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

// `cyr_dbtool user_deny.db flat get|show` of 3.6.1.
TEST(Denial, IsOursByItsMessage) {
  EXPECT_EQ(denial_of("\n"), Denial::None);
  EXPECT_EQ(denial_of("2\tlmtp,lmtpunix\tmurder-agent: is being moved\n"), Denial::Ours);
  EXPECT_EQ(denial_of("2\t*\tAccess to this service has been blocked\n"), Denial::Another);
  EXPECT_EQ(denial_of("2\t*\tsays murder-agent: is being moved\n"), Denial::Another);
  EXPECT_EQ(denial_of("garbage"), Denial::Another);
  EXPECT_THAT(users_we_deny("alice\t2\tlmtp\tmurder-agent: is being moved\nbob\t2\t*\tno\n\ncarol"),
              ElementsAre("alice"));
}

TEST(User, IsThatOfTheMailbox) {
  EXPECT_EQ(user_of("user.fred"), "fred");
  EXPECT_EQ(user_of("user.fred^smith.Work"), "fred.smith");
  EXPECT_EQ(user_of("shared.team"), "");
}

class FakeCyrus {
 public:
  std::map<std::string, Denial> denials;
  std::mutex mutex;
  int failures = 0;

  DenyCommands commands() {
    return {.look = [this](const std::string& user) -> Result<Denial> {
              const std::lock_guard lock(mutex);
              const auto found = denials.find(user);
              return found == denials.end() ? Denial::None : found->second;
            },
            .deny = [this](const std::string& user) -> Status {
              const std::lock_guard lock(mutex);
              denials[user] = Denial::Ours;
              return ok();
            },
            .allow = [this](const std::string& user) -> Status {
              const std::lock_guard lock(mutex);
              if (failures > 0) {
                --failures;
                return Error{"cannot"};
              }
              denials.erase(user);
              return ok();
            },
            .ours = [this]() -> Result<std::vector<std::string>> {
              const std::lock_guard lock(mutex);
              std::vector<std::string> users;
              for (const auto& [user, denial] : denials) {
                if (denial == Denial::Ours) users.push_back(user);
              }
              return users;
            }};
  }
  bool denies(const std::string& user) {
    const std::lock_guard lock(mutex);
    return denials.contains(user);
  }
};

TEST(Hold, IsReleased) {
  FakeCyrus cyrus;
  DeliveryHold hold(cyrus.commands());
  hold.start();
  ASSERT_TRUE(hold.hold("alice", 1h));
  EXPECT_TRUE(cyrus.denies("alice"));
  ASSERT_TRUE(hold.release("alice"));
  EXPECT_FALSE(cyrus.denies("alice"));
  EXPECT_TRUE(hold.release("alice")) << "and again";
}

TEST(Hold, EndsByItselfUnlessItIsAskedForAnew) {
  FakeCyrus cyrus;
  DeliveryHold hold(cyrus.commands());
  hold.start();
  ASSERT_TRUE(hold.hold("bob", 1h));
  ASSERT_TRUE(hold.hold("alice", 2s));
  EXPECT_TRUE(cyrus.denies("alice"));
  while (cyrus.denies("alice")) std::this_thread::sleep_for(10ms);
  EXPECT_TRUE(cyrus.denies("bob"));
  ASSERT_TRUE(hold.hold("alice", 1h)) << "a new one holds";
  EXPECT_TRUE(cyrus.denies("alice"));
}

TEST(Hold, WhatAnEarlierAgentLeftIsEnded) {
  FakeCyrus cyrus;
  cyrus.denials = {{"alice", Denial::Ours}, {"bob", Denial::Another}};
  DeliveryHold hold(cyrus.commands());
  hold.start();
  while (cyrus.denies("alice")) std::this_thread::sleep_for(10ms);
  EXPECT_TRUE(cyrus.denies("bob"));
}

TEST(Hold, AnAdministratorsDenialStaysAsItIs) {
  FakeCyrus cyrus;
  cyrus.denials = {{"bob", Denial::Another}};
  DeliveryHold hold(cyrus.commands());
  hold.start();
  ASSERT_TRUE(hold.hold("bob", 1h));
  EXPECT_EQ(cyrus.denials.at("bob"), Denial::Another);
  ASSERT_TRUE(hold.release("bob"));
  EXPECT_TRUE(cyrus.denies("bob"));
}

}  // namespace
}  // namespace murder::move
