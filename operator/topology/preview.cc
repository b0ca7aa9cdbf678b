#include "operator/topology/preview.h"

namespace murder::topology {
namespace {

std::string address(const std::string& network, int role, int number) {
  // 1 to 250 in the last octet; a role with more goes on two octets further.
  const int third = role + 3 * ((number - 1) / 250);
  return network + "." + std::to_string(third) + "." + std::to_string((number - 1) % 250 + 1);
}

}  // namespace

std::string folder_of(const api::ObjectMeta& cluster) {
  return cluster.namespace_.empty() ? cluster.name : cluster.namespace_ + "/" + cluster.name;
}

Target preview_target(const api::MurderCluster& cluster, const std::vector<api::Backend>& backends,
                      const Preview& preview) {
  Target target;
  target.cyrus = preview.cyrus;
  target.domain = cluster.metadata.name + ".murder.test";
  target.root = preview.root + "/" + folder_of(cluster.metadata);
  const auto names = node_names(cluster, backends);
  const std::size_t first_frontend = names.size() - static_cast<std::size_t>(cluster.spec.frontend.replicas);
  target.addresses[names.front()] = address(preview.network, 0, 1);
  for (std::size_t i = 1; i < names.size(); ++i) {
    target.addresses[names[i]] = i < first_frontend
                                     ? address(preview.network, 1, static_cast<int>(i))
                                     : address(preview.network, 2, static_cast<int>(i - first_frontend + 1));
  }
  return target;
}

}  // namespace murder::topology
