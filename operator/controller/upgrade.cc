#include "operator/controller/upgrade.h"

namespace murder::controller {
namespace {

using topology::Node;

std::optional<cyrus::Version> release_of(const Json& workload) {
  const auto label = kubernetes::label_of(workload, std::string(objects::kVersionLabel));
  if (!label) return {};
  const auto release = cyrus::parse_version(*label);
  if (!release) return {};
  return *release;
}

std::string image_of(const Json& workload) {
  const auto* containers = kubernetes::find(workload, {"spec", "template", "spec", "containers"});
  if (containers == nullptr || containers->empty()) return {};
  return containers->front().value("image", "");
}

// Whether the pod that runs was made from a template of the wanted release, and serves.
bool runs(const Snapshot& now, const objects::Murder& wanted, const Node& node) {
  const auto set = now.find("StatefulSet", objects::node_object(wanted.topology, node));
  if (!set || release_of(*set) != wanted.topology.cyrus) return false;
  const auto* observed = kubernetes::find(*set, {"status", "observedGeneration"});
  if (observed == nullptr || *observed != kubernetes::generation_of(*set)) return false;
  const auto pods = now.pods_of(node.name);
  return is_up(now, node.name) && pods.size() == 1 &&
         pods.front()->revision == kubernetes::text_at(*set, {"status", "updateRevision"});
}

}  // namespace

std::optional<FrontendsHeld> hold_frontends(const Snapshot& now, const objects::Murder& wanted,
                                            const std::vector<api::Backend>& backends) {
  const auto& topology = wanted.topology;
  const auto* frontends = topology.find(topology::kFrontendsName);
  if (frontends == nullptr) return {};
  const auto live = now.find("Deployment", objects::node_object(topology, *frontends));
  const auto running = live ? release_of(*live) : std::nullopt;
  if (!running || *running == topology.cyrus) return {};
  for (const auto& node : topology.nodes) {
    if (node.role == Role::Frontend || runs(now, wanted, node)) continue;
    FrontendsHeld held{
        .hold = {frontends->name, "backends_before_frontends",
                 node.name + " does not run Cyrus " + std::string(cyrus::to_string(topology.cyrus)) + " yet"}};
    api::MurderCluster before = now.cluster;
    before.spec.cyrus_version = *running;
    if (!before.spec.image.cyrus.empty()) before.spec.image.cyrus = image_of(*live);
    auto derived = topology::derive(before, backends, topology.target);
    if (derived.topology) {
      held.as_they_are = wanted;
      held.as_they_are->topology = *std::move(derived.topology);
      held.as_they_are->cyrus_image = objects::image_for(now.cyrus_image_template, *running);
    }
    return held;
  }
  return {};
}

}  // namespace murder::controller
