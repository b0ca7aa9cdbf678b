#include "operator/kubernetes/test_api_server.h"

#include <arpa/inet.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "base/net/deadline.h"
#include "base/net/unique_fd.h"
#include "base/process/run.h"
#include "base/process/spawn.h"
#include "operator/kubernetes/client.h"
#include "operator/kubernetes/pause.h"

namespace murder::kubernetes {
namespace {

using namespace std::chrono_literals;

constexpr auto ready_within = 60s;

// That nobody listens on now.
Result<int> free_port() {
  const net::UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    return system_error("bind", "127.0.0.1");
  }
  return ntohs(address.sin_port);
}

std::string loopback_url(int port) { return "http://127.0.0.1:" + std::to_string(port); }

Status openssl(const std::filesystem::path& directory, std::vector<std::string> arguments) {
  process::Command command{.argv = {"openssl"}};
  for (auto& argument : arguments) {
    command.argv.push_back(argument.starts_with('@') ? (directory / argument.substr(1)).string() : std::move(argument));
  }
  const auto outcome = process::run_successfully(command);
  return outcome ? ok() : Status(outcome.error());
}

Status certificate(const std::filesystem::path& directory, const std::string& name, const std::string& subject,
                   const std::string& extension) {
  std::ofstream(directory / (name + ".ext")) << extension << "\n";
  MURDER_TRY(openssl(directory, {"req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                                 "@" + name + ".key", "-out", "@" + name + ".csr", "-subj", subject}));
  return openssl(directory,
                 {"x509", "-req", "-in", "@" + name + ".csr", "-CA", "@ca.crt", "-CAkey", "@ca.key", "-CAcreateserial",
                  "-out", "@" + name + ".crt", "-days", "2", "-extfile", "@" + name + ".ext"});
}

Status authority(const std::filesystem::path& directory, const std::string& name) {
  return openssl(directory,
                 {"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                  "@" + name + ".key", "-out", "@" + name + ".crt", "-subj", "/CN=" + name, "-days", "2"});
}

void end(pid_t& process, int signal) {
  if (process == 0) return;
  ::kill(process, signal);
  ::waitpid(process, nullptr, 0);
  process = 0;
}

}  // namespace

Result<std::unique_ptr<TestApiServer>> TestApiServer::start() {
  std::unique_ptr<TestApiServer> server(new TestApiServer);
  server->kube_ = process_environment()("MURDER_KUBE").value_or("");
  if (server->kube_.empty() || !std::filesystem::exists(server->kube_)) {
    return Error{
        "MURDER_KUBE names no program: these tests need a real API server. Build it with "
        "e2e/kubernetes/cluster/build, and set MURDER_KUBE to the `kube` that it makes"};
  }
  std::string name = (std::filesystem::temp_directory_path() / "kubernetes_e2e.XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) return system_error("make directory", name);
  server->directory_ = name;
  for (auto* const port : {&server->port_, &server->etcd_port_, &server->peer_port_}) {
    const auto found = free_port();
    if (!found) return found.error();
    *port = *found;
  }
  MURDER_TRY(server->make_certificates());
  MURDER_TRY(server->start_etcd());
  MURDER_TRY(server->start_server());
  return server;
}

TestApiServer::~TestApiServer() {
  end(server_, SIGKILL);
  end(etcd_, SIGKILL);
  std::error_code ignored;  // a directory in /tmp is all that could stay
  if (!directory_.empty()) std::filesystem::remove_all(directory_, ignored);
}

Config TestApiServer::anonymous() const {
  Config config;
  config.host = "127.0.0.1";
  config.port = port_;
  config.ca.file = directory_ / "ca.crt";
  return config;
}

Config TestApiServer::config() const {
  auto config = anonymous();
  config.certificate.file = directory_ / "admin.crt";
  config.key.file = directory_ / "admin.key";
  return config;
}

Status TestApiServer::make_certificates() {
  MURDER_TRY(authority(directory_, "ca"));
  MURDER_TRY(authority(directory_, "stranger"));
  MURDER_TRY(certificate(directory_, "server", "/CN=kube-apiserver", "subjectAltName=IP:127.0.0.1,DNS:kubernetes"));
  MURDER_TRY(certificate(directory_, "admin", "/O=system:masters/CN=admin", "subjectAltName=DNS:admin"));
  std::ofstream(directory_ / "tokens.csv") << token << ",robot,1,\"system:masters\"\n";
  return openssl(directory_, {"genrsa", "-out", "@sa.key", "2048"});
}

Status TestApiServer::start_etcd() {
  const auto clients = loopback_url(etcd_port_);
  const auto peers = loopback_url(peer_port_);
  auto spawned =
      process::spawn({.argv = {"/usr/bin/setpriv", "--pdeathsig", "KILL", kube_, "etcd", "--unsafe-no-fsync",
                               "--data-dir", directory_ / "etcd", "--listen-client-urls", clients,
                               "--advertise-client-urls", clients, "--listen-peer-urls", peers,
                               "--initial-advertise-peer-urls", peers, "--initial-cluster", "default=" + peers},
                      .environment = {"PATH=/usr/bin:/bin"},
                      .directory = directory_,
                      .output = directory_ / "etcd.log"});
  if (!spawned) return std::move(spawned).error().in("etcd");
  etcd_ = *spawned;
  return ok();
}

Status TestApiServer::start_server() {
  const auto file = [&](const char* name) { return (directory_ / name).string(); };
  auto spawned = process::spawn({.argv = {"/usr/bin/setpriv",
                                          "--pdeathsig",
                                          "KILL",
                                          kube_,
                                          "kube-apiserver",
                                          "--etcd-servers=" + loopback_url(etcd_port_),
                                          "--bind-address=127.0.0.1",
                                          "--advertise-address=127.0.0.1",
                                          "--secure-port=" + std::to_string(port_),
                                          "--service-cluster-ip-range=10.90.0.0/16",
                                          "--tls-cert-file=" + file("server.crt"),
                                          "--tls-private-key-file=" + file("server.key"),
                                          "--client-ca-file=" + file("ca.crt"),
                                          "--token-auth-file=" + file("tokens.csv"),
                                          "--authorization-mode=RBAC",
                                          "--anonymous-auth=false",
                                          "--service-account-issuer=https://kubernetes.default.svc",
                                          "--service-account-key-file=" + file("sa.key"),
                                          "--service-account-signing-key-file=" + file("sa.key"),
                                          "--disable-admission-plugins=ServiceAccount",
                                          "--endpoint-reconciler-type=none",
                                          "--etcd-compaction-interval=0"},
                                 .environment = {"PATH=/usr/bin:/bin"},
                                 .directory = directory_,
                                 .output = directory_ / "apiserver.log"});
  if (!spawned) return std::move(spawned).error().in("kube-apiserver");
  server_ = *spawned;
  return wait_until_ready();
}

Status TestApiServer::wait_until_ready() {
  Client client(connect(config()), {.user_agent = "kubernetes_e2e", .requests_per_second = 1000});
  const auto deadline = net::Deadline::in(ready_within);
  std::string last;
  while (!deadline.passed()) {
    const auto ready = client.get_raw("/readyz", {.attempt_timeout = 5s, .retried = false});
    if (ready) return ok();
    last = ready.error().text();
    for (auto* const process : {&etcd_, &server_}) {
      if (::waitpid(*process, nullptr, WNOHANG) != *process) continue;
      const auto* const name = process == &etcd_ ? "etcd" : "apiserver";
      *process = 0;
      return Error{std::string(name) + " has ended: " + log_tail(name)};
    }
    pause_for(50ms, {});  // between two questions to a server that has no way to tell
  }
  return Error{"not ready within " + deadline.allowed() + ": " + last + "\n" + log_tail("apiserver")};
}

Status TestApiServer::restart() {
  end(server_, SIGKILL);
  return start_server();
}

Status TestApiServer::compact() {
  // etcd's gRPC gateway: JSON over HTTP, bytes in base64.
  Config etcd;
  etcd.host = "127.0.0.1";
  etcd.port = etcd_port_;
  etcd.tls = false;
  const auto http = connect(etcd);
  const auto post = [&](const char* path, const std::string& body) -> Result<Json> {
    const auto answer =
        http->send({.method = "POST", .target = path, .headers = {{"Content-Type", "application/json"}}, .body = body});
    if (!answer) return answer.error().in(path);
    if (answer->status != 200) return Error{answer->body}.in(path);
    return Json::parse(answer->body, nullptr, false);
  };
  const auto range = post("/v3/kv/range", R"({"key": "AA==", "range_end": "AA==", "count_only": true})");
  if (!range) return range.error();
  const auto revision = text_at(*range, {"header", "revision"});
  const auto compacted = post("/v3/kv/compaction", R"({"physical": true, "revision": ")" + revision + "\"}");
  return compacted ? ok() : Status(compacted.error());
}

std::string TestApiServer::log_tail(const std::string& name) const {
  std::ifstream in(directory_ / (name + ".log"));
  std::ostringstream text;
  text << in.rdbuf();
  constexpr std::size_t longest = 2000;
  auto all = text.str();
  return all.size() > longest ? all.substr(all.size() - longest) : all;
}

}  // namespace murder::kubernetes
