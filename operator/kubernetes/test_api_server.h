// A real etcd and kube-apiserver for end-to-end tests, on loopback, in a directory of their own, on free ports; they
// end with the test, however that ends (setpriv --pdeathsig).
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <string>

#include "base/result.h"
#include "operator/kubernetes/config.h"

namespace murder::kubernetes {

class TestApiServer {
 public:
  // Starts both and waits until the server is ready. MURDER_KUBE names the binary that has them (`kube etcd …`,
  // `kube kube-apiserver …`); the Error says what to do when there is none.
  static Result<std::unique_ptr<TestApiServer>> start();
  ~TestApiServer();

  // As an administrator with a client certificate.
  Config config() const;
  // Without credentials: the certificate authority and the address only.
  Config anonymous() const;
  std::filesystem::path directory() const { return directory_; }
  // A bearer token of an administrator.
  static constexpr auto token = "administrators-token";
  int port() const { return port_; }

  // kill -9 and again; etcd keeps what there is.
  Status restart();
  // Forgets all history up to now, in etcd: a watch from before is answered with 410 after restart().
  Status compact();

 private:
  TestApiServer() = default;
  Status make_certificates();
  Status start_etcd();
  Status start_server();
  Status wait_until_ready();
  std::string log_tail(const std::string& name) const;

  std::string kube_;
  std::filesystem::path directory_;
  int port_ = 0;
  int etcd_port_ = 0;
  int peer_port_ = 0;
  pid_t etcd_ = 0;
  pid_t server_ = 0;
};

}  // namespace murder::kubernetes
