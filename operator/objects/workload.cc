// StatefulSets of the master and of backends, the frontends' Deployment.
#include "operator/objects/objects.h"
#include "operator/objects/pod.h"

namespace murder::objects {
namespace {

using topology::Node;

Json workload_labels(const Murder& murder, const Node& node) {
  Json labels = node_labels(murder.topology, node);
  labels[std::string(kVersionLabel)] = cyrus::to_string(murder.topology.cyrus);
  return labels;
}

Json stateful_set(const Murder& murder, const Node& node) {
  const std::string name = node_object(murder.topology, node);
  Json set = object("apps/v1", "StatefulSet", murder.namespace_, name, workload_labels(murder, node));
  set["spec"] = {
      {"replicas", 1},
      {"serviceName", name},
      {"selector", {{"matchLabels", node_selector(murder.topology, node)}}},
      // Which pod is replaced when is not for the StatefulSet to say: it knows of one backend only.
      {"updateStrategy", {{"type", "OnDelete"}}},
      {"template", pod_template(murder, node)},
  };
  return set;
}

Json deployment(const Murder& murder, const Node& node) {
  Json deployment = object("apps/v1", "Deployment", murder.namespace_, node_object(murder.topology, node),
                           workload_labels(murder, node));
  deployment["spec"] = {
      {"replicas", murder.topology.spec.frontend.replicas},
      {"selector", {{"matchLabels", node_selector(murder.topology, node)}}},
      // A new one has the whole list before an old one goes.
      {"strategy", {{"type", "RollingUpdate"}, {"rollingUpdate", {{"maxUnavailable", 0}, {"maxSurge", 1}}}}},
      {"template", pod_template(murder, node)},
  };
  return deployment;
}

}  // namespace

Json workload(const Murder& murder, const Node& node) {
  return node.role == Role::Frontend ? deployment(murder, node) : stateful_set(murder, node);
}

}  // namespace murder::objects
