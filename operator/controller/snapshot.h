// What is true of one murder, as far as the operator has seen: all that a decision is made from.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "operator/api/backend.h"
#include "operator/api/murder_cluster.h"
#include "operator/api/schema/mistake.h"
#include "operator/controller/kinds.h"
#include "operator/kubernetes/fields.h"
#include "operator/kubernetes/store.h"

namespace murder::controller {

using kubernetes::ObjectPtr;
using Clock = std::chrono::system_clock;

struct Conflict {
  std::string mailbox;
  std::string here;
  std::string master;
};

// What an agent says of its node (proto/agent.proto, NodeStatus).
struct AgentFacts {
  bool ready = false;
  std::vector<std::string> failed_checks;  // "service imap: connection refused"
  std::string cyrus_version;
  std::uint64_t mailboxes = 0;
  bool counted = false;      // just now: no mailbox was made since
  std::string files_digest;  // of the files that it has taken up

  struct Partition {
    std::string name;
    std::uint64_t total_bytes = 0;
    std::uint64_t available_bytes = 0;
  };
  std::vector<Partition> partitions;

  // Backends: the last push.
  bool pushed = false;      // has ended without failing, so that `mailboxes` is known
  bool in_sync = false;     // nothing was left to push, or all was
  std::string hold_reason;  // "MailboxConflict", "MassDelete"; empty when nothing is held
  std::string push_error;
  std::int64_t pushed_at_ms = 0;
  std::vector<Conflict> conflicts;

  // Frontends.
  bool compared = false;
  std::uint64_t master_entries = 0;
  std::uint64_t missing = 0;
  std::uint64_t extra = 0;
  std::uint64_t different = 0;

  bool operator==(const AgentFacts&) const;
};

struct AgentSeen {
  std::optional<AgentFacts> facts;
  std::string error;  // why there are none
};

struct PodSeen {
  std::string name;
  std::string uid;
  std::string node;  // of the Topology: "be1", "fe"
  std::string ip;
  bool ready = false;
  bool deleting = false;
  std::string revision;       // controller-revision-hash, of a StatefulSet's
  std::string template_hash;  // pod-template-hash, of a Deployment's
  std::string files_annotation;
  std::string trouble;  // "ImagePullBackOff: …", "Unschedulable: …", "cyrus: CrashLoopBackOff …"; empty when none
};
PodSeen pod_seen(const Json& pod);
// What that looks at: most of a pod is not it.
kubernetes::Fields fields_of_pods();

struct BackendSeen {
  ObjectPtr object;
  api::Backend backend;
  api::Mistakes mistakes;  // then `backend` is not to be used

  const std::string& name() const { return backend.metadata.name; }
  bool deleting() const { return kubernetes::is_being_deleted(*object); }
};

struct Snapshot {
  Clock::time_point now;
  std::string cyrus_image_template;
  std::string cluster_domain;

  ObjectPtr object;
  api::MurderCluster cluster;
  api::Mistakes mistakes;
  std::vector<BackendSeen> backends;

  std::map<std::pair<std::string, std::string>, ObjectPtr> live;  // (kind, name) → what the operator has made
  std::vector<PodSeen> pods;
  std::map<std::string, AgentSeen> agents;  // by pod

  ObjectPtr find(std::string_view kind, const std::string& name) const;
  std::vector<const PodSeen*> pods_of(std::string_view node) const;
  const AgentFacts* facts_of(const PodSeen& pod) const;
  bool paused() const;
};

// As they are stored → as they are decided by. Mistakes name the field; there are none unless an older CRD let them in,
// or the CRD cannot see them.
api::MurderCluster read_cluster(const Json& object, api::Mistakes& mistakes);
api::Backend read_backend(const Json& object, api::Mistakes& mistakes);

}  // namespace murder::controller
