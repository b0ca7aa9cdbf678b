#include "operator/objects/objects.h"

namespace murder::objects {
namespace {

using topology::Node;
using topology::Protocol;

Json ports_of(const topology::Topology& topology, const Node& node, auto&& wanted) {
  Json ports = Json::array();
  for (const auto& service : node.services) {
    if (service.listen.starts_with('/') || !wanted(service)) continue;
    ports.push_back(
        {{"name", service.name}, {"port", topology.port(service.protocol, service.tls)}, {"targetPort", service.name}});
  }
  return ports;
}

bool is_for_clients(const topology::Service& service) {
  return service.protocol != Protocol::Mupdate && service.protocol != Protocol::Lmtp;
}

}  // namespace

// Found by name whether it is ready or not: a backend is not ready while the master is away, and its clients are no
// better off for not finding it.
Json headless_service(const Murder& murder, const Node& node) {
  const auto& topology = murder.topology;
  Json service = object("v1", "Service", murder.namespace_, node_object(topology, node), node_labels(topology, node));
  service["spec"] = {{"clusterIP", "None"},
                     {"publishNotReadyAddresses", true},
                     {"selector", node_selector(topology, node)},
                     {"ports", ports_of(topology, node, [](const auto&) { return true; })}};
  return service;
}

std::vector<Json> client_services(const Murder& murder) {
  const auto& topology = murder.topology;
  const auto& exposure = topology.spec.frontend.service;
  const Node& frontend = *topology.with_role(Role::Frontend).front();
  std::vector<Json> services;

  const auto client_ports = ports_of(topology, frontend, is_for_clients);
  if (!client_ports.empty()) {
    Json service =
        object("v1", "Service", murder.namespace_, client_service(topology), role_labels(topology, Role::Frontend));
    if (!exposure.annotations.empty()) service["metadata"]["annotations"] = exposure.annotations;
    Json& spec = service["spec"];
    spec = {{"type", api::name_of(exposure.type)},
            {"selector", node_selector(topology, frontend)},
            {"sessionAffinity", api::name_of(exposure.session_affinity)},
            {"ports", client_ports}};
    if (exposure.type != api::ServiceType::ClusterIP) {
      spec["externalTrafficPolicy"] = api::name_of(exposure.external_traffic_policy);
    }
    if (!exposure.load_balancer_class.empty()) spec["loadBalancerClass"] = exposure.load_balancer_class;
    if (!exposure.load_balancer_source_ranges.empty()) {
      spec["loadBalancerSourceRanges"] = exposure.load_balancer_source_ranges;
    }
    services.push_back(std::move(service));
  }

  // A Service of its own and of the cluster alone: whoever reaches it may deliver mail.
  const auto lmtp_ports =
      ports_of(topology, frontend, [](const auto& service) { return service.protocol == Protocol::Lmtp; });
  if (!lmtp_ports.empty()) {
    Json service =
        object("v1", "Service", murder.namespace_, lmtp_service(topology), role_labels(topology, Role::Frontend));
    service["spec"] = {{"type", "ClusterIP"}, {"selector", node_selector(topology, frontend)}, {"ports", lmtp_ports}};
    services.push_back(std::move(service));
  }
  return services;
}

}  // namespace murder::objects
