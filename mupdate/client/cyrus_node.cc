#include "mupdate/client/cyrus_node.h"

#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <thread>
#include <utility>
#include <vector>

#include "base/net/deadline.h"
#include "base/net/stream.h"

namespace murder::mupdate {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

// A slave says nothing before its list is complete, and may have to wait 20 to 30 s for a master that comes late.
constexpr auto start_timeout = 60s;
constexpr auto stop_timeout = 10s;

Status write_file(const fs::path& path, const std::string& text) {
  std::ofstream file(path);
  file << text;
  file.close();
  if (!file) return Error{"write " + path.string()};
  return ok();
}

// Waits for the end of a process, as long as that may take: false at the deadline.
bool wait_for_end(pid_t pid, net::Deadline deadline) {
  while (::waitpid(pid, nullptr, WNOHANG) == 0) {
    if (deadline.passed()) return false;
    std::this_thread::sleep_for(5ms);
  }
  return true;
}

// What was killed holds its sockets a moment longer, and a child of a killed cyrmaster is nobody's to wait for.
void wait_until_refused(const net::Endpoint& endpoint) {
  const auto deadline = net::Deadline::in(stop_timeout);
  while (net::Stream::connect(endpoint, deadline) && !deadline.passed()) std::this_thread::sleep_for(5ms);
}

}  // namespace

Result<CyrusNode> CyrusNode::start(CyrusNodeOptions options) {
  // In memory where that can be had: a write costs an fsync, and no test here is about surviving a power cut.
  const auto parent = fs::exists("/dev/shm") ? fs::path("/dev/shm") : fs::temp_directory_path();
  auto pattern = (parent / "mupdate_client_e2e.XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) return system_error("mkdtemp", pattern);
  CyrusNode node(options.address, pattern);
  // A server of somebody else would be taken for ours.
  if (net::Stream::connect(node.endpoint(), net::Deadline::in(1s))) {
    return Error{node.endpoint().to_string() + ": already in use"};
  }
  MURDER_TRY(node.lay_out(options));
  MURDER_TRY(node.set_password());
  MURDER_TRY(node.spawn());
  MURDER_TRY(node.wait_for_banner());
  return node;
}

CyrusNode::CyrusNode(CyrusNode&& other) noexcept
    : address_(std::move(other.address_)),
      directory_(std::exchange(other.directory_, {})),
      pid_(std::exchange(other.pid_, -1)) {}

CyrusNode::~CyrusNode() {
  if (pid_ > 0) {
    ::kill(pid_, SIGTERM);
    if (wait_for_end(pid_, net::Deadline::in(stop_timeout))) {
      // A service that outlives cyrmaster would hold the port.
      ::kill(-pid_, SIGKILL);
      wait_until_refused(endpoint());
    } else {
      kill();
    }
  }
  std::error_code ignored;
  if (!directory_.empty()) fs::remove_all(directory_, ignored);
}

void CyrusNode::kill() {
  if (pid_ <= 0) return;
  ::kill(-pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
  wait_until_refused(endpoint());
}

Status CyrusNode::lay_out(const CyrusNodeOptions& options) const {
  const auto at = [&](std::string_view name) { return (directory_ / name).string(); };
  std::string imapd = "configdirectory: " + at("conf") + "\n" +        //
                      "proc_path: " + at("run/proc") + "\n" +          //
                      "mboxname_lockpath: " + at("run/lock") + "\n" +  //
                      "servername: " + options.address + "\n" +        //
                      "admins: cyrus " + user + "\n" +                 //
                      "sasl_pwcheck_method: auxprop\n" +               //
                      "sasl_auxprop_plugin: sasldb\n" +                //
                      "sasl_sasldb_path: " + at("sasldb2") + "\n" +    //
                      "sasl_mech_list: PLAIN LOGIN SCRAM-SHA-256\n" +  //
                      "allowplaintext: yes\n" +                        //
                      "partition-default: " + at("spool") + "\n" +     //
                      "umask: 077\n";
  if (!options.master.empty()) {
    imapd += "mupdate_server: " + options.master + "\nmupdate_username: " + user + "\nmupdate_authname: " + user +
             "\nmupdate_password: " + password + "\n";
  }
  for (const auto& [key, value] : options.imapd) imapd += key + ": " + value + "\n";
  const std::string config = " -C " + at("imapd.conf");
  const std::string bin = "/usr/lib/cyrus/bin/";
  const std::string cyrus = "START {\n  recover cmd=\"" + bin + "ctl_cyrusdb" + config + " -r\"\n}\n" +
                            "SERVICES {\n  mupdate cmd=\"" + bin + "mupdate" + config +
                            (options.master.empty() ? " -m" : "") + "\" listen=\"" + address_ + ":" +
                            std::to_string(port) + "\" prefork=1\n}\n";
  MURDER_TRY(write_file(directory_ / "imapd.conf", imapd));
  MURDER_TRY(write_file(directory_ / "cyrus.conf", cyrus));

  const auto* owner = ::getpwnam("cyrus");
  if (owner == nullptr) return Error{"there is no user 'cyrus': is cyrus-imapd installed?"};
  for (const auto* name : {"conf", "conf/db", "conf/socket", "conf/proc", "conf/log", "conf/msg", "conf/ptclient",
                           "conf/lock", "run", "run/proc", "run/lock", "spool"}) {
    std::error_code error;
    fs::create_directory(directory_ / name, error);
    if (error) return Error{"mkdir " + at(name) + ": " + error.message()};
  }
  for (const auto& entry : fs::recursive_directory_iterator(directory_)) {
    if (::chown(entry.path().c_str(), owner->pw_uid, owner->pw_gid) != 0) {
      return system_error("chown", entry.path().string());
    }
  }
  if (::chown(directory_.c_str(), owner->pw_uid, owner->pw_gid) != 0) return system_error("chown", directory_.string());
  return ok();
}

// Through a pipe: a password in argv could be read by anybody.
Status CyrusNode::set_password() const {
  const auto database = (directory_ / "sasldb2").string();
  const auto command = "saslpasswd2 -f " + database + " -u " + address_ + " -c -p " + user;
  FILE* pipe = ::popen(command.c_str(), "w");
  if (pipe == nullptr) return system_error("run", command);
  const bool written = std::fputs(password, pipe) >= 0;
  if (::pclose(pipe) != 0 || !written) return Error{command + ": failed"};
  const auto* owner = ::getpwnam("cyrus");
  if (::chown(database.c_str(), owner->pw_uid, owner->pw_gid) != 0) return system_error("chown", database);
  return ok();
}

// In a session of its own: cyrmaster signals its whole process group when it stops (CYRUS.md finding 11).
Status CyrusNode::spawn() {
  std::vector<std::string> words = {"/usr/sbin/cyrmaster",        "-C", directory_ / "imapd.conf",     "-M",
                                    directory_ / "cyrus.conf",    "-p", directory_ / "run/master.pid", "-L",
                                    directory_ / "run/stderr.log"};
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
  const int error = ::posix_spawn(&pid_, words[0].c_str(), nullptr, &attributes, arguments.data(), environ);
  ::posix_spawnattr_destroy(&attributes);
  if (error != 0) {
    pid_ = -1;
    return system_error("start", words[0], error);
  }
  return ok();
}

Status CyrusNode::wait_for_banner() const {
  const auto deadline = net::Deadline::in(start_timeout);
  Error last;
  while (!deadline.passed()) {
    auto stream = net::Stream::connect(endpoint(), deadline);
    if (stream) {
      const auto line = stream->read_line(deadline, 1000, "the banner");
      if (line) return ok();
      last = line.error();
    } else {
      last = stream.error();
    }
    std::this_thread::sleep_for(10ms);
  }
  return std::move(last).in("wait for the banner");
}

std::string CyrusNode::stderr_log() const {
  std::ifstream file(directory_ / "run/stderr.log");
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace murder::mupdate
