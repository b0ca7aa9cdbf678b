// The client against a real Cyrus master and a real slave.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <random>
#include <thread>
#include <utility>

#include "mupdate/client/client.h"
#include "mupdate/client/cyrus_node.h"
#include "mupdate/client/entry_diff.h"
#include "mupdate/client/forget.h"
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

std::vector<Entry> list_all(Client& client, std::string_view prefix = {}) {
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

// The next event that says something, or nothing after `patience`.
std::optional<std::pair<UpdateEvent::Kind, Entry>> next_event(UpdateStream& stream, std::chrono::seconds patience) {
  const auto event = stream.next(net::Deadline::in(patience));
  if (!event) throw std::runtime_error(event.error().message);
  if (!*event) return {};
  return std::pair((*event)->kind, Entry((*event)->entry));
}

TEST_F(RealMaster, StreamsTheListAndThenItsChanges) {
  using Kind = UpdateEvent::Kind;
  auto writer = connect(*master_);
  ASSERT_EQ(why(writer.activate("user.s1", "stream1!p1", "a\tlrs\t")), "");
  ASSERT_EQ(why(writer.reserve("user.s2", "stream2!p1")), "");
  ASSERT_EQ(why(writer.activate("user.s3", "other!p1", "a\tlrs\t")), "");
  const std::vector<std::string> hosts = {"stream1", "stream2"};
  auto stream = connect(*master_).update(hosts);
  ASSERT_TRUE(stream) << stream.error().message;

  EXPECT_EQ(next_event(*stream, 10s),
            std::pair(Kind::Changed, Entry(State::Active, "user.s1", "stream1!p1", "a\tlrs\t")));
  EXPECT_EQ(next_event(*stream, 10s), std::pair(Kind::Changed, Entry(State::Reserved, "user.s2", "stream2!p1")));
  EXPECT_FALSE(stream->is_synced());
  EXPECT_EQ(next_event(*stream, 10s)->first, Kind::Synced);
  EXPECT_TRUE(stream->is_synced());
  EXPECT_EQ(next_event(*stream, 0s), std::nullopt);

  ASSERT_EQ(why(writer.activate("user.s2", "stream2!p2", "b\tl\t")), "");
  ASSERT_EQ(why(writer.remove("user.s1")), "");
  ASSERT_EQ(why(stream->request_flush(net::Deadline::in(10s))), "");
  // In the order of the changes or of the names, that is the server's choice; before the flush is answered in any case.
  std::vector<std::pair<Kind, std::string>> seen;
  while (true) {
    const auto event = next_event(*stream, 10s);
    ASSERT_TRUE(event);
    if (event->first == Kind::Flushed) break;
    seen.emplace_back(event->first, event->second.name + " " + event->second.location);
  }
  EXPECT_THAT(seen, testing::UnorderedElementsAre(std::pair(Kind::Changed, "user.s2 stream2!p2"),
                                                  std::pair(Kind::Deleted, "user.s1 ")));
  ASSERT_EQ(why(writer.remove("user.s2")), "");
  ASSERT_EQ(why(writer.remove("user.s3")), "");
}

// The master would take each of these for a command about user.spared itself.
TEST_F(RealMaster, LosesNoEntryToABadNameOfADeletedMailbox) {
  auto client = connect(*master_);
  const Entry entry(State::Active, "user.spared", "be1!p1", "a\tlrs\t");
  ASSERT_EQ(why(client.activate(entry.name, entry.location, entry.acl)), "");
  for (const auto* name : {"DELETED.user.spared", "DELETED.user.spared.old", "DELETED.user.spared."}) {
    EXPECT_THAT(why(client.remove(name)), HasSubstr("does not end in a hexadecimal time"));
    EXPECT_THAT(why(client.activate(name, "be2!p2", "")), HasSubstr("does not end in a hexadecimal time"));
  }
  EXPECT_EQ(*client.find(entry.name), entry);
  EXPECT_EQ(why(client.remove(entry.name)), "");
}

TEST_F(RealMaster, ListsManyAndASlaveHasTheSame) {
  constexpr int many = 20000;
  auto client = connect(*master_);
  for (int i = 0; i < many; ++i) {
    const auto user = "u" + std::to_string(i);
    ASSERT_EQ(why(client.activate("user." + user, i % 2 ? "many1!p1" : "many2!p1", user + "\tlrswipkxtecda\t")), "");
  }
  const auto all = list_all(client);
  EXPECT_EQ(all.size(), std::size_t{many});
  EXPECT_EQ(list_all(client, "many1!").size(), std::size_t{many / 2});
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end(),
                             [](const Entry& a, const Entry& b) { return compare_mailboxes(a.name, b.name) < 0; }));

  const auto slave = CyrusNode::start({.address = slave_address, .master = master_->endpoint().to_string()});
  ASSERT_TRUE(slave) << slave.error().message;
  auto reader = connect(*slave);
  EXPECT_FALSE(reader.server().is_master);
  EXPECT_EQ(reader.server().role, "mupdate://127.31.0.1:3905");
  EXPECT_EQ(compare_entries(all, list_all(reader)).summary(), "in sync");
  EXPECT_THAT(why(reader.reserve("user.x", "be1!p1")), HasSubstr("BAD \"read-only session\""));

  // What was changed since is what the comparison names, until the slave has it too.
  ASSERT_EQ(why(client.remove("user.u7")), "");
  ASSERT_EQ(why(client.activate("user.u8", "many1!p2", "u8\tl\t")), "");
  ASSERT_EQ(why(client.reserve("user.new", "many1!p1")), "");
  const auto changed = list_all(client);
  const auto diff = compare_entries(changed, all);
  EXPECT_EQ(diff.summary(), "1 missing (user.new), 1 extra (user.u7), 1 different (user.u8)");
  const auto deadline = net::Deadline::in(30s);  // the master flushes every 5 s
  std::string summary;
  do {
    summary = compare_entries(changed, list_all(reader)).summary();
  } while (summary != "in sync" && !deadline.passed());
  EXPECT_EQ(summary, "in sync");
  EXPECT_EQ(slave->stderr_log(), "");
}

TEST_F(RealMaster, ForgetsAServerAndNoOther) {
  auto client = connect(*master_);
  ASSERT_EQ(why(client.activate("user.g1", "gone1!p1", "g1\tl\t")), "");
  ASSERT_EQ(why(client.activate("user.g1.sub", "gone1!p2", "g1\tl\t")), "");
  ASSERT_EQ(why(client.reserve("user.g2", "gone1!p1")), "");
  ASSERT_EQ(why(client.activate("user.g3", "gone10!p1", "g3\tl\t")), "");

  bool asked = false;
  const auto stopped = forget(client, "gone1", [&] { return std::exchange(asked, true); });
  ASSERT_FALSE(stopped);
  EXPECT_THAT(stopped.error().message, HasSubstr("stopped after 1 of 3"));
  const auto removed = forget(client, "gone1", [] { return false; });
  ASSERT_TRUE(removed) << removed.error().message;
  EXPECT_EQ(*removed, 2u);
  EXPECT_TRUE(list_all(client, "gone1!").empty());
  EXPECT_EQ(list_all(client, "gone10!").size(), 1u);
  EXPECT_EQ(*forget(client, "gone1", [] { return false; }), 0u);
  EXPECT_EQ(why(client.remove("user.g3")), "");
}

TEST(DoomedMaster, IsDeadToItsClientAtOnceAndForGood) {
  auto master = CyrusNode::start({.address = doomed_address});
  ASSERT_TRUE(master) << master.error().message;
  auto client = connect(*master);
  auto stream = connect(*master).update();
  ASSERT_TRUE(stream);
  EXPECT_EQ(next_event(*stream, 10s)->first, UpdateEvent::Kind::Synced);
  ASSERT_EQ(why(client.noop()), "");
  master->kill();
  const auto first = why(client.activate("user.x", "be1!p1", ""));
  EXPECT_THAT(first, StartsWith("ACTIVATE user.x: 127.31.0.4:3905: "));
  EXPECT_NE(client.failure(), std::nullopt);
  EXPECT_THAT(why(client.noop()), StartsWith("NOOP: the connection ended earlier: 127.31.0.4:3905: "));
  const auto event = stream->next(net::Deadline::in(10s));
  ASSERT_FALSE(event);
  EXPECT_THAT(event.error().message, StartsWith("UPDATE: 127.31.0.4:3905: "));
  const auto again = Client::connect(options_for(*master));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().message, "127.31.0.4:3905: connect: Connection refused");
}

// A 3.6.1 master may crash when a TLS session ends (CYRUS.md finding 10), so each session gets a server of its own.
TEST(TlsMaster, IsSpokenToInTlsOrNotAtAll) {
  const auto directory = std::filesystem::temp_directory_path() / ("mupdate_tls_e2e." + std::to_string(::getpid()));
  std::filesystem::create_directory(directory);
  const auto file = [&](const std::string& name) { return (directory / name).string(); };
  for (const std::string name : {"server", "other"}) {
    const auto command =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=" + name +
        " -addext subjectAltName=IP:" + tls_address + " -keyout " + file(name + ".key") + " -out " +
        file(name + ".crt") + " 2>/dev/null && chmod 755 " + directory.string() + " && chmod 644 " +
        file(name + ".key");
    ASSERT_EQ(std::system(command.c_str()), 0);
  }
  const auto start = [&] {
    return CyrusNode::start(
        {.address = tls_address,
         .imapd = {{"tls_server_cert", file("server.crt")}, {"tls_server_key", file("server.key")}}});
  };
  const auto connect_trusting = [&](const CyrusNode& node, const std::string& ca) {
    auto options = options_for(node);
    options.tls = *net::TlsClient::load({.ca_file = file(ca), .server_name = tls_address});
    return Client::connect(options);
  };
  {
    const auto master = start();
    ASSERT_TRUE(master) << master.error().message;
    auto client = connect_trusting(*master, "server.crt");
    ASSERT_TRUE(client) << client.error().message;
    EXPECT_TRUE(client->is_tls());
    EXPECT_FALSE(client->server().has("STARTTLS"));
    EXPECT_EQ(*client->find("user.none"), std::nullopt);
  }
  {
    const auto master = start();
    ASSERT_TRUE(master) << master.error().message;
    const auto client = connect_trusting(*master, "other.crt");
    ASSERT_FALSE(client);
    EXPECT_THAT(client.error().message, HasSubstr("TLS: the certificate does not prove to be that of '127.31.0.3'"));
  }
  std::filesystem::remove_all(directory);
}

TEST_F(RealMaster, ThatHasNoTlsIsNotSpokenToInClear) {
  const auto ca = std::filesystem::temp_directory_path() / ("mupdate_ca." + std::to_string(::getpid()));
  ASSERT_EQ(std::system(("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=x -keyout "
                         "/dev/null -out " +
                         ca.string() + " 2>/dev/null")
                            .c_str()),
            0);
  auto options = options_for(*master_);
  options.tls = *net::TlsClient::load({.ca_file = ca.string(), .server_name = master_address});
  std::filesystem::remove(ca);
  const auto client = Client::connect(options);
  ASSERT_FALSE(client);
  EXPECT_EQ(client.error().message, "STARTTLS: 127.31.0.1:3905: the server does not offer it, and TLS is required");
}

}  // namespace
}  // namespace murder::mupdate
