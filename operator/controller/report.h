// What status says of a murder and its Backends: computed from what was seen, never from what was tried. Pure.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "operator/controller/decide.h"
#include "operator/controller/snapshot.h"
#include "operator/kubernetes/events.h"

namespace murder::controller {

// Something that was done, for logs and Events.
struct ChangeMade {
  Reason reason;
  std::string action;  // "Create"
  std::optional<kubernetes::ObjectReference> related;
  std::string text;  // "created Service post/mail-be1"
};

// What went wrong when a plan was carried out, and what was changed.
struct Outcome {
  std::vector<std::string> failures;
  std::vector<ChangeMade> changes;
};

struct Report {
  Json cluster;                          // status of the MurderCluster
  std::map<std::string, Json> backends;  // of each Backend
  bool settled = false;                  // nothing is on its way: look again at leisure
};
Report report(const Snapshot& snapshot, const Wanted& wanted, const Plan& plan, const Outcome& outcome);

// Of a Backend whose MurderCluster does not exist.
Json status_without_cluster(const Json& backend, const std::string& cluster, Clock::time_point now);

}  // namespace murder::controller
