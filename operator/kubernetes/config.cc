#include "operator/kubernetes/config.h"

#include <charconv>
#include <cstdlib>
#include <filesystem>

namespace murder::kubernetes {
namespace {

std::vector<std::string> split_paths(const std::string& list) {
  std::vector<std::string> paths;
  for (std::size_t begin = 0; begin <= list.size();) {
    const auto end = std::min(list.find(':', begin), list.size());
    if (end > begin) paths.push_back(list.substr(begin, end - begin));
    begin = end + 1;
  }
  return paths;
}

}  // namespace

Environment process_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* const value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): nobody sets any
    if (value == nullptr) return {};
    return value;
  };
}

Result<Config> load_in_cluster(const Environment& environment, const std::string& mount) {
  const auto host = environment("KUBERNETES_SERVICE_HOST").value_or("");
  const auto port = environment("KUBERNETES_SERVICE_PORT").value_or("");
  if (host.empty() || port.empty()) return Error{"KUBERNETES_SERVICE_HOST and _PORT are not set: not in a cluster"};
  Config config;
  config.host = host;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), config.port);
  if (error != std::errc() || end != port.data() + port.size() || config.port < 1 || config.port > 65535) {
    return Error{"KUBERNETES_SERVICE_PORT: \"" + port + "\" is no port"};
  }
  config.token_file = mount + "/token";
  config.ca.file = mount + "/ca.crt";
  config.source = "the service account in " + mount;
  if (const auto token = Pem{.file = config.token_file}.read(); !token) return token.error().in("in cluster");
  if (const auto ca = config.ca.read(); !ca) return ca.error().in("in cluster");
  if (const auto name = Pem{.file = mount + "/namespace"}.read()) {
    config.namespace_ = name->substr(0, name->find_last_not_of(" \r\n\t") + 1);
  }
  return config;
}

Result<Config> load_config(const std::string& file, const std::string& context, const Environment& environment) {
  if (!file.empty()) return load_kubeconfig({file}, context);
  if (const auto list = environment("KUBECONFIG"); list && !list->empty()) {
    return load_kubeconfig(split_paths(*list), context);
  }
  if (environment("KUBERNETES_SERVICE_HOST")) return load_in_cluster(environment);
  const auto home = environment("HOME").value_or("/");
  return load_kubeconfig({home + "/.kube/config"}, context);
}

}  // namespace murder::kubernetes
