// What a node's processes have to be for what is wanted of it.
#pragma once

#include "base/result.h"
#include "operator/config/render.h"
#include "operator/local/state.h"
#include "operator/topology/topology.h"

namespace murder::local {

// Of what would be rendered now, with the certificates that are there.
Result<Versions> versions_of(const topology::Topology& topology, const topology::Node& node,
                             const config::Passwords& passwords, const ProgramDigests& programs);

Result<ProgramDigests> digests_of_programs(const Places& places);

}  // namespace murder::local
