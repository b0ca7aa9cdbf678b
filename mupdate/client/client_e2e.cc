// The client against a real Cyrus master and a real slave.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <random>
#include <thread>

#include "mupdate/client/client.h"
#include "mupdate/client/cyrus_node.h"
#include "mupdate/client/entry_diff.h"
#include "mupdate/protocol/mailbox_order.h"

namespace murder::mupdate {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

constexpr auto master_address = "127.31.0.1";
constexpr auto slave_address = "127.31.0.2";
constexpr auto tls_address = "127.31.0.3";
constexpr auto doomed_address = "127.31.0.4";

Options options_for(const CyrusNode& node) {
  return {.endpoint = node.endpoint(), .username = CyrusNode::user, .password = CyrusNode::password};
}

Client connect(const CyrusNode& node) {
  auto client = Client::connect(options_for(node));
  if (!client) throw std::runtime_error(client.error().message);
  return *std::move(client);
}

[[maybe_unused]] std::vector<Entry> list_all(Client& client, std::string_view prefix = {}) {
  std::vector<Entry> entries;
  const auto status = client.list(prefix, [&](const EntryView& entry) { entries.emplace_back(entry); });
  EXPECT_TRUE(status) << status.error().message;
  return entries;
}

std::string why(const Status& status) { return status ? "" : status.error().message; }

// One master for all tests that leave it alive. A connection that was there first has to be there last: the proof that
// none of what the client sent made the master crash.
class RealMaster : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto node = CyrusNode::start({.address = master_address});
    ASSERT_TRUE(node) << node.error().message;
    master_ = std::make_unique<CyrusNode>(*std::move(node));
    witness_ = std::make_unique<Client>(connect(*master_));
  }
  static void TearDownTestSuite() {
    if (witness_) {
      EXPECT_EQ(why(witness_->noop()), "");
    }
    if (master_) {
      EXPECT_EQ(master_->stderr_log(), "");
    }
    witness_.reset();
    master_.reset();
  }
  void SetUp() override {
    if (!witness_) GTEST_FAIL() << "no master";
  }

  static std::unique_ptr<CyrusNode> master_;
  static std::unique_ptr<Client> witness_;
};
std::unique_ptr<CyrusNode> RealMaster::master_;
std::unique_ptr<Client> RealMaster::witness_;

TEST_F(RealMaster, IntroducesItself) {
  auto client = connect(*master_);
  EXPECT_TRUE(client.server().is_master);
  EXPECT_EQ(client.server().host, master_address);
  EXPECT_EQ(client.server().software, "Cyrus IMAP");
  EXPECT_TRUE(client.server().has("PARTIAL-UPDATE"));
  EXPECT_FALSE(client.is_tls());
  EXPECT_EQ(why(client.noop()), "");
  EXPECT_EQ(why(std::move(client).logout()), "");
}

TEST_F(RealMaster, TakesEveryMechanism) {
  for (const std::string mechanism : {"PLAIN", "LOGIN", "SCRAM-SHA-256"}) {
    auto options = options_for(*master_);
    options.mechanisms = {mechanism};
    auto client = Client::connect(options);
    ASSERT_TRUE(client) << mechanism << ": " << client.error().message;
    EXPECT_EQ(why(client->noop()), "") << mechanism;
  }
}

TEST_F(RealMaster, RefusesAWrongPassword) {
  for (const std::string mechanism : {"PLAIN", "LOGIN", "SCRAM-SHA-256"}) {
    auto options = options_for(*master_);
    options.mechanisms = {mechanism};
    options.password = "wrong";
    const auto client = Client::connect(options);
    ASSERT_FALSE(client);
    EXPECT_THAT(client.error().message,
                StartsWith("AUTHENTICATE " + mechanism + ": " + master_->endpoint().to_string() + ": NO "));
  }
}

TEST_F(RealMaster, SaysWhatItOffersInsteadOfAnUnknownMechanism) {
  auto options = options_for(*master_);
  options.mechanisms = {"GSSAPI"};
  const auto client = Client::connect(options);
  ASSERT_FALSE(client);
  EXPECT_THAT(client.error().message, HasSubstr("the server offers only "));
}

TEST_F(RealMaster, WalksAnEntryThroughItsLife) {
  auto client = connect(*master_);
  const std::string name = "user.life";
  EXPECT_EQ(*client.find(name), std::nullopt);
  EXPECT_EQ(why(client.reserve(name, "be1!p1")), "");
  EXPECT_EQ(*client.find(name), Entry(State::Reserved, name, "be1!p1"));
  EXPECT_EQ(why(client.activate(name, "be1!p1", "life\tlrs\t")), "");
  EXPECT_EQ(*client.find(name), Entry(State::Active, name, "be1!p1", "life\tlrs\t"));
  const auto taken = client.reserve(name, "be2!p1");
  EXPECT_EQ(why(taken), "RESERVE user.life: 127.31.0.1:3905: NO \"mailbox already exists\"");
  EXPECT_EQ(client.failure(), std::nullopt);
  EXPECT_EQ(why(client.deactivate(name, "be1!p2")), "");
  EXPECT_EQ(*client.find(name), Entry(State::Reserved, name, "be1!p2"));
  EXPECT_EQ(why(client.remove(name)), "");
  EXPECT_EQ(*client.find(name), std::nullopt);
}

// CYRUS.md finding 1: the master would die of each of these.
TEST_F(RealMaster, IsSparedWhatItWouldDieOf) {
  auto client = connect(*master_);
  EXPECT_THAT(why(client.remove("user.nobody")), StartsWith("DELETE user.nobody: 127.31.0.1:3905: it is not listed"));
  EXPECT_THAT(why(client.deactivate("user.nobody", "be1!p1")), HasSubstr("it is not listed"));
  EXPECT_EQ(why(client.reserve("user.spared", "be1!p1")), "");
  EXPECT_THAT(why(client.deactivate("user.spared", "be1!p1")), HasSubstr("it is not active"));
  EXPECT_THAT(why(client.reserve("", "be1!p1")), HasSubstr("the mailbox name is empty"));
  EXPECT_THAT(why(client.reserve("user." + std::string(255, 'x'), "be1!p1")), HasSubstr("the user id has more than"));
  EXPECT_THAT(why(client.activate("user.spared", "be1!p1", std::string(1 << 20, 'x'))), HasSubstr("may die"));
  EXPECT_EQ(why(client.remove("user.spared")), "");
  EXPECT_EQ(client.failure(), std::nullopt);
}

TEST_F(RealMaster, KeepsStrangeNamesAndArguments) {
  auto client = connect(*master_);
  const std::string long_acl = [] {
    std::string acl;
    for (int i = 0; acl.size() < 60000; ++i) acl += "user" + std::to_string(i) + "\tlrs\t";
    return acl;
  }();
  const std::vector<Entry> entries = {
      {State::Active, "user.strange.with space", "be1!p1", "a\tlrs\t"},
      {State::Active, "user.strange.quote\"back\\slash", "be1!", "a\tlrs\t-b\tl\t"},
      {State::Active, "user.strange.caf\xc3\xa9\xff", "be1", "a\tlrs\t"},
      {State::Active, "user.strange.{5+}", "be1:143!p1", ""},
      {State::Active, "user.strange.acl", "be1!p1", long_acl},
      {State::Active, "user." + std::string(245, 'y'), "be1!p1", "a\tlrs\t"},
      {State::Active, "example.org!user.strange^dot", "be1!p1", "a\tlrs\t"},
      {State::Active, "DELETED.user.strange.5F000000", "be1!", "a\tlrs\t"},
  };
  for (const auto& entry : entries) {
    ASSERT_EQ(why(client.activate(entry.name, entry.location, entry.acl)), "");
    const auto found = client.find(entry.name);
    ASSERT_TRUE(found) << found.error().message;
    ASSERT_TRUE(*found) << entry.name;
    EXPECT_EQ(**found, entry);
  }
  for (const auto& entry : entries) EXPECT_EQ(why(client.remove(entry.name)), "");
}

// MUPDATE.md 1.7, with names that would sort differently by any simpler rule.
TEST_F(RealMaster, ListsInTheOrderOfMailboxOrder) {
  auto client = connect(*master_);
  const std::string alphabet = "ab.- ^+&\"(/0Z~";
  std::mt19937 random(3);
  std::vector<std::string> names;
  for (const auto* prefix : {"user.", "", "DELETED.user.", "b.example!user.", "b.example.org!user.", "b!"}) {
    for (int i = 0; i < 40; ++i) {
      std::string name(prefix);
      for (auto length = 1 + random() % 6; length > 0; --length) {
        name += alphabet[random() % alphabet.size()];
      }
      // No empty components: Cyrus has no such names.
      if (name.ends_with('.') || name.find("..") != std::string::npos || name.find("!.") != std::string::npos) continue;
      if (name.starts_with('.') || name.find(".user..") != std::string::npos) continue;
      if (name.starts_with("DELETED.")) name += ".5F00000" + std::to_string(i % 10);
      names.push_back(name);
    }
  }
  std::sort(names.begin(), names.end(), MailboxOrder{});
  names.erase(std::unique(names.begin(), names.end()), names.end());
  for (const auto& name : names) ASSERT_EQ(why(client.activate(name, "order!p1", "a\tlrs\t")), "") << name;
  std::vector<std::string> listed;
  ASSERT_EQ(why(client.list("order!", [&](const EntryView& entry) { listed.emplace_back(entry.name); })), "");
  EXPECT_EQ(listed, names);
  for (const auto& name : names) ASSERT_EQ(why(client.remove(name)), "") << name;
}

TEST_F(RealMaster, FindsManyWithoutWaitingForEach) {
  auto client = connect(*master_);
  std::vector<std::string> names;
  for (int i = 0; i < 3000; ++i) names.push_back("user.many" + std::to_string(i));
  ASSERT_EQ(why(client.activate(names[7], "be1!p1", "a\tlrs\t")), "");
  ASSERT_EQ(why(client.reserve(names[2999], "be2!p1")), "");
  const auto found = client.find_all(names);
  ASSERT_TRUE(found) << found.error().message;
  ASSERT_EQ(found->size(), names.size());
  for (std::size_t i = 0; i < names.size(); ++i) EXPECT_EQ((*found)[i].has_value(), i == 7 || i == 2999) << i;
  EXPECT_EQ((*found)[7], Entry(State::Active, names[7], "be1!p1", "a\tlrs\t"));
  EXPECT_EQ((*found)[2999], Entry(State::Reserved, names[2999], "be2!p1"));
  EXPECT_TRUE(client.find_all({})->empty());
  EXPECT_EQ(why(client.remove(names[7])), "");
  EXPECT_EQ(why(client.remove(names[2999])), "");
}

}  // namespace
}  // namespace murder::mupdate
