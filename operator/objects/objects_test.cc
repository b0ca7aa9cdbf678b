#include "operator/objects/objects.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "operator/topology/testdata.h"

namespace murder::objects {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

const fs::path kGolden = fs::path(MURDER_SOURCE_DIR) / "operator/objects/golden";

std::vector<Murder> murders(const fs::path& manifest) {
  const auto manifests = testdata::parse(manifest);
  std::vector<Murder> found;
  for (auto cluster : manifests.clusters) {
    cluster.spec.domain.clear();  // refused for pods, and an example of local mode
    Murder murder{.namespace_ = cluster.metadata.namespace_.empty() ? "default" : cluster.metadata.namespace_};
    murder.topology =
        topology::derive(cluster, manifests.backends, topology::pods_target(murder.namespace_)).topology.value();
    for (const auto& backend : manifests.backends) {
      if (murder.topology.find(backend.metadata.name) != nullptr) murder.backends[backend.metadata.name] = backend;
    }
    murder.cyrus_image = image_for("cyrus-murder/cyrus:{version}", murder.topology.cyrus);
    found.push_back(std::move(murder));
  }
  return found;
}

// "Service mail-be1": what a golden file is called.
std::string title(const Json& object) {
  return object.at("kind").get<std::string>() + "-" + object.at("metadata").at("name").get<std::string>();
}

class Objects : public testing::TestWithParam<fs::path> {};

// A few manifests are enough: each field of a pod is in one of them.
class Golden : public testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Manifest, Golden, testing::Values("smallest", "everything", "kubernetes"));

// MURDER_GOLDEN=write writes them anew (./dev generate).
TEST_P(Golden, IsWhatIsMade) {
  const fs::path folder = kGolden / GetParam();
  const bool write = std::getenv("MURDER_GOLDEN") != nullptr;
  std::set<std::string> expected;
  for (const auto& murder : murders(fs::path(MURDER_SOURCE_DIR) / "examples/manifests" / (GetParam() + ".yaml"))) {
    for (const auto& object : without_secrets(murder)) {
      if (object.at("kind") == "ConfigMap") continue;  // their files are config's own
      const fs::path file = folder / (title(object) + ".json");
      expected.insert(file.string());
      const std::string text = object.dump(1) + "\n";
      if (write) std::ofstream(file) << text;
      EXPECT_EQ(testdata::read(file), text) << file << ": ./dev generate";
    }
  }
  for (const auto& entry : fs::directory_iterator(folder)) {
    EXPECT_TRUE(expected.contains(entry.path().string())) << entry.path() << " is left over";
  }
}

TEST_P(Objects, AreNamedOnceAKindAndLabelledWithTheirCluster) {
  for (const auto& murder : murders(GetParam())) {
    std::set<std::string> titles;
    for (const auto& object : without_secrets(murder)) {
      EXPECT_TRUE(titles.insert(title(object)).second) << title(object);
      EXPECT_EQ(object.at("metadata").at("namespace"), murder.namespace_) << title(object);
      EXPECT_EQ(object.at("metadata").at("labels").at(std::string(kClusterLabel)), murder.topology.cluster);
    }
  }
}

// A selector that a pod's labels do not fulfil, a volume that is mounted and not there: found by the API server or by
// nobody.
TEST_P(Objects, FitTogether) {
  for (const auto& murder : murders(GetParam())) {
    for (const auto& node : murder.topology.nodes) {
      const Json set = workload(murder, node);
      const Json& pod = set.at("spec").at("template");
      const auto fulfils = [&](const Json& selector) {
        for (const auto& [key, value] : selector.items()) {
          EXPECT_EQ(pod.at("metadata").at("labels").value(key, ""), value) << node.name << " " << key;
        }
      };
      fulfils(set.at("spec").at("selector").at("matchLabels"));
      if (node.role != Role::Frontend) fulfils(headless_service(murder, node).at("spec").at("selector"));

      std::set<std::string> volumes;
      for (const auto& volume : pod.at("spec").at("volumes")) volumes.insert(volume.at("name").get<std::string>());
      for (const auto& list : {"initContainers", "containers"}) {
        for (const auto& container : pod.at("spec").at(list)) {
          for (const auto& mount : container.at("volumeMounts")) {
            EXPECT_TRUE(volumes.contains(mount.at("name").get<std::string>())) << node.name << " " << mount;
          }
        }
      }
      std::set<std::string> claimed;
      for (const auto& claim : claims(murder, node)) claimed.insert(claim.at("metadata").at("name").get<std::string>());
      for (const auto& volume : pod.at("spec").at("volumes")) {
        if (!volume.contains("persistentVolumeClaim")) continue;
        EXPECT_TRUE(claimed.erase(volume.at("persistentVolumeClaim").at("claimName").get<std::string>())) << volume;
      }
      EXPECT_TRUE(claimed.empty()) << *claimed.begin() << " is claimed and not mounted";
    }
  }
}

// The `restricted` level of the Pod Security Standards.
TEST_P(Objects, AreRestricted) {
  for (const auto& murder : murders(GetParam())) {
    for (const auto& node : murder.topology.nodes) {
      const Json pod = workload(murder, node).at("spec").at("template").at("spec");
      EXPECT_EQ(pod.at("securityContext").at("runAsNonRoot"), true);
      EXPECT_EQ(pod.at("securityContext").at("seccompProfile").at("type"), "RuntimeDefault");
      EXPECT_EQ(pod.at("automountServiceAccountToken"), false);
      for (const auto& list : {"initContainers", "containers"}) {
        for (const auto& container : pod.at(list)) {
          const auto& context = container.at("securityContext");
          EXPECT_EQ(context.at("allowPrivilegeEscalation"), false);
          EXPECT_EQ(context.at("readOnlyRootFilesystem"), true);
          EXPECT_EQ(context.at("capabilities").at("drop"), Json::array({"ALL"}));
        }
      }
    }
  }
}

std::string name(const testing::TestParamInfo<fs::path>& info) { return testdata::test_name(info.param); }
INSTANTIATE_TEST_SUITE_P(Manifest, Objects, testing::ValuesIn(testdata::good()), name);

Murder quickstart() { return murders(fs::path(MURDER_SOURCE_DIR) / "examples/quickstart.yaml").front(); }

TEST(PodTemplate, StaysTheSameWhenOnlyAReloadIsNeeded) {
  const Murder before = quickstart();
  Murder after = before;
  after.topology.spec.referrals.mailbox = true;
  after.topology.spec.frontend.services.imap.prefork = 50;
  for (const auto& node : before.topology.nodes) {
    EXPECT_EQ(workload(before, node), workload(after, node)) << node.name;
  }
  EXPECT_NE(config_map(before, *before.topology.find("fe")), config_map(after, *after.topology.find("fe")));
}

TEST(PodTemplate, ChangesWithWhatOnlyARestartBrings) {
  const Murder before = quickstart();
  Murder after = before;
  for (auto& node : after.topology.nodes) node.imapd["syslog_facility"] = "local5";
  for (std::size_t i = 0; i < before.topology.nodes.size(); ++i) {
    EXPECT_NE(workload(before, before.topology.nodes[i]), workload(after, after.topology.nodes[i]));
  }
}

TEST(Secrets, HoldWhatTheyWereGiven) {
  const Murder murder = quickstart();
  config::Passwords passwords;
  for (const auto& key : config::secrets_of(murder.topology)) passwords[key] = "secret-of-" + key;
  const Json secret = node_secret(murder, *murder.topology.find("be1"), passwords, {"CERTIFICATE", "KEY"}, "AUTHORITY");
  const auto data = secret_data(secret);
  EXPECT_EQ(data.at("agent.key"), "KEY");
  EXPECT_EQ(data.at("ca.crt"), "AUTHORITY");
  EXPECT_EQ(data.at("mupdate-password"), "secret-of-mupdate.be1\n");
  EXPECT_THAT(data.at("accounts.json"), HasSubstr("secret-of-mailproxy.be1"));
  EXPECT_EQ(secret_data(passwords_object(murder, passwords)), passwords);
}

}  // namespace
}  // namespace murder::objects
