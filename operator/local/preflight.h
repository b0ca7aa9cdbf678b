// What has to be true of this machine before anything is touched. Each check says what is wrong and what to do.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "operator/local/launch.h"
#include "operator/local/state.h"
#include "operator/topology/topology.h"

namespace murder::local {

// The programs that `up` copies to STATE/bin.
struct Programs {
  std::string murder;
  std::string agent;
  std::string preload;

  // Those beside the program that runs.
  static Programs beside_this();
};

// All complaints, none when all is well. `running`: nodes that run already, and hold their ports rightly.
std::vector<std::string> preflight(const topology::Topology& topology, const Launcher& launcher,
                                   const Programs& programs, const std::set<std::string>& running);

// Cyrus's programs and user; asked before there is a launcher.
std::vector<std::string> check_cyrus(const std::string& library, const std::string& user);

}  // namespace murder::local
