// A target that nothing runs on: for showing what would be rendered, for golden files and for tests.
#pragma once

#include <string>
#include <vector>

#include "operator/topology/topology.h"

namespace murder::topology {

struct Preview {
  api::CyrusRelease cyrus = api::CyrusRelease::V3_6;  // where the cluster names none
  std::string root = "/var/lib/cyrus-murder";         // a cluster's is ROOT/CLUSTER, or ROOT/NAMESPACE/CLUSTER
  std::string network = "127.80";  // two octets: the master is at .0.1, backends at .1.N, frontends at .2.N
};

// "mail", or "production/mail": namespaces keep murders of one name apart.
std::string folder_of(const api::ObjectMeta& cluster);

Target preview_target(const api::MurderCluster& cluster, const std::vector<api::Backend>& backends,
                      const Preview& preview = {});

}  // namespace murder::topology
