// How a node's two processes are started: argv, environment, user, and the view of the file system they share.
#pragma once

#include "base/process/spawn.h"
#include "base/result.h"
#include "operator/local/state.h"
#include "operator/topology/topology.h"

namespace murder::local {

// Cyrus's own user and group, once looked up.
struct Launcher {
  Places places;
  Mode mode = Mode::Root;
  std::string library;
  process::Identity cyrus;

  static Result<Launcher> make(const Places& places, const ClusterState& state, const std::string& user);

  // Pure, for tests and messages.
  process::Spawn agent(const topology::Node& node, const std::string& version) const;
  process::Spawn cyrmaster(const topology::Node& node, const std::string& version) const;

 private:
  process::Spawn in_view(const topology::Node& node, const std::string& version) const;
};

}  // namespace murder::local
