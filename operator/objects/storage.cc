#include "operator/objects/objects.h"

namespace murder::objects {
namespace {

using topology::Node;

Json claim(const Murder& murder, const Node& node, const std::string& name, const std::string& size,
           const std::string& storage_class) {
  Json claim = object("v1", "PersistentVolumeClaim", murder.namespace_, name, node_labels(murder.topology, node));
  claim["spec"] = {{"accessModes", {"ReadWriteOnce"}}, {"resources", {{"requests", {{"storage", size}}}}}};
  if (!storage_class.empty()) claim["spec"]["storageClassName"] = storage_class;
  return claim;
}

}  // namespace

std::vector<Json> claims(const Murder& murder, const Node& node) {
  if (node.role == Role::Frontend) return {};
  const auto& state =
      node.role == Role::Master ? murder.topology.spec.mupdate.storage : murder.backend(node).spec.storage;
  std::vector<Json> claims = {
      claim(murder, node, state_claim(murder.topology, node), state.size.text, state.storage_class_name)};
  if (node.role == Role::Master) return claims;
  for (const auto& partition : murder.backend(node).spec.partitions) {
    claims.push_back(claim(murder, node, partition_claim(murder.topology, node, partition.name), partition.size.text,
                           partition.storage_class_name));
  }
  return claims;
}

}  // namespace murder::objects
