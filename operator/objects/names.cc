#include "operator/objects/names.h"

namespace murder::objects {
namespace {

using topology::Node;
using topology::Topology;

constexpr const char* kName = "app.kubernetes.io/name";
constexpr const char* kInstance = "app.kubernetes.io/instance";
constexpr const char* kComponent = "app.kubernetes.io/component";

}  // namespace

std::string node_object(const Topology&, const Node& node) { return node.short_host(); }

std::string role_object(const Topology& topology, Role role) {
  return topology.cluster + "-" + std::string(component(role));
}

std::string passwords_secret(const Topology& topology) { return topology.cluster + "-passwords"; }
std::string authority_secret(const Topology& topology) { return topology.cluster + "-ca"; }
std::string certificate_secret(const Topology& topology) { return topology.cluster + "-tls"; }
std::string client_service(const Topology& topology) { return topology.cluster; }
std::string lmtp_service(const Topology& topology) { return topology.cluster + "-lmtp"; }

std::string state_claim(const Topology& topology, const Node& node) { return "state-" + node_object(topology, node); }

std::string partition_claim(const Topology& topology, const Node& node, std::string_view partition) {
  return "spool-" + std::string(partition) + "-" + node_object(topology, node);
}

std::string_view component(Role role) {
  switch (role) {
    case Role::Master:
      return "mupdate";
    case Role::Backend:
      return "backend";
    case Role::Frontend:
      return "frontend";
  }
  return "";
}

Json role_selector(const Topology& topology, Role role) {
  return {{kName, "cyrus-murder"}, {kInstance, topology.cluster}, {kComponent, component(role)}};
}

Json node_selector(const Topology& topology, const Node& node) {
  Json selector = role_selector(topology, node.role);
  selector[std::string(kNodeLabel)] = node.name;
  return selector;
}

Json cluster_labels(const Topology& topology) {
  return {{kName, "cyrus-murder"},
          {kInstance, topology.cluster},
          {"app.kubernetes.io/part-of", "cyrus-murder"},
          {"app.kubernetes.io/managed-by", kOperator},
          {kClusterLabel, topology.cluster}};
}

Json role_labels(const Topology& topology, Role role) {
  Json labels = cluster_labels(topology);
  labels[kComponent] = component(role);
  return labels;
}

Json node_labels(const Topology& topology, const Node& node) {
  Json labels = role_labels(topology, node.role);
  labels[std::string(kNodeLabel)] = node.name;
  if (node.role == Role::Backend) labels[std::string(kBackendLabel)] = node.name;
  return labels;
}

std::string cluster_selector_text(const std::string& cluster) { return std::string(kClusterLabel) + "=" + cluster; }

std::string frontend_selector_text(const Topology& topology) {
  const Json selector = role_selector(topology, Role::Frontend);
  std::string text;
  for (const auto& [key, value] : selector.items()) {
    text += (text.empty() ? "" : ",") + key + "=" + value.get<std::string>();
  }
  return text;
}

Json object(std::string_view api_version, std::string_view kind, const std::string& namespace_, const std::string& name,
            Json labels) {
  return {{"apiVersion", api_version},
          {"kind", kind},
          {"metadata", {{"name", name}, {"namespace", namespace_}, {"labels", std::move(labels)}}}};
}

}  // namespace murder::objects
