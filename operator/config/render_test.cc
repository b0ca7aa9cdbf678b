#include "operator/config/render.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <sstream>

#include "operator/api/owned_keys.h"
#include "operator/config/cyrus/options.h"
#include "operator/config/restart.h"
#include "operator/topology/testdata.h"

namespace murder::config {
namespace {

namespace fs = std::filesystem;
using topology::AccountUse;
using topology::Node;
using topology::Topology;

const fs::path kGolden = fs::path(MURDER_SOURCE_DIR) / "operator/config/golden";

// "cyrus-3.10/mail/nodes/be1/etc/imapd.conf" → bytes, of one manifest; as `murder render --to` writes them.
std::map<std::string, std::string> rendered(const fs::path& manifest) {
  std::map<std::string, std::string> files;
  const auto manifests = testdata::parse(manifest);
  const auto topologies = testdata::topologies(manifests);
  for (std::size_t i = 0; i < topologies.size(); ++i) {
    for (const auto& node : topologies[i].nodes) {
      for (const auto& file : render(topologies[i], node)) {
        files[topology::folder_of(manifests.clusters[i].metadata) +
              file.path.substr(topologies[i].target.root.size())] = file.bytes;
      }
    }
  }
  return files;
}

class Golden : public testing::TestWithParam<fs::path> {};

TEST_P(Golden, IsWhatIsRendered) {
  const fs::path folder = kGolden / GetParam().stem();
  const auto files = rendered(GetParam());
  for (const auto& [path, bytes] : files) {
    EXPECT_EQ(testdata::read(folder / path), bytes) << path << ": ./dev generate";
  }
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    EXPECT_TRUE(files.contains(fs::relative(entry.path(), folder).string())) << entry.path() << " is not rendered";
  }
}

std::vector<std::pair<std::string, std::string>> settings(const std::string& imapd_conf) {
  std::vector<std::pair<std::string, std::string>> settings;
  std::istringstream lines(imapd_conf);
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.starts_with('#') || line.starts_with('@')) continue;
    const auto colon = line.find(": ");
    settings.emplace_back(line.substr(0, colon), line.substr(colon + 2));
  }
  return settings;
}

// Cyrus ends at a key that is given twice, and ignores one that it does not know.
TEST_P(Golden, HasOnlyWhatItsReleaseOfCyrusKnowsAndNothingTwice) {
  for (const auto& topology : testdata::topologies(testdata::parse(GetParam()))) {
    for (const auto& node : topology.nodes) {
      std::vector<std::string> services;
      for (const auto& service : node.services) services.push_back(service.name);
      std::set<std::string> seen;
      for (const auto& [key, value] : settings(imapd_conf(topology, node))) {
        EXPECT_TRUE(seen.insert(key).second) << node.name << ": " << key;
        const auto allowed = cyrus::check_override(topology.cyrus, key, value, services);
        EXPECT_TRUE(allowed) << node.name << ": " << key << ": " << value << ": " << allowed.error().message;
      }
    }
  }
}

std::string name(const testing::TestParamInfo<fs::path>& info) { return testdata::test_name(info.param); }
INSTANTIATE_TEST_SUITE_P(Manifest, Golden, testing::ValuesIn(testdata::good()), name);

TEST(Goldens, AllReleasesOfCyrusAppearAndNoFolderIsLeftOver) {
  std::set<api::CyrusRelease> releases;
  std::set<std::string> names;
  for (const auto& path : testdata::good()) {
    names.insert(path.stem().string());
    for (const auto& topology : testdata::topologies(testdata::parse(path))) releases.insert(topology.cyrus);
  }
  EXPECT_EQ(releases.size(), cyrus::all_versions.size());
  for (const auto& entry : fs::directory_iterator(kGolden)) {
    EXPECT_TRUE(names.contains(entry.path().filename().string())) << entry.path();
  }
}

// Random passwords of every account; a password of 24 letters is found nowhere by chance.
Passwords passwords_of(const Topology& topology, std::mt19937& random) {
  std::uniform_int_distribution<int> letter('a', 'z');
  Passwords passwords;
  for (const auto& secret : secrets_of(topology)) {
    auto& password = passwords[secret];
    while (password.size() < 24) password += static_cast<char>(letter(random));
  }
  return passwords;
}

bool has(const std::vector<std::string>& list, const std::string& item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

class Secrets : public testing::TestWithParam<fs::path> {};

// Where each password has to be: where its account can log in (accounts.json), and with those who log in with it.
TEST_P(Secrets, ReachExactlyTheFilesThatNeedThem) {
  std::mt19937 random(20260101);
  for (const auto& topology : testdata::topologies(testdata::parse(GetParam()))) {
    const auto passwords = passwords_of(topology, random);
    for (const auto& node : topology.nodes) {
      for (const auto& file : render(topology, node)) {
        for (const auto& [secret, password] : passwords) {
          EXPECT_EQ(file.bytes.find(password), std::string::npos) << secret << " in " << file.path;
        }
      }
      for (const auto& file : render_secrets(topology, node, passwords)) {
        EXPECT_TRUE(file.path.starts_with(node.paths.secrets() + "/")) << file.path;
        for (const auto& account : topology.accounts) {
          bool needed = false;
          if (file.path == node.paths.accounts_json()) {
            needed = has(account.nodes, node.name);
          } else if (file.path == node.paths.mupdate_password()) {
            needed = account.secret == (node.role == Role::Backend ? "mupdate." + node.name : "mupdate-frontends");
          } else {
            needed = (account.use == AccountUse::Mupdate && node.role != Role::Master &&
                      account.secret == (node.role == Role::Backend ? "mupdate." + node.name : "mupdate-frontends")) ||
                     (account.use == AccountUse::MailProxy && node.role == Role::Frontend) ||
                     (account.use == AccountUse::Move && node.role == Role::Backend);
          }
          EXPECT_EQ(file.bytes.find(passwords.at(account.secret)) != std::string::npos, needed)
              << account.secret << " in " << file.path;
        }
      }
    }
  }
}
INSTANTIATE_TEST_SUITE_P(Manifest, Secrets, testing::ValuesIn(testdata::good()), name);

// Owned, but written by nobody: an override would do what the operator must rule out.
const std::set<std::string> kRuledOut = {
    "mupdate_port",        // Cyrus does not use it: the port is part of mupdate_server
    "tls_server_ca_file",  // client certificates are not asked for
};

std::set<std::string> written_keys() {
  std::set<std::string> keys;
  std::mt19937 random(1);
  for (const auto& path : testdata::good()) {
    for (const auto& topology : testdata::topologies(testdata::parse(path))) {
      const auto passwords = passwords_of(topology, random);
      for (const auto& node : topology.nodes) {
        const auto secrets = render_secrets(topology, node, passwords);
        for (const auto& text : {imapd_conf(topology, node), secrets.front().bytes}) {
          for (const auto& [key, value] : settings(text)) {
            if (!node.imapd.contains(key)) keys.insert(key);
          }
        }
      }
    }
  }
  return keys;
}

TEST(OwnedKeys, AreExactlyWhatIsWritten) {
  const auto written = written_keys();
  for (const auto& key : written) EXPECT_NE(api::owner_of(key), "") << key << " is written and could be overridden";
  for (const auto& owned : api::kOwnedKeys) {
    const std::string key(owned.key);
    EXPECT_NE(written.contains(key), kRuledOut.contains(key)) << key << " is owned and never written, or the reverse";
  }
}

// Calls `check` with the settings of every node of every good manifest.
void of_every_node(const std::function<void(const Node&, std::map<std::string, std::string>)>& check) {
  for (const auto& path : testdata::good()) {
    for (const auto& topology : testdata::topologies(testdata::parse(path))) {
      for (const auto& node : topology.nodes) {
        std::map<std::string, std::string> conf;
        for (const auto& [key, value] : settings(imapd_conf(topology, node))) conf[key] = value;
        check(node, std::move(conf));
      }
    }
  }
}

// SEED: "Do not set proxyservers on frontends", "the proxyservers entries must also appear in the lmtp_admins entry".
TEST(ImapdConf, ProxyServersAreOfBackendsAlone) {
  of_every_node([](const Node& node, auto conf) {
    EXPECT_EQ(conf.contains("proxyservers"), node.role == Role::Backend) << node.name;
    EXPECT_EQ(conf["proxyservers"], conf["lmtp_admins"]) << node.name;
  });
}

// SEED: "This user should not be an administrator".
TEST(ImapdConf, TheProxyAccountIsNoAdministrator) {
  of_every_node([](const Node& node, auto conf) {
    EXPECT_EQ((" " + conf["admins"] + " ").find(" mailproxy "), std::string::npos) << node.name;
  });
}

// SEED: "mupdate crashes with SIGSERV when using STARTTLS"; so it does today (CYRUS.md finding 10).
TEST(ImapdConf, TheMasterAndBackendsHaveNoCertificate) {
  of_every_node([](const Node& node, auto conf) {
    EXPECT_EQ(conf.contains("tls_server_cert"), node.role == Role::Frontend) << node.name;
  });
}

// CYRUS.md section 9: with a default partition no select mode is looked at.
TEST(ImapdConf, ASelectModeGoesWithoutADefaultPartition) {
  of_every_node([](const Node& node, auto conf) {
    EXPECT_EQ(conf.contains("partition_select_mode") + conf.contains("defaultpartition"), node.role == Role::Backend)
        << node.name;
  });
}

TEST(RestartOptions, AreOptionsOfCyrus) {
  for (const auto option : restart_options()) {
    const bool known = std::any_of(cyrus::all_versions.begin(), cyrus::all_versions.end(), [&](cyrus::Version version) {
      const auto* found = cyrus::find_option(version, option);
      return found != nullptr && found->name == option;
    });
    EXPECT_TRUE(known) << option;
  }
}

}  // namespace
}  // namespace murder::config
