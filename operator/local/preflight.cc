#include "operator/local/preflight.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/net/endpoint.h"
#include "base/net/unique_fd.h"

namespace murder::local {
namespace {

namespace fs = std::filesystem;
using Complaints = std::vector<std::string>;
using topology::Node;
using topology::Topology;

constexpr unsigned long long kSpace = 200ULL << 20;

// Debian's package of a program of Cyrus; the rest is in cyrus-imapd and cyrus-common.
std::string package_of(const std::string& program) {
  if (program == "mupdate") return "cyrus-murder";
  if (program == "pop3d") return "cyrus-pop3d";
  if (program == "nntpd") return "cyrus-nntpd";
  if (program == "httpd") return "cyrus-caldav";
  return "cyrus-imapd";
}

void programs_of_services(const Topology& topology, Complaints& complaints) {
  std::set<std::string> wanted;
  for (const auto& node : topology.nodes) {
    for (const auto& service : node.services) wanted.insert(service.program);
  }
  for (const auto& program : wanted) {
    const auto path = topology.target.library + "/" + program;
    if (access(path.c_str(), X_OK) != 0) {
      complaints.push_back(path + " is missing: apt install " + package_of(program));
    }
  }
}

// Empty when one can listen there.
std::string why_not_listen(const std::string& host, int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  if (inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1) return "not an IPv4 address";
  const net::UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int yes = 1;
  setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || listen(fd.get(), 1) != 0) {
    return std::strerror(errno);
  }
  return {};
}

void ports(const Topology& topology, const std::set<std::string>& running, Complaints& complaints) {
  for (const auto& node : topology.nodes) {
    if (running.contains(node.name)) continue;
    const auto check = [&](const std::string& host, int port, const std::string& what) {
      const auto why = why_not_listen(host, port);
      if (why.empty()) return;
      complaints.push_back(node.name + " cannot listen on " + host + ":" + std::to_string(port) + " (" + what +
                           "): " + why + "; see who does with: ss -ltnp 'sport = :" + std::to_string(port) + "'");
    };
    for (const auto& service : node.services) {
      const auto endpoint = net::Endpoint::parse(service.listen);
      if (endpoint && !endpoint->is_unix()) check(endpoint->host, endpoint->port, service.name);
    }
    check(node.address, node.agent_http_port, "agent");
    check(node.address, node.agent_grpc_port, "agent");
  }
}

void space(const Places& places, Complaints& complaints) {
  struct statvfs found {};
  if (statvfs(places.root.c_str(), &found) != 0)
    return complaints.push_back(system_error("look at", places.root).message);
  const unsigned long long free = static_cast<unsigned long long>(found.f_bavail) * found.f_frsize;
  if (free < kSpace) {
    complaints.push_back(places.root + " has " + std::to_string(free >> 20) + " MiB left, and 200 MiB are needed");
  }
}

void socket_paths(const Topology& topology, Complaints& complaints) {
  for (const auto& node : topology.nodes) {
    // The longest that Cyrus makes.
    const auto longest = node.paths.conf() + "/socket/mupdate-0.lock";
    if (longest.size() >= sizeof(sockaddr_un{}.sun_path)) {
      return complaints.push_back("the path of the state is too long for sockets (" + longest +
                                  "): choose a shorter directory with --state");
    }
  }
}

void namespaces(const Launcher& launcher, const Node& node, Complaints& complaints) {
  auto trial = launcher.agent(node, "");
  trial.argv = {"/bin/true"};
  trial.output = "/dev/null";
  trial.run_as.reset();
  // The node's own files may not be there yet.
  for (auto& bind : trial.binds) bind.source = bind.target;
  const auto pid = process::spawn(trial);
  if (pid) {
    waitpid(*pid, nullptr, 0);
    return;
  }
  complaints.push_back(pid.error().message +
                       (launcher.mode == Mode::Root
                            ? ": this container may not mount; start it with CAP_SYS_ADMIN"
                            : ": this machine does not let ordinary users make user namespaces; permit it with "
                              "`sysctl kernel.unprivileged_userns_clone=1` or `sysctl "
                              "kernel.apparmor_restrict_unprivileged_userns=0`, or run as root"));
}

// A state below a home directory that is closed to others is of no use to Cyrus's user.
void reachable(const Launcher& launcher, Complaints& complaints) {
  if (launcher.mode != Mode::Root) return;
  const auto pid = process::spawn(
      {.argv = {"/bin/true"}, .environment = {}, .directory = launcher.places.root, .run_as = launcher.cyrus});
  if (pid) {
    waitpid(*pid, nullptr, 0);
    return;
  }
  complaints.push_back("Cyrus's user cannot " + pid.error().message +
                       ": permit it to pass the directories above (chmod o+x), or choose another one with --state");
}

}  // namespace

Programs Programs::beside_this() {
  std::error_code failed;
  const auto self = fs::read_symlink("/proc/self/exe", failed);
  const auto directory = self.parent_path().string();
  return {.murder = self.string(), .agent = directory + "/murder-agent", .preload = directory + "/libmurder-syslog.so"};
}

std::vector<std::string> check_cyrus(const std::string& library, const std::string& user) {
  Complaints complaints;
  if (access((library + "/master").c_str(), X_OK) != 0) {
    complaints.push_back("Cyrus IMAP is not installed (no " + library +
                         "/master): apt install cyrus-imapd cyrus-murder");
  }
  if (auto identity = process::identity_of(user); !identity) {
    complaints.push_back(identity.error().message + ": apt install cyrus-common makes it");
  }
  return complaints;
}

std::vector<std::string> preflight(const Topology& topology, const Launcher& launcher, const Programs& programs,
                                   const std::set<std::string>& running) {
  Complaints complaints;
  for (const auto& program : {programs.agent, programs.preload}) {
    if (access(program.c_str(), R_OK) != 0)
      complaints.push_back(program + " is missing: build or install all of murder");
  }
  programs_of_services(topology, complaints);
  socket_paths(topology, complaints);
  space(launcher.places, complaints);
  reachable(launcher, complaints);
  namespaces(launcher, topology.master(), complaints);
  ports(topology, running, complaints);
  return complaints;
}

}  // namespace murder::local
