// Brings a running murder to what changed manifests say, with the least disturbance: says first, then does.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "operator/api/manifests.h"
#include "operator/local/launch.h"
#include "operator/local/state.h"
#include "operator/local/up.h"
#include "operator/plan/plan.h"
#include "operator/topology/topology.h"

namespace murder::local {

// What a backend's agent says that it holds; nothing when it does not say.
using MailboxesOf = std::function<std::optional<std::uint64_t>(const std::string& backend)>;

// A rule that keeps something from being done, by the name that Kubernetes' status says too.
struct Held {
  std::string node;
  std::string predicate;  // "backend_delete_requires_empty_or_force"
  std::string message;    // what it waits for, and the remedy
};

struct Change {
  Places places;
  std::optional<StateLock> lock;  // of a change that is to be carried out
  ClusterState state;             // to be saved
  topology::Topology topology;
  std::vector<plan::Step> steps;  // what will be done, and why; none when all is as it should be
  std::vector<Held> kept;         // what the manifests want removed, and is not
  std::vector<Held> waiting;      // what is done later than the rest
  bool is_remembered = true;      // the manifests are those of the state, word for word
};

struct ApplyOptions {
  std::string base = default_base();
  bool dry_run = false;
  std::set<std::string> force_delete;  // backends that go with the mailboxes that they hold
};

// Changes nothing. Errors: mistakes of the manifests, fields that cannot be changed any more, no such murder, or one
// that is down.
Result<Change> plan_change(const std::vector<api::ManifestFile>& manifests, const ApplyOptions& options,
                           const MailboxesOf& mailboxes_of);

// Returns when every node is ready and has taken its files up, and what is not wanted any more has ended; ended
// anywhere, the same again ends the same.
Status carry_out(Change& change, std::chrono::milliseconds patience, const Progress& progress);
// After the master has forgotten the servers of state.to_forget.
Status remember_forgotten(Change& change);

}  // namespace murder::local
