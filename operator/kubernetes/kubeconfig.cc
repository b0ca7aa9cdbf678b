// Reading and merging kubeconfig files. What is found is data until a context has been chosen: a broken user that is
// not used harms nobody.
#include <yaml-cpp/yaml.h>

#include <filesystem>

#include "base/base64.h"
#include "operator/kubernetes/config.h"
#include "operator/kubernetes/server_url.h"

namespace murder::kubernetes {
namespace {

// A named entry, and the directory its relative paths start from.
struct Entry {
  YAML::Node body;
  std::filesystem::path directory;
  std::string file;
};
using Entries = std::map<std::string, Entry>;

struct Merged {
  std::string current_context;
  Entries clusters;
  Entries users;
  Entries contexts;
};

void merge_list(const YAML::Node& root, const char* list, const char* member, const std::string& file, Entries& into) {
  const auto entries = root[list];
  if (!entries || !entries.IsSequence()) return;
  for (const auto& entry : entries) {
    if (!entry.IsMap() || !entry["name"] || !entry[member]) continue;
    into.try_emplace(entry["name"].as<std::string>(),
                     Entry{entry[member], std::filesystem::absolute(file).parent_path(), file});
  }
}

Status merge_file(const std::string& file, Merged& merged) {
  try {
    const auto root = YAML::LoadFile(file);
    if (!root.IsMap()) return Error{file + ": is no kubeconfig"};
    if (merged.current_context.empty() && root["current-context"]) {
      merged.current_context = root["current-context"].as<std::string>();
    }
    merge_list(root, "clusters", "cluster", file, merged.clusters);
    merge_list(root, "users", "user", file, merged.users);
    merge_list(root, "contexts", "context", file, merged.contexts);
    return ok();
  } catch (const YAML::BadFile&) {
    return system_error("open", file);
  } catch (const YAML::Exception& exception) {
    return Error{file + ": " + exception.what()};
  }
}

std::string text(const Entry& entry, const char* field) {
  const auto node = entry.body[field];
  return node && node.IsScalar() ? node.as<std::string>() : std::string();
}

std::string path(const Entry& entry, const char* field) {
  const auto value = text(entry, field);
  return value.empty() ? value : (entry.directory / value).lexically_normal().string();
}

// `field`-data in base64 wins over `field`, a file.
Result<Pem> pem(const Entry& entry, const std::string& field) {
  Pem pem;
  const auto encoded = text(entry, (field + "-data").c_str());
  if (encoded.empty()) {
    pem.file = path(entry, field.c_str());
    return pem;
  }
  auto decoded = decode_base64(encoded);
  if (!decoded) return std::move(decoded).error().in(entry.file + ": " + field + "-data");
  pem.data = *std::move(decoded);
  return pem;
}

bool is_true(const Entry& entry, const char* field) {
  const auto value = text(entry, field);
  return value == "true" || value == "True" || value == "TRUE" || value == "yes" || value == "on";
}

Result<void> read_cluster(const Entry& entry, const std::string& name, Config& config) {
  const auto where = entry.file + ": cluster " + name;
  if (is_true(entry, "insecure-skip-tls-verify")) {
    return Error{where +
                 ": insecure-skip-tls-verify: an API server that is not verified could be anybody, and would be sent "
                 "our credentials; give its CA as certificate-authority(-data) instead, and tls-server-name when it is "
                 "reached by another name"};
  }
  const auto url = parse_server_url(text(entry, "server"));
  if (!url) return url.error().in(where + ": server");
  if (url->scheme == "http" && !is_loopback(url->host)) {
    return Error{where + ": server: plain http would show our credentials to everybody on the way; use https"};
  }
  config.host = url->host;
  config.port = url->port;
  config.path = url->path;
  config.tls = url->scheme == "https";
  config.tls_server_name = text(entry, "tls-server-name");
  auto ca = pem(entry, "certificate-authority");
  if (!ca) return std::move(ca).error();
  config.ca = *std::move(ca);
  if (const auto proxy = text(entry, "proxy-url"); !proxy.empty()) {
    const auto parsed = parse_server_url(proxy);
    if (!parsed) return parsed.error().in(where + ": proxy-url");
    if (parsed->scheme != "http") return Error{where + ": proxy-url: only http:// proxies are supported"};
    config.proxy_host = parsed->host;
    config.proxy_port = parsed->port;
  }
  return {};
}

Result<ExecPlugin> read_exec(const Entry& entry, const std::string& where) {
  const Entry exec{entry.body["exec"], entry.directory, entry.file};
  ExecPlugin plugin;
  plugin.api_version = text(exec, "apiVersion");
  if (plugin.api_version != "client.authentication.k8s.io/v1" &&
      plugin.api_version != "client.authentication.k8s.io/v1beta1") {
    return Error{where + ": exec.apiVersion: \"" + plugin.api_version +
                 "\": expected client.authentication.k8s.io/v1 or v1beta1"};
  }
  plugin.command = text(exec, "command");
  if (plugin.command.empty()) return Error{where + ": exec.command: is missing"};
  if (plugin.command.find('/') != std::string::npos) plugin.command = path(exec, "command");
  if (text(exec, "interactiveMode") == "Always") {
    return Error{where + ": exec.interactiveMode: Always: nobody is there to be asked"};
  }
  plugin.install_hint = text(exec, "installHint");
  plugin.provide_cluster_info = is_true(exec, "provideClusterInfo");
  if (const auto arguments = exec.body["args"]; arguments && arguments.IsSequence()) {
    plugin.arguments = arguments.as<std::vector<std::string>>();
  }
  if (const auto environment = exec.body["env"]; environment && environment.IsSequence()) {
    for (const auto& variable : environment) {
      plugin.environment[variable["name"].as<std::string>()] = variable["value"].as<std::string>();
    }
  }
  return plugin;
}

Result<void> read_user(const Entry& entry, const std::string& name, Config& config) {
  const auto where = entry.file + ": user " + name;
  for (const char* const refused : {"auth-provider", "username", "password", "as", "as-uid", "as-groups"}) {
    if (entry.body[refused]) return Error{where + ": " + refused + ": is not supported"};
  }
  config.token = text(entry, "token");
  config.token_file = path(entry, "tokenFile");
  auto certificate = pem(entry, "client-certificate");
  if (!certificate) return std::move(certificate).error();
  auto key = pem(entry, "client-key");
  if (!key) return std::move(key).error();
  if (certificate->empty() != key->empty()) {
    return Error{where + ": client-certificate and client-key belong together: one is missing"};
  }
  config.certificate = *std::move(certificate);
  config.key = *std::move(key);
  if (entry.body["exec"]) {
    auto plugin = read_exec(entry, where);
    if (!plugin) return std::move(plugin).error();
    config.exec = *std::move(plugin);
  }
  return {};
}

Result<Config> choose(const Merged& merged, const std::string& wanted, const std::string& files) {
  const auto& context_name = wanted.empty() ? merged.current_context : wanted;
  if (context_name.empty()) return Error{files + ": current-context: is not set"};
  const auto context = merged.contexts.find(context_name);
  if (context == merged.contexts.end()) return Error{files + ": there is no context \"" + context_name + "\""};
  const auto cluster_name = text(context->second, "cluster");
  const auto cluster = merged.clusters.find(cluster_name);
  if (cluster == merged.clusters.end()) {
    return Error{files + ": context " + context_name + ": there is no cluster \"" + cluster_name + "\""};
  }
  Config config;
  config.source = context->second.file + ", context " + context_name;
  if (const auto name = text(context->second, "namespace"); !name.empty()) config.namespace_ = name;
  MURDER_TRY(read_cluster(cluster->second, cluster_name, config));
  if (const auto user_name = text(context->second, "user"); !user_name.empty()) {
    const auto user = merged.users.find(user_name);
    if (user == merged.users.end()) {
      return Error{files + ": context " + context_name + ": there is no user \"" + user_name + "\""};
    }
    MURDER_TRY(read_user(user->second, user_name, config));
  }
  return config;
}

}  // namespace

Result<Config> load_kubeconfig(const std::vector<std::string>& files, const std::string& context) {
  Merged merged;
  std::string names;
  bool any = false;
  for (const auto& file : files) {
    names += (names.empty() ? "" : ":") + file;
    std::error_code ignored;
    if (files.size() > 1 && !std::filesystem::exists(file, ignored)) continue;
    MURDER_TRY(merge_file(file, merged));
    any = true;
  }
  if (!any) return Error{"kubeconfig: none of these exists: " + names};
  try {
    return choose(merged, context, names);
  } catch (const YAML::Exception& exception) {
    return Error{names + ": " + exception.what()};
  }
}

}  // namespace murder::kubernetes
