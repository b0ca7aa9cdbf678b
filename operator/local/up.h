// Brings a local murder up, or an already running one to what the manifests now say.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "operator/api/manifests.h"
#include "operator/local/preflight.h"
#include "operator/local/state.h"
#include "operator/topology/topology.h"

namespace murder::local {

struct UpOptions {
  std::string base = default_base();
  std::optional<int> network;  // N of 127.N.0.0/16; chosen when absent
  std::string library = "/usr/lib/cyrus/bin";
  Programs programs = Programs::beside_this();
  std::chrono::milliseconds patience{60'000};  // until all nodes are ready
};

// A line for the person who waits.
using Progress = std::function<void(const std::string&)>;

struct Up {
  Places places;
  topology::Topology topology;
};

// Returns when every node is ready. Nothing is touched when a check fails. When a node does not become ready in time
// the error says what it lacks and ends with its last log lines; the supervisor goes on trying.
Result<Up> up(const std::vector<api::ManifestFile>& manifests, const UpOptions& options, const Progress& progress);

// After a reboot: the manifests as last brought up.
Result<std::vector<api::ManifestFile>> remembered_manifests(const Places& places);

}  // namespace murder::local
