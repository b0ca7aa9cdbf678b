// A real MUPDATE master under a real cyrmaster, with the preloaded syslog(3) (CYRUS.md section 2 has the
// configuration).
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <thread>

#include "sidecar/logs/test_collector.h"
#include "sidecar/logs/test_directory.h"
#include "sidecar/logs/test_process.h"
#include "sidecar/logs/watch.h"

namespace murder::logs {
namespace {

using namespace std::chrono_literals;

constexpr auto address = "127.32.0.1:3905";

class RealCyrus : public testing::Test {
 protected:
  void SetUp() override {
    for (const auto* name : {"conf/db", "conf/socket", "conf/proc", "conf/log", "conf/msg", "conf/ptclient",
                             "conf/lock", "run/proc", "run/lock", "spool", "log"}) {
      std::filesystem::create_directories(root / name);
    }
    TestDirectory::write(root / "imapd.conf", "configdirectory: " + (root / "conf").string() +
                                                  "\nproc_path: " + (root / "run/proc").string() +
                                                  "\nmboxname_lockpath: " + (root / "run/lock").string() +
                                                  "\npartition-default: " + (root / "spool").string() +
                                                  "\nservername: m1.murder.test"
                                                  "\nsyslog_prefix: m1"
                                                  "\nadmins: mupdate"
                                                  "\nallowplaintext: yes"
                                                  "\nsasl_mech_list: PLAIN"
                                                  "\nsasl_pwcheck_method: auxprop"
                                                  "\nsasl_auxprop_plugin: sasldb"
                                                  "\nsasl_sasldb_path: " +
                                                  (root / "sasldb2").string() + "\n");
    write_services(binary("ctl_cyrusdb") + " -C " + config() + " -r");
    // Cyrus runs as its own user, and so must be able to reach everything.
    const auto* cyrus = ::getpwnam("cyrus");
    ASSERT_NE(cyrus, nullptr) << "Cyrus is not installed";
    ASSERT_EQ(::chown(root.c_str(), cyrus->pw_uid, cyrus->pw_gid), 0);
    for (const auto& entry : std::filesystem::recursive_directory_iterator{root}) {
      ASSERT_EQ(::chown(entry.path().c_str(), cyrus->pw_uid, cyrus->pw_gid), 0);
    }
  }

  void write_services(const std::string& startup) {
    TestDirectory::write(root / "cyrus.conf", "START {\n  recover cmd=\"" + startup +
                                                  "\"\n}\nSERVICES {\n  mupdate cmd=\"" + binary("mupdate") + " -C " +
                                                  config() + " -m\" listen=\"" + address +
                                                  "\" prefork=1\n}\nEVENTS {\n}\n");
  }

  static std::string binary(const std::string& name) { return "/usr/lib/cyrus/bin/" + name; }
  std::string config() const { return root / "imapd.conf"; }

  std::unique_ptr<LogReceiver> receive() {
    auto receiver = LogReceiver::start(
        {.socket_path = root / "log/log.sock", .spill_path = root / "log/spill", .quiet = 50ms}, collector.sink());
    if (!receiver) throw std::runtime_error{receiver.error().message};
    return *std::move(receiver);
  }

  TestProcess preloaded(std::vector<std::string> arguments) {
    return TestProcess{std::move(arguments),
                       {"LD_PRELOAD=" MURDER_BINARY_DIR "/bin/libmurder-syslog.so",
                        "MURDER_LOG_SOCKET=" + (root / "log/log.sock").string(),
                        "MURDER_LOG_SPILL=" + (root / "log/spill").string(), "CYRUS_SYSLOG_PREFIX=m1"}};
  }
  TestProcess cyrmaster(const std::string& pid_file = "master.pid") {
    return preloaded({"/usr/sbin/cyrmaster", "-C", config(), "-M", root / "cyrus.conf", "-p", root / "run" / pid_file,
                      "-L", root / "run/stderr.log"});
  }

  // Whether the MUPDATE master came to answer before a deadline that only a broken test meets.
  static bool serves() {
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_port = htons(3905);
    ::inet_pton(AF_INET, "127.32.0.1", &name.sin_addr);
    for (const auto deadline = std::chrono::steady_clock::now() + 60s; std::chrono::steady_clock::now() < deadline;) {
      const Descriptor client{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
      char byte = 0;
      if (::connect(client.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0 &&
          ::read(client.get(), &byte, 1) == 1) {
        return true;
      }
      std::this_thread::sleep_for(10ms);  // nothing tells when a port opens
    }
    return false;
  }

  // Waits for a record of `program` whose text begins so.
  std::optional<LogRecord> wait_for(const std::string& program, const std::string& beginning) {
    std::optional<LogRecord> found;
    collector.wait([&](const Collector::Records& records) {
      const auto at = std::ranges::find_if(records, [&](const LogRecord& record) {
        return record.program == program && record.text.starts_with(beginning);
      });
      if (at != records.end()) found = *at;
      return found.has_value();
    });
    return found;
  }

  TestDirectory directory;
  const std::filesystem::path& root = directory.path();
  Collector collector;
};

TEST_F(RealCyrus, StartIsLoggedByAllItsProcesses) {
  const auto receiver = receive();
  auto master = cyrmaster();
  const auto pid = master.pid();

  // A program of the START section.
  const auto recovery = wait_for("ctl_cyrusdb", "done recovering cyrus databases");
  ASSERT_TRUE(recovery);
  EXPECT_EQ(recovery->node, "m1");
  EXPECT_EQ(recovery->severity, Severity::Notice);
  EXPECT_EQ(recovery->facility, 2);  // mail, as Debian builds it
  EXPECT_NE(recovery->pid, pid);

  // The service: a wrong password is logged by mupdate, a program of many threads, as the user cyrus.
  auto client = preloaded({binary("mupdatetest"), "-m", "PLAIN", "-u", "mupdate", "-a", "mupdate", "-w", "wrong", "-p",
                           "3905", "127.32.0.1"});
  const auto refused = wait_for("mupdate", "badlogin: ");
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->severity, Severity::Error);
  EXPECT_NE(refused->pid, pid);

  master.signal(SIGQUIT);
  EXPECT_EQ(master.wait(), 0);
  const auto stopped = wait_for("master", "All children have exited");
  ASSERT_TRUE(stopped);
  EXPECT_EQ(stopped->pid, pid);
  EXPECT_EQ(receiver->counters().malformed, 0u);
}

TEST_F(RealCyrus, LosesNothingWhileTheReceiverIsAway) {
  // It starts and stops with nobody listening: root's messages and those of the user cyrus go to one spill file.
  {
    auto master = cyrmaster();
    ASSERT_TRUE(serves());
    master.signal(SIGQUIT);
    ASSERT_EQ(master.wait(), 0);
  }
  auto receiver = receive();
  const auto spilled = receiver->counters().spilled;
  EXPECT_GE(spilled, 4u);
  EXPECT_TRUE(wait_for("ctl_cyrusdb", "done recovering cyrus databases"));
  EXPECT_TRUE(wait_for("master", "All children have exited"));

  // The same server now through a receiver that is stopped in between and started again.
  auto master = cyrmaster();
  ASSERT_TRUE(collector.wait([&](const Collector::Records& records) {
    return std::ranges::count_if(
               records, [](const LogRecord& record) { return record.text == "done recovering cyrus databases"; }) == 2;
  }));
  ASSERT_TRUE(serves());  // until then a signal would find no handler
  receiver->stop();
  master.signal(SIGQUIT);
  ASSERT_EQ(master.wait(), 0);
  receiver = receive();
  EXPECT_TRUE(collector.wait([&](const Collector::Records& records) {
    return std::ranges::count_if(records, [](const LogRecord& record) {
             return record.text == "All children have exited, closing down";
           }) == 2;
  }));
  EXPECT_EQ(receiver->counters().damaged_bytes, 0u);
  EXPECT_EQ(receiver->counters().dropped, 0u);
}

TEST_F(RealCyrus, TroubleBecomesEvents) {
  const auto receiver = receive();
  const auto event_seen = [&](const LogEvent& event) {
    return collector.wait([&](const Collector::Records& records) {
      return std::ranges::any_of(records, [&](const LogRecord& record) { return match_event(record) == event; });
    });
  };
  auto master = cyrmaster();
  ASSERT_TRUE(serves());
  auto second = cyrmaster("second.pid");
  EXPECT_TRUE(event_seen(ServiceUnbound{"mupdate", "Address already in use"}));
  second.signal(SIGQUIT);
  EXPECT_EQ(second.wait(), 0);

  write_services("/bin/false");
  auto third = cyrmaster("third.pid");
  EXPECT_EQ(third.wait(), 1);
  EXPECT_TRUE(event_seen(StartupFailed{}));
  master.signal(SIGQUIT);
  EXPECT_EQ(master.wait(), 0);

  // mupdate cannot be run: cyrmaster tries five times and gives the service up.
  TestDirectory::write(root / "cyrus.conf",
                       std::string{"START {\n}\nSERVICES {\n  mupdate cmd=\"/bin/false\" listen=\""} + address +
                           "\" prefork=1\n}\nEVENTS {\n}\n");
  auto fourth = cyrmaster("fourth.pid");
  EXPECT_TRUE(event_seen(ServiceDisabled{.service = "mupdate", .retry = {}}));
  fourth.signal(SIGQUIT);
  EXPECT_EQ(fourth.wait(), 0);
}

}  // namespace
}  // namespace murder::logs
