// What a node's files are in: ConfigMaps, and Secrets for what must not be read.
#include <filesystem>

#include "base/base64.h"
#include "operator/objects/objects.h"

namespace murder::objects {
namespace {

using topology::Node;

std::string file_name(const std::string& path) { return std::filesystem::path(path).filename().string(); }

Json secret(const Murder& murder, const std::string& name, Json labels, const std::string& type,
            const std::map<std::string, std::string>& data) {
  Json secret = object("v1", "Secret", murder.namespace_, name, std::move(labels));
  secret["type"] = type;
  secret["data"] = Json::object();
  for (const auto& [key, bytes] : data) secret["data"][key] = encode_base64(bytes);
  return secret;
}

}  // namespace

Json config_map(const Murder& murder, const Node& node) {
  Json map = object("v1", "ConfigMap", murder.namespace_, node_object(murder.topology, node),
                    node_labels(murder.topology, node));
  map["data"] = Json::object();
  for (const auto& file : config::render(murder.topology, node)) map["data"][file_name(file.path)] = file.bytes;
  return map;
}

Json node_secret(const Murder& murder, const Node& node, const config::Passwords& passwords, const Certificate& agent,
                 const std::string& authority) {
  std::map<std::string, std::string> data = {
      {"ca.crt", authority}, {"agent.crt", agent.certificate}, {"agent.key", agent.key}};
  for (const auto& file : config::render_secrets(murder.topology, node, passwords)) {
    data[file_name(file.path)] = file.bytes;
  }
  return secret(murder, node_object(murder.topology, node), node_labels(murder.topology, node), "Opaque", data);
}

Json passwords_object(const Murder& murder, const config::Passwords& passwords) {
  return secret(murder, passwords_secret(murder.topology), cluster_labels(murder.topology), "Opaque", passwords);
}

Json authority_object(const Murder& murder, const Certificate& authority) {
  return secret(murder, authority_secret(murder.topology), cluster_labels(murder.topology), "Opaque",
                {{"ca.crt", authority.certificate}, {"ca.key", authority.key}});
}

Json certificate_object(const Murder& murder, const Certificate& certificate, const std::string& authority) {
  return secret(murder, certificate_secret(murder.topology), role_labels(murder.topology, Role::Frontend),
                "kubernetes.io/tls",
                {{"ca.crt", authority}, {"tls.crt", certificate.certificate}, {"tls.key", certificate.key}});
}

std::map<std::string, std::string> secret_data(const Json& secret) {
  std::map<std::string, std::string> texts;
  const auto data = secret.find("data");
  if (data == secret.end() || !data->is_object()) return texts;
  for (const auto& [key, value] : data->items()) {
    if (!value.is_string()) continue;
    auto bytes = decode_base64(value.get<std::string>());
    texts[key] = bytes ? *std::move(bytes) : "";
  }
  return texts;
}

}  // namespace murder::objects
