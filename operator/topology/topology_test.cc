#include "operator/topology/topology.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "operator/topology/services.h"
#include "operator/topology/testdata.h"

namespace murder::topology {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;

api::MurderCluster cluster(std::int64_t frontends = 2) {
  api::MurderCluster cluster;
  cluster.metadata.name = "mail";
  cluster.spec.frontend.replicas = frontends;
  return cluster;
}

api::Backend backend(const std::string& name) {
  api::Backend backend;
  backend.metadata.name = name;
  backend.spec.cluster_ref.name = "mail";
  backend.spec.partitions = {{.name = "p1"}, {.name = "p2"}};
  return backend;
}

Derived derive(const api::MurderCluster& cluster, const std::vector<api::Backend>& backends) {
  return topology::derive(cluster, backends, preview_target(cluster, backends));
}

std::vector<std::string> names(const Topology& topology) {
  std::vector<std::string> names;
  for (const auto& node : topology.nodes) names.push_back(node.name);
  return names;
}

// "admin.cyrus cyrus: mupdate be1 fe1"
std::vector<std::string> account_table(const Topology& topology) {
  std::vector<std::string> table;
  for (const auto& account : topology.accounts) {
    std::string row = account.secret + " " + account.name + ":";
    for (const auto& node : account.nodes) row += " " + node;
    table.push_back(row);
  }
  return table;
}

TEST(Topology, NodesAreInTheOrderOfTheirNumbers) {
  const auto derived = derive(cluster(11), {backend("be10"), backend("be2"), backend("a1"), backend("be1")});
  EXPECT_THAT(names(*derived.topology), ElementsAre("mupdate", "a1", "be1", "be2", "be10", "fe1", "fe2", "fe3", "fe4",
                                                    "fe5", "fe6", "fe7", "fe8", "fe9", "fe10", "fe11"));
  EXPECT_EQ(names(*derived.topology),
            node_names(cluster(11), {backend("be10"), backend("be2"), backend("a1"), backend("be1")}));
}

TEST(Topology, BackendsOfOtherClustersAndNamespacesAreNotMembers) {
  auto other = backend("be2");
  other.spec.cluster_ref.name = "post";
  auto elsewhere = backend("be3");
  elsewhere.metadata.namespace_ = "staging";
  EXPECT_THAT(names(*derive(cluster(1), {backend("be1"), other, elsewhere}).topology),
              ElementsAre("mupdate", "be1", "fe1"));
}

TEST(Topology, HostsAreNamesInTheDomain) {
  auto given = cluster(1);
  EXPECT_EQ(derive(given, {backend("be1")}).topology->find("be1")->host, "be1.mail.murder.test");
  given.spec.domain = "mail.example.org";
  EXPECT_EQ(derive(given, {backend("be1")}).topology->find("be1")->host, "be1.mail.example.org");
}

// Who can log in where. mailproxy has another password on each backend, so that one backend's is of no use elsewhere.
TEST(Topology, AccountsAndWhereTheyCanLogIn) {
  auto given = cluster(2);
  given.spec.authentication.users = {"alice"};
  EXPECT_THAT(account_table(*derive(given, {backend("be1"), backend("be2")}).topology),
              ElementsAre("admin.cyrus cyrus: mupdate be1 be2 fe1 fe2",  //
                          "user.alice alice: fe1 fe2",                   //
                          "mupdate.be1 mupdate-be1: mupdate",            //
                          "mupdate.be2 mupdate-be2: mupdate",            //
                          "mupdate-frontends mupdate-frontends: mupdate",
                          "mailproxy.be1 mailproxy: be1",  //
                          "mailproxy.be2 mailproxy: be2",  //
                          "xfer xfer: be1 be2"));
}

TEST(Topology, DefaultPartitionIsTheFirstOrTheNamedOneAndNoneWithASelectMode) {
  auto named = backend("be2");
  named.spec.default_partition = "p2";
  auto given = cluster();
  auto topology = *derive(given, {backend("be1"), named}).topology;
  EXPECT_EQ(topology.find("be1")->default_partition, "p1");
  EXPECT_EQ(topology.find("be2")->default_partition, "p2");
  given.spec.placement.partitions.mode = api::SelectMode::Random;
  EXPECT_EQ(derive(given, {backend("be1")}).topology->find("be1")->default_partition, "");
}

TEST(Topology, TheNearestOverrideWins) {
  auto given = cluster();
  given.spec.imapd.all = {{"timeout", "1"}, {"debug", "yes"}};
  given.spec.imapd.backend = {{"timeout", "2"}};
  given.spec.imapd.frontend = {{"debug", "no"}};
  auto own = backend("be1");
  own.spec.imapd = {{"timeout", "3"}};
  const auto topology = *derive(given, {own, backend("be2")}).topology;
  EXPECT_EQ(topology.find("be1")->imapd.at("timeout"), "3");
  EXPECT_EQ(topology.find("be2")->imapd.at("timeout"), "2");
  EXPECT_EQ(topology.find("fe1")->imapd.at("debug"), "no");
  EXPECT_EQ(topology.find("mupdate")->imapd.at("timeout"), "1");
}

TEST(Topology, AllProblemsAtOnceWithTheirResource) {
  auto given = cluster();
  given.spec.frontend.engine = api::Engine::Native;
  given.spec.authentication.users = {"mupdate-be1", "anyone"};
  const auto derived = derive(given, {backend("fe3"), backend("mupdate"), backend("proxy")});
  EXPECT_FALSE(derived.topology);
  EXPECT_THAT(
      derived.problems,
      ElementsAre(
          Field(&Problem::path, "spec.frontend.engine"),  //
          Field(&Problem::resource, "Backend fe3"), Field(&Problem::resource, "Backend mupdate"),
          AllOf(Field(&Problem::resource, "Backend proxy"), Field(&Problem::message, HasSubstr("proxy_password"))),
          Field(&Problem::message, HasSubstr("mupdate-be1")), Field(&Problem::message, HasSubstr("anyone"))));
}

TEST(Topology, FrontLikeNamesThatAreNoFrontendsAreFine) {
  EXPECT_TRUE(derive(cluster(), {backend("fe-1"), backend("fe1a"), backend("fed1")}).topology);
}

std::vector<std::string> lines(const std::vector<Service>& services) {
  std::vector<std::string> lines;
  for (const auto& service : services) {
    lines.push_back(service.name + " " + service.program + (service.options.empty() ? "" : " ") + service.options +
                    " " + service.listen + " " + std::to_string(service.prefork));
  }
  return lines;
}

// SEED: "The front end SERVICES section should now look like this". timsieved and httpd too; lmtp by TCP and socket.
TEST(Services, OfAFrontendAreTheManuals) {
  auto given = testdata::parse(std::filesystem::path(MURDER_SOURCE_DIR) / "examples/manifests/frontend-services.yaml");
  auto topology = testdata::topologies(given).front();
  topology.spec.frontend.services.kpop.enabled = true;  // derive() refuses it while no release can serve it
  EXPECT_THAT(lines(frontend_services(topology, *topology.find("fe1"))),
              ElementsAre("mupdate mupdate 127.80.2.1:3905 1",  //
                          "imap imapd 127.80.2.1:143 5",        //
                          "imaps imapd -s 127.80.2.1:993 1",    //
                          "pop3 pop3d 127.80.2.1:110 0",        //
                          "pop3s pop3d -s 127.80.2.1:995 0",    //
                          "kpop pop3d -k 127.80.2.1:1109 0",    //
                          "nntp nntpd 127.80.2.1:119 0",        //
                          "nntps nntpd -s 127.80.2.1:563 0",    //
                          "http httpd 127.80.2.1:80 0",         //
                          "https httpd -s 127.80.2.1:443 0",    //
                          "sieve timsieved 127.80.2.1:4190 0",  //
                          "lmtp lmtpd -a 127.80.2.1:2003 0",    //
                          "lmtpunix lmtpd /var/lib/cyrus-murder/mail/nodes/fe1/run/lmtp 0"));
}

TEST(Services, OfTheMasterIsMupdateInMasterMode) {
  const auto topology = *derive(cluster(), {backend("be1")}).topology;
  EXPECT_THAT(lines(topology.master().services), ElementsAre("mupdate mupdate -m 127.80.0.1:3905 1"));
}

TEST(Services, MoveByThePortOffsetAndListenEverywhereWithoutAddresses) {
  Target target{.domain = "murder.test", .port_offset = 10000, .root = "/x", .addresses = {}};
  const auto topology = *topology::derive(cluster(1), {backend("be1")}, target).topology;
  EXPECT_EQ(topology.find("be1")->services.front().listen, "10143");
  EXPECT_EQ(topology.port(Protocol::Mupdate), 13905);
  EXPECT_EQ(topology.find("fe1")->agent_grpc_port, 18481);
}

TEST(Services, LmtpThatMustLogInHasNoOptionToSkipIt) {
  auto given = cluster(1);
  given.spec.frontend.services.lmtp.authentication = api::LmtpAuthentication::Required;
  const auto topology = *derive(given, {backend("be1")}).topology;
  for (const auto& service : topology.find("fe1")->services) {
    EXPECT_NE(service.options, "-a") << service.name;
  }
}

TEST(Pods, AreFoundByTheirServicesAndFrontendsAreAlike) {
  const Target target{.domain = "post.svc.cluster.local", .root = "/murder", .pods = true};
  const auto topology = *topology::derive(cluster(3), {backend("be1")}, target).topology;
  EXPECT_THAT(names(topology), ElementsAre("mupdate", "be1", "fe"));
  EXPECT_EQ(topology.find("be1")->host, "mail-be1.post.svc.cluster.local");
  EXPECT_EQ(topology.find("be1")->short_host(), "mail-be1");
  EXPECT_EQ(topology.find("be1")->paths.imapd_conf(), "/murder/etc/imapd.conf");
  EXPECT_EQ(topology.account("user.alice"), nullptr);
}

TEST(Pods, HaveNamesThatKubernetesTakes) {
  const Target target{.domain = "post.svc.cluster.local", .pods = true};
  const std::string fits(47, 'b');  // "mail-" and this are 52
  EXPECT_TRUE(topology::derive(cluster(1), {backend(fits)}, target).topology);
  const auto derived = topology::derive(cluster(1), {backend(fits + "b")}, target);
  ASSERT_EQ(derived.problems.size(), 1u);
  EXPECT_THAT(derived.problems.front().message, testing::HasSubstr("at most 47"));
  auto given = cluster(1);
  given.metadata.name = std::string(45, 'c');
  EXPECT_THAT(topology::derive(given, {}, target).problems.at(0).message, testing::HasSubstr("at most 44"));
}

TEST(Pods, HaveNoDomainOfTheirOwn) {
  auto given = cluster(1);
  given.spec.domain = "example.org";
  const auto derived = topology::derive(given, {backend("be1")}, {.domain = "post.svc.cluster.local", .pods = true});
  ASSERT_EQ(derived.problems.size(), 1u);
  EXPECT_EQ(derived.problems.front().path, "spec.domain");
}

TEST(Topology, TheNameOfAllFrontendsIsNoBackends) {
  const auto derived = derive(cluster(), {backend("fe")});
  ASSERT_EQ(derived.problems.size(), 1u);
  EXPECT_EQ(derived.problems.front().path, "metadata.name");
}

TEST(Preview, GivesEveryNodeOfALargeMurderAnAddressOfItsOwn) {
  std::vector<api::Backend> backends;
  for (int i = 1; i <= 600; ++i) backends.push_back(backend("be" + std::to_string(i)));
  const auto target = preview_target(cluster(1000), backends);
  std::set<std::string> addresses;
  for (const auto& [node, address] : target.addresses) addresses.insert(address);
  EXPECT_EQ(addresses.size(), 1601u);
}

}  // namespace
}  // namespace murder::topology
