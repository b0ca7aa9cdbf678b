#include "base/agent_config.h"

#include <gtest/gtest.h>

namespace murder {
namespace {

AgentConfig every_field() {
  AgentConfig config;
  config.cluster = "mail";
  config.node = "be1";
  config.role = Role::Backend;
  config.server_name = "be1.mail.test";
  config.paths = {"/n/etc/imapd.conf", "/n/etc/cyrus.conf", "/n/secrets/accounts.json",
                  "/n/run/sasldb2",    "/n/conf",           "/n/run",
                  "/n/sieve",          "/n/run/master.pid"};
  config.partitions = {{"p1", "/n/spool/p1"}, {"p2", "/n/spool/p2"}};
  config.services = {{"imap", "imap", "127.0.0.1:143", false}, {"imaps", "imap", "127.0.0.1:993", true}};
  config.mupdate = {"mupdate.mail.test:3905", "mupdate-be1", "/n/secrets/mupdate"};
  config.push = {5, 1, 2};
  config.health = {1, 2, 3};
  config.listen = {"127.0.0.1:9000", "127.0.0.1:9001", "/ca", "/cert", "/key"};
  config.logs = {"/n/run/log", "/n/log/spill", "/n/log/be1.jsonl"};
  return config;
}

TEST(AgentConfig, IsReadAsItWasWritten) {
  const auto read = parse_agent_config(to_json(every_field()));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, every_field());
}

TEST(AgentConfig, KeepsDefaultsOfWhatIsAbsent) {
  const auto read = parse_agent_config(R"({"push": {"retrySeconds": 9}})");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->push.retry_seconds, 9);
  EXPECT_EQ(read->push.max_delete_percent, 10);
}

TEST(AgentConfig, NamesTheFieldThatIsWrong) {
  const struct {
    const char* json;
    const char* error;
  } cases[] = {
      {"", "not JSON"},
      {"[]", "must be an object"},
      {R"({"role": "backnd"})", "role must be master, backend or frontend"},
      {R"({"push": {"retrySeconds": "5"}})", "push.retrySeconds must be a whole number"},
      {R"({"services": [{"name": "imap"}, {"tls": 1}]})", "services[1].tls must be true or false"},
      {R"({"paths": {"imapd": "/x"}})", "paths.imapd is not known"},
      {R"({"partitions": {}})", "partitions must be a list"},
  };
  for (const auto& test : cases) {
    const auto read = parse_agent_config(test.json);
    ASSERT_FALSE(read) << test.json;
    EXPECT_EQ(read.error().message, test.error);
  }
}

}  // namespace
}  // namespace murder
