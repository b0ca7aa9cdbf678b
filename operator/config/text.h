// What generated files have in common.
#pragma once

#include <string>

#include "operator/topology/topology.h"

namespace murder::config {

// The comment on top of every file, so that nobody edits one in vain.
inline std::string header(const topology::Topology& topology, const topology::Node& node) {
  return "# " + std::string(to_string(node.role)) + " " + node.name + " of MurderCluster " + topology.cluster +
         ". Written by its operator: changes made here are overwritten.\n";
}

}  // namespace murder::config
