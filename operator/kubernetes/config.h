// Where the API server is, whom it has to be, and who we are to it.
//
// From a kubeconfig (kubernetes.io, "Organizing Cluster Access Using kubeconfig Files") or, inside a pod, from the
// mounted service account. The server is always verified: `insecure-skip-tls-verify` is refused, as is plain http to
// anything but loopback. Not supported, and refused by name: auth-provider (removed from Kubernetes 1.26), username and
// password (removed from 1.19), impersonation, SOCKS proxies.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace murder::kubernetes {

// A program that prints credentials (client.authentication.k8s.io/v1 or v1beta1 ExecCredential).
struct ExecPlugin {
  std::string api_version;
  std::string command;  // looked up in PATH; relative to the kubeconfig's directory when it has a slash
  std::vector<std::string> arguments;
  std::map<std::string, std::string> environment;  // besides our own
  std::string install_hint;
  bool provide_cluster_info = false;
};

// Bytes given in place, or a file that is read anew for each connection, so that rotation needs no restart.
struct Pem {
  std::string data;
  std::string file;

  bool empty() const { return data.empty() && file.empty(); }
  Result<std::string> read() const;
};

struct Config {
  std::string host;  // without brackets
  int port = 443;
  bool tls = true;
  std::string path;             // in front of every path, without a final slash: "/k8s/clusters/c-1"
  std::string tls_server_name;  // expected in the certificate; `host` when empty
  std::string proxy_host;       // HTTP CONNECT; none when empty
  int proxy_port = 0;
  Pem ca;  // the system's when empty

  // Who we are: one of token, token_file, exec; and/or a certificate with its key.
  std::string token;
  std::string token_file;
  std::optional<ExecPlugin> exec;
  Pem certificate;
  Pem key;

  std::string namespace_ = "default";
  std::string source;  // for people: "/root/.kube/config, context kind-mail"
};

// Reads an environment variable. The process's own by default; tests have theirs.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;
Environment process_environment();

// Merges kubeconfig files as kubectl does: the first file to define a name, or current-context, wins; files that do not
// exist are passed over when there are several. Relative paths in a file are relative to it. `context` overrides
// current-context. Errors name the file and the field.
Result<Config> load_kubeconfig(const std::vector<std::string>& files, const std::string& context = {});

// KUBERNETES_SERVICE_HOST and _PORT, and token, ca.crt and namespace of `mount`.
Result<Config> load_in_cluster(const Environment& environment,
                               const std::string& mount = "/var/run/secrets/kubernetes.io/serviceaccount");

// What kubectl and operators do: `file` when given, else KUBECONFIG, else the service account of a pod, else
// ~/.kube/config.
Result<Config> load_config(const std::string& file = {}, const std::string& context = {},
                           const Environment& environment = process_environment());

}  // namespace murder::kubernetes
