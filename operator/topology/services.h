// Which services a node of each role runs: the SERVICES section of its cyrus.conf(5), as values.
#pragma once

#include <vector>

#include "operator/topology/topology.h"

namespace murder::topology {

std::vector<Service> master_services(const Topology& topology, const Node& node);
std::vector<Service> backend_services(const Topology& topology, const Node& node);
std::vector<Service> frontend_services(const Topology& topology, const Node& node);

}  // namespace murder::topology
