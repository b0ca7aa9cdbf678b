#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/process/run.h"
#include "sidecar/layout/accounts.h"
#include "sidecar/layout/directories.h"
#include "sidecar/layout/sasldb.h"

namespace murder::layout {
namespace {

using testing::HasSubstr;
using testing::Not;

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "murder-layout-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

ino_t inode(const std::string& path) {
  struct stat found {};
  return stat(path.c_str(), &found) == 0 ? found.st_ino : 0;
}

std::string users_of(const std::string& sasldb) {
  const auto listed = process::run_successfully({.argv = {"/usr/sbin/sasldblistusers2", "-f", sasldb}});
  return listed ? listed->output : listed.error().message;
}

TEST(Directories, AreMadeOnceAndLeftAloneAfterwards) {
  const TemporaryDirectory top;
  AgentConfig config;
  config.paths.config_directory = top / "conf";
  config.paths.run_directory = top / "run";
  config.partitions = {{"p1", top / "spool/deep/p1"}};
  config.logs.file = top / "log/be1.jsonl";
  const auto wanted = directories(config);
  ASSERT_TRUE(make_directories(wanted));
  for (const auto& path : wanted) EXPECT_TRUE(std::filesystem::is_directory(path)) << path;
  EXPECT_TRUE(std::filesystem::is_directory(top / "conf/db"));
  EXPECT_TRUE(std::filesystem::is_directory(top / "log"));

  std::filesystem::permissions(top / "conf/db", std::filesystem::perms(0750));
  std::ofstream(top / "spool/deep/p1/mail") << "x";
  ASSERT_TRUE(make_directories(wanted));
  EXPECT_EQ(std::filesystem::status(top / "conf/db").permissions(), std::filesystem::perms(0750));
  EXPECT_TRUE(std::filesystem::exists(top / "spool/deep/p1/mail"));
}

TEST(Directories, NameWhatIsInTheWay) {
  const TemporaryDirectory top;
  std::ofstream(top / "conf") << "a file";
  const auto made = make_directories({top / "conf/db"});
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().message, HasSubstr(top / "conf"));
}

TEST(Accounts, AreReadOrRefusedByPosition) {
  const auto accounts = parse_accounts(R"([{"user":"cyrus","password":"a b"},{"user":"mupdate-be1","password":"ü"}])");
  ASSERT_TRUE(accounts) << accounts.error().message;
  EXPECT_EQ((*accounts)[1], (Account{"mupdate-be1", "ü"}));

  const struct {
    const char* json;
    const char* error;
  } cases[] = {
      {"", "not JSON"},
      {"{}", "must be a list"},
      {R"([{"user":"a"}])", "account 1 must be"},
      {R"([7])", "account 1 must be"},
      {R"([{"user":"a","password":"secret"},{"user":"a","password":"secret"}])", "account 2: a is there twice"},
      {R"([{"user":"a","password":"secret\n"}])", "account 1 (a): the password must not"},
      {R"([{"user":"a@b","password":"secret"}])", "account 1: the user must not"},
      {R"([{"user":"murder-agent","password":"secret"}])", "the agent's own"},
  };
  for (const auto& test : cases) {
    const auto refused = parse_accounts(test.json);
    ASSERT_FALSE(refused) << test.json;
    EXPECT_THAT(refused.error().message, HasSubstr(test.error));
    EXPECT_THAT(refused.error().message, Not(HasSubstr("secret")));
  }
}

TEST(Accounts, EachPasswordIsAnother) {
  const auto first = make_password();
  const auto second = make_password();
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->size(), 43U);
  EXPECT_NE(*first, *second);
}

TEST(Sasldb, HoldsExactlyTheAccountsItIsTold) {
  const TemporaryDirectory top;
  Sasldb sasldb(top / "sasldb2", "be1.mail.test");
  auto written = sasldb.update({{"cyrus", "one"}, {"xfer", "two"}});
  ASSERT_TRUE(written) << written.error().message;
  EXPECT_TRUE(*written);
  EXPECT_THAT(users_of(top / "sasldb2"), HasSubstr("cyrus@be1.mail.test"));
  EXPECT_THAT(users_of(top / "sasldb2"), HasSubstr("xfer@be1.mail.test"));
  const auto first = inode(top / "sasldb2");

  written = sasldb.update({{"cyrus", "one"}, {"xfer", "two"}});
  ASSERT_TRUE(written);
  EXPECT_FALSE(*written);
  EXPECT_EQ(inode(top / "sasldb2"), first);

  written = sasldb.update({{"cyrus", "changed"}});
  ASSERT_TRUE(written);
  EXPECT_TRUE(*written);
  EXPECT_NE(inode(top / "sasldb2"), first);
  EXPECT_THAT(users_of(top / "sasldb2"), Not(HasSubstr("xfer")));
  EXPECT_FALSE(std::filesystem::exists(top / "sasldb2.new"));
  EXPECT_EQ(std::filesystem::status(top / "sasldb2").permissions(), std::filesystem::perms(0600));
}

TEST(Sasldb, LeavesTheOldOneWhenItCannotMakeANewOne) {
  const TemporaryDirectory top;
  Sasldb sasldb(top / "sasldb2", "be1.mail.test");
  ASSERT_TRUE(sasldb.update({{"cyrus", "one"}}));
  const auto before = inode(top / "sasldb2");
  std::filesystem::create_directories(std::filesystem::path(top / "sasldb2.new") / "in the way");
  EXPECT_FALSE(sasldb.update({{"cyrus", "two"}}));
  EXPECT_EQ(inode(top / "sasldb2"), before);
}

}  // namespace
}  // namespace murder::layout
