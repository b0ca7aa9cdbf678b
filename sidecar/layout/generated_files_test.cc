#include "sidecar/layout/generated_files.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "sidecar/layout/told.h"

namespace murder::layout {
namespace {

namespace fs = std::filesystem;

class GeneratedFilesTest : public testing::Test {
 protected:
  GeneratedFilesTest() {
    char name[] = "/tmp/generated-files-XXXXXX";
    root_ = mkdtemp(name);
    for (const char* folder : {"etc", "secrets", "tls"}) fs::create_directory(root_ / folder);
    write("etc/imapd.conf", "servername: be1\n");
    write("etc/services", "");
    write("secrets/accounts.json", "[]\n");
    write("tls/ca.crt", "CA");
    write("tls/agent.crt", "CERTIFICATE");
    write("tls/agent.key", "KEY");
    write("tls/tls.crt", "FOR CLIENTS");
    write("tls/tls.key", "ITS KEY");
    config_.paths.imapd_conf = root_ / "etc/imapd.conf";
    config_.paths.accounts = root_ / "secrets/accounts.json";
    config_.listen.tls_ca = root_ / "tls/ca.crt";
    config_.listen.tls_cert = root_ / "tls/agent.crt";
    config_.listen.tls_key = root_ / "tls/agent.key";
  }
  ~GeneratedFilesTest() override { fs::remove_all(root_); }

  void write(const std::string& path, const std::string& text) { std::ofstream(root_ / path) << text; }
  GeneratedFiles read() { return *read_generated_files(config_); }

  fs::path root_;
  AgentConfig config_;
};

TEST_F(GeneratedFilesTest, AreReadByName) {
  const auto read = this->read();
  EXPECT_EQ(read.files.at("imapd.conf"), "servername: be1\n");
  EXPECT_EQ(read.files.at("services"), "");
  EXPECT_EQ(read.files.size(), 6u);
  EXPECT_EQ(read.brought.size(), 2u);
}

TEST_F(GeneratedFilesTest, AreThoseOfCyrusAndOthers) {
  const auto before = read();
  EXPECT_EQ(before.of_others().files.count("imapd.conf"), 0u);
  EXPECT_EQ(before.of_others().files.count("accounts.json"), 1u);
  EXPECT_TRUE(concerned_by(before.of_others(), before).cyrus);
  EXPECT_FALSE(concerned_by(before.of_others(), before).agent);
  write("secrets/accounts.json", "[{}]\n");
  EXPECT_EQ(read().cyrus_digest(), before.cyrus_digest());
  write("tls/tls.crt", "RENEWED");
  EXPECT_NE(read().cyrus_digest(), before.cyrus_digest());
}

// An agent that starts beside a Cyrus that runs has to know whether that has read what is there now.
TEST_F(GeneratedFilesTest, AreWhatCyrusWasToldOrNot) {
  config_.paths.run_directory = root_;
  EXPECT_FALSE(was_told(config_, read()));
  ASSERT_TRUE(remember_told(config_, read()));
  EXPECT_TRUE(was_told(config_, read()));
  write("etc/imapd.conf", "servername: be1\nimapidlepoll: 7\n");
  EXPECT_FALSE(was_told(config_, read()));
}

// A ConfigMap's mount: "..data" links to a folder that is exchanged, the files link through it.
TEST_F(GeneratedFilesTest, AreFoundWhereKubernetesMountsThem) {
  fs::remove(root_ / "etc/imapd.conf");
  fs::create_directory(root_ / "etc/..1");
  write("etc/..1/imapd.conf", "servername: be2\n");
  fs::create_directory_symlink("..1", root_ / "etc/..data");
  fs::create_symlink("..data/imapd.conf", root_ / "etc/imapd.conf");
  EXPECT_EQ(read().files.at("imapd.conf"), "servername: be2\n");

  const std::string stamp = stamp_of_generated_files(config_);
  fs::create_directory(root_ / "etc/..2");
  write("etc/..2/imapd.conf", "servername: be2\n");
  fs::remove(root_ / "etc/..data");
  fs::create_directory_symlink("..2", root_ / "etc/..data");
  EXPECT_NE(stamp_of_generated_files(config_), stamp);
}

TEST_F(GeneratedFilesTest, DigestLeavesOutWhatOthersBring) {
  const auto before = read();
  write("tls/tls.crt", "ANOTHER");
  const auto after = read();
  EXPECT_EQ(before.digest(), after.digest());
  EXPECT_EQ(concerned_by(before, after), (Concerned{.cyrus = true}));
}

TEST_F(GeneratedFilesTest, AChangeConcernsWhoReadsIt) {
  const auto before = read();
  EXPECT_EQ(concerned_by(before, before), Concerned{});
  write("secrets/accounts.json", "[{}]\n");
  EXPECT_EQ(concerned_by(before, read()), (Concerned{.accounts = true}));
  write("etc/imapd.conf", "servername: be3\n");
  EXPECT_EQ(concerned_by(before, read()), (Concerned{.accounts = true, .cyrus = true}));
  write("tls/agent.key", "ANOTHER");
  EXPECT_EQ(concerned_by(before, read()), (Concerned{.agent = true, .accounts = true, .cyrus = true}));
}

TEST_F(GeneratedFilesTest, AreNotTakenForEmptyWhenTheyAreMissing) {
  fs::remove(root_ / "tls/agent.key");
  EXPECT_FALSE(read_generated_files(config_));
  EXPECT_EQ(stamp_of_generated_files(config_), "");
}

}  // namespace
}  // namespace murder::layout
