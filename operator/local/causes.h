// Why a node's files change: which fields of the manifests were changed, and which of them concern that node.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "operator/local/cluster.h"
#include "operator/topology/topology.h"

namespace murder::local {

// Node → "spec.imapd.frontend.imapidlepoll: 60 → 7", "Backend be3 (new)". Each change is tried by itself: it concerns
// the nodes whose files it changes. One that makes no sense alone is said of every node.
using Derive = std::function<Result<topology::Topology>(const OneCluster&)>;
Result<std::map<std::string, std::vector<std::string>>> causes(const OneCluster& before, const OneCluster& after,
                                                               const Derive& derive);

}  // namespace murder::local
