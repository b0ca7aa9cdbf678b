// What restrains: network policies, disruption budgets, service accounts.
#include "operator/objects/objects.h"

namespace murder::objects {
namespace {

using topology::Node;
using topology::Protocol;

constexpr Role kRoles[] = {Role::Master, Role::Backend, Role::Frontend};

Json pods(const Json& labels) { return {{"podSelector", {{"matchLabels", labels}}}}; }

Json tcp(const std::vector<int>& ports) {
  Json list = Json::array();
  for (const int port : ports) list.push_back({{"protocol", "TCP"}, {"port", port}});
  return list;
}

class Policies {
 public:
  explicit Policies(const Murder& murder) : murder_(murder), topology_(murder.topology) {}

  std::vector<Json> build() const {
    std::vector<Json> policies;
    for (const Role role : kRoles) {
      Json policy = object("networking.k8s.io/v1", "NetworkPolicy", murder_.namespace_, role_object(topology_, role),
                           role_labels(topology_, role));
      Json ingress = rules(role);
      ingress.push_back(agents());
      policy["spec"] = {{"podSelector", {{"matchLabels", role_selector(topology_, role)}}},
                        {"policyTypes", {"Ingress"}},
                        {"ingress", ingress}};
      policies.push_back(std::move(policy));
    }
    return policies;
  }

 private:
  // Probes and metrics are for everybody and say nothing secret; gRPC asks for a certificate of the cluster's own CA.
  Json agents() const {
    const Node& node = topology_.master();
    return {{"ports", tcp({node.agent_http_port, node.agent_grpc_port})}};
  }

  std::vector<int> ports(Role role, auto&& wanted) const {
    std::vector<int> ports;
    const auto nodes = topology_.with_role(role);
    if (nodes.empty()) return ports;
    for (const auto& service : nodes.front()->services) {
      if (!service.listen.starts_with('/') && wanted(service))
        ports.push_back(topology_.port(service.protocol, service.tls));
    }
    return ports;
  }

  Json rules(Role role) const {
    const auto any = [](const topology::Service&) { return true; };
    const Json backends = pods(role_selector(topology_, Role::Backend));
    const Json frontends = pods(role_selector(topology_, Role::Frontend));
    Json rules = Json::array();
    const auto add = [&](const std::vector<int>& ports, const Json& from) {
      // A rule without ports would open all of them.
      if (ports.empty()) return;
      Json rule = {{"ports", tcp(ports)}};
      if (!from.empty()) rule["from"] = from;
      rules.push_back(std::move(rule));
    };
    switch (role) {
      case Role::Master:
      case Role::Backend:  // the others of its role for moves
        add(ports(role, any), Json::array({backends, frontends}));
        break;
      case Role::Frontend: {
        const auto& policy = topology_.spec.network_policy;
        const auto is_lmtp = [](const auto& service) { return service.protocol == Protocol::Lmtp; };
        add(ports(role,
                  [&](const auto& service) { return !is_lmtp(service) && service.protocol != Protocol::Mupdate; }),
            policy.clients.text.empty() ? Json::array() : Json::parse(policy.clients.text));
        add(ports(role, is_lmtp), policy.mtas.text.empty() ? Json::array({Json{{"podSelector", Json::object()}}})
                                                           : Json::parse(policy.mtas.text));
        break;
      }
    }
    return rules;
  }

  const Murder& murder_;
  const topology::Topology& topology_;
};

}  // namespace

std::vector<Json> network_policies(const Murder& murder) {
  if (!murder.topology.spec.network_policy.enabled) return {};
  return Policies(murder).build();
}

std::vector<Json> disruption_budgets(const Murder& murder) {
  std::vector<Json> budgets;
  for (const Role role : {Role::Backend, Role::Frontend}) {
    Json budget = object("policy/v1", "PodDisruptionBudget", murder.namespace_, role_object(murder.topology, role),
                         role_labels(murder.topology, role));
    // One of all backends at a time: each holds mail that no other has. A single one can always be drained.
    budget["spec"] = {{"maxUnavailable", 1},
                      {"unhealthyPodEvictionPolicy", "AlwaysAllow"},
                      {"selector", {{"matchLabels", role_selector(murder.topology, role)}}}};
    budgets.push_back(std::move(budget));
  }
  return budgets;
}

std::vector<Json> service_accounts(const Murder& murder) {
  std::vector<Json> accounts;
  for (const Role role : kRoles) {
    Json account = object("v1", "ServiceAccount", murder.namespace_, role_object(murder.topology, role),
                          role_labels(murder.topology, role));
    account["automountServiceAccountToken"] = false;
    accounts.push_back(std::move(account));
  }
  return accounts;
}

}  // namespace murder::objects
