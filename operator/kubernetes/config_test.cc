#include "operator/kubernetes/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/base64.h"
#include "operator/kubernetes/credentials.h"

namespace murder::kubernetes {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class ConfigTest : public testing::Test {
 protected:
  ConfigTest() {
    std::string name = (std::filesystem::temp_directory_path() / "config_test.XXXXXX").string();
    directory_ = mkdtemp(name.data());
  }
  ~ConfigTest() override { std::filesystem::remove_all(directory_); }

  std::string write(const std::string& name, const std::string& text) {
    const auto path = directory_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
    return path.string();
  }
  std::string path(const std::string& name) const { return (directory_ / name).string(); }

  // A kubeconfig with this cluster and user.
  Result<Config> load(const std::string& cluster, const std::string& user) {
    return load_kubeconfig({write("config",
                                  "current-context: c\n"
                                  "contexts: [{name: c, context: {cluster: k, user: u, namespace: mail}}]\n"
                                  "clusters: [{name: k, cluster: {" +
                                      cluster +
                                      "}}]\n"
                                      "users: [{name: u, user: {" +
                                      user + "}}]\n")});
  }

  std::filesystem::path directory_;
};

TEST_F(ConfigTest, ReadsWhatKubectlReads) {
  const auto config = load("server: 'https://[::1]:6443', certificate-authority: ca.pem, tls-server-name: kubernetes",
                           "client-certificate-data: " + encode_base64("CERT") + ", client-key: key.pem, token: t");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->host, "::1");
  EXPECT_EQ(config->ca.file, path("ca.pem"));
  EXPECT_EQ(config->tls_server_name, "kubernetes");
  EXPECT_EQ(config->certificate.data, "CERT");
  EXPECT_EQ(config->key.file, path("key.pem"));
  EXPECT_EQ(config->token, "t");
  EXPECT_EQ(config->namespace_, "mail");
  EXPECT_EQ(config->source, path("config") + ", context c");
}

TEST_F(ConfigTest, MergesFilesTheFirstOfWhichWins) {
  const auto first = write("a/1",
                           "contexts: [{name: c, context: {cluster: k}}]\nclusters: [{name: k, cluster: {server: "
                           "'https://first', certificate-authority: ca}}]\n");
  const auto second = write("b/2", "current-context: c\nclusters: [{name: k, cluster: {server: 'https://second'}}]\n");
  const auto config = load_kubeconfig({path("none"), first, second});
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->host, "first");
  EXPECT_EQ(config->ca.file, path("a/ca"));
  EXPECT_FALSE(load_kubeconfig({path("none")}));
  EXPECT_FALSE(load_kubeconfig({first, second}, "other"));
}

TEST_F(ConfigTest, RefusesAServerThatCouldBeAnybody) {
  for (const auto& cluster : {"server: 'https://h', insecure-skip-tls-verify: true", "server: 'http://h'"}) {
    EXPECT_FALSE(load(cluster, "token: t")) << cluster;
  }
  EXPECT_THAT(load("server: 'https://h', insecure-skip-tls-verify: true", "token: t").error().message,
              HasSubstr("certificate-authority"));
  EXPECT_TRUE(load("server: 'http://127.0.0.1:8080'", ""));
}

TEST_F(ConfigTest, RefusesWhatItDoesNotSupportByName) {
  for (const auto* const user : {"username: x", "auth-provider: {name: gcp}", "as: root", "client-key: k",
                                 "exec: {apiVersion: client.authentication.k8s.io/v1alpha1, command: x}",
                                 "exec: {apiVersion: client.authentication.k8s.io/v1}", "client-key-data: '!'"}) {
    EXPECT_FALSE(load("server: 'https://h'", user)) << user;
  }
  EXPECT_FALSE(load("server: 'https://h', proxy-url: 'socks5://h'", ""));
  EXPECT_FALSE(load_kubeconfig({write("odd", "[1, 2]")}));
  EXPECT_FALSE(load_kubeconfig({write("odd", "a: [")}));
}

TEST_F(ConfigTest, ReadsAServiceAccount) {
  write("sa/token", "t\n");
  write("sa/ca.crt", "ca");
  write("sa/namespace", "mail\n");
  std::map<std::string, std::string> variables = {{"KUBERNETES_SERVICE_HOST", "fd00::1"},
                                                  {"KUBERNETES_SERVICE_PORT", "443"}};
  const Environment environment = [&](const std::string& name) -> std::optional<std::string> {
    if (!variables.contains(name)) return {};
    return variables.at(name);
  };
  const auto config = load_in_cluster(environment, path("sa"));
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->host, "fd00::1");
  EXPECT_EQ(config->namespace_, "mail");
  std::filesystem::remove(path("sa/token"));
  EXPECT_FALSE(load_in_cluster(environment, path("sa")));
  variables["KUBERNETES_SERVICE_PORT"] = "tcp://1";
  EXPECT_FALSE(load_in_cluster(environment, path("sa")));
}

TEST_F(ConfigTest, RereadsATokenFileAfterAMinuteAndKeepsTheLastGoodOne) {
  Config config;
  config.token_file = write("token", "one\n");
  Credentials::Clock::time_point now{1h};
  Credentials credentials(config, [&] { return now; });
  EXPECT_EQ(credentials.current()->token, "one");
  write("token", "two");
  EXPECT_EQ(credentials.current()->token, "one");
  now += 61s;
  EXPECT_EQ(credentials.current()->token, "two");
  std::filesystem::remove(config.token_file);
  now += 61s;
  EXPECT_EQ(credentials.current()->token, "two");
  // At once when the server refuses it.
  write("token", "three");
  EXPECT_TRUE(credentials.reject({.token = "two"}));
  EXPECT_EQ(credentials.current()->token, "three");
  // A refusal of what has been replaced meanwhile changes nothing.
  write("token", "four");
  EXPECT_TRUE(credentials.reject({.token = "two"}));
  EXPECT_EQ(credentials.current()->token, "three");
}

TEST_F(ConfigTest, RunsAPluginOnceUntilItsCredentialExpires) {
  const auto plugin =
      write("plugin", "#!/bin/sh\necho x >>" + path("calls") +
                          "\nprintf '{\"kind\":\"ExecCredential\","
                          "\"apiVersion\":\"client.authentication.k8s.io/v1\",\"status\":{\"token\":\"%s\","
                          "\"expirationTimestamp\":\"2030-01-01T00:00:00Z\"}}' \"$WORD\"\n");
  std::filesystem::permissions(plugin, std::filesystem::perms::owner_all);
  Config config;
  config.exec = ExecPlugin{
      .api_version = "client.authentication.k8s.io/v1", .command = plugin, .environment = {{"WORD", "hello"}}};
  const auto expires = Credentials::Clock::time_point(std::chrono::seconds(1'893'456'000));
  auto now = expires - 1h;
  Credentials credentials(config, [&] { return now; });
  for (int i = 0; i < 3; ++i) EXPECT_EQ(credentials.current()->token, "hello");
  EXPECT_EQ(std::filesystem::file_size(path("calls")), 2U);
  now = expires - 5s;
  EXPECT_EQ(credentials.current()->token, "hello");
  EXPECT_EQ(std::filesystem::file_size(path("calls")), 4U);
}

TEST(ExecCredential, MustBeWhatWasAskedFor) {
  const std::string v1 = "client.authentication.k8s.io/v1";
  const auto text = [&](const char* status, const char* kind = "ExecCredential") {
    return R"({"apiVersion":")" + v1 + R"(","kind":")" + kind + R"(","status":)" + status + "}";
  };
  EXPECT_TRUE(parse_exec_credential(text(R"({"token":"t"})"), v1));
  EXPECT_TRUE(parse_exec_credential(text(R"({"clientCertificateData":"c","clientKeyData":"k"})"), v1));
  EXPECT_FALSE(parse_exec_credential(text(R"({"token":"t"})"), v1 + "beta1"));
  EXPECT_FALSE(parse_exec_credential(text(R"({"token":"t"})", "Other"), v1));
  EXPECT_FALSE(parse_exec_credential(text(R"({"clientKeyData":"k"})"), v1));
  EXPECT_FALSE(parse_exec_credential(text("{}"), v1));
  EXPECT_FALSE(parse_exec_credential(text(R"({"token":"t","expirationTimestamp":"soon"})"), v1));
  EXPECT_FALSE(parse_exec_credential("x", v1));
}

TEST(Base64, IsReadWithPaddingAndLineEnds) {
  for (const std::string_view text : {"", "a", "ab", "abc", "\0\xff"})
    EXPECT_EQ(*decode_base64(encode_base64(text)), text);
  EXPECT_EQ(*decode_base64("YW\nJj\n"), "abc");
  EXPECT_FALSE(decode_base64("YWJ"));
  EXPECT_FALSE(decode_base64("YW!j"));
}

}  // namespace
}  // namespace murder::kubernetes
