// (what is, what is wanted) → what to do. Pure.
//
// Idempotent: decided again after it was carried out, there is nothing to do. A pass that is cut short anywhere is
// repaired by the next.
#pragma once

#include <map>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "operator/controller/choices.h"
#include "operator/controller/credentials.h"
#include "operator/controller/predicates.h"
#include "operator/controller/reason.h"
#include "operator/controller/snapshot.h"
#include "operator/controller/upgrade.h"
#include "operator/objects/objects.h"

namespace murder::controller {

// Make an object so. Nothing is sent when it is (kubernetes/apply.h).
struct Apply {
  Json object;
  bool owned = true;  // goes with the MurderCluster; volumes do not
};
struct Remove {
  ObjectPtr object;
  Reason reason;
  std::string message;
};
// Delete a pod, so that its StatefulSet makes it anew.
struct RestartPod {
  std::string pod;
  std::string uid;
  std::string node;
  std::string message;  // why
};
// Has the kubelet look at a pod's ConfigMap and Secret now instead of within a minute or two.
struct HurryPod {
  std::string pod;
  std::string digest;
};
// Keeps a Backend from being gone before its mailboxes are, or lets it go.
struct SetFinalizer {
  ObjectPtr backend;
  bool present;
  std::string message;
  // What the master's list has to forget before it goes, by the agent of that pod.
  struct Entries {
    std::string server;
    std::string master_pod;
  };
  std::optional<Entries> forget = {};
};
// Has the agent push as a person has decided, and then takes the person's annotations away.
struct PushAsChosen {
  ObjectPtr backend;
  std::string pod;
  Choices choices;
};
// What a person wrote makes no sense: told, and left.
struct Complain {
  ObjectPtr about;
  std::string message;
};
using Action = std::variant<Apply, Remove, RestartPod, HurryPod, SetFinalizer, PushAsChosen, Complain>;

// What there has to be: present unless there are mistakes.
struct Wanted {
  std::optional<objects::Murder> murder;
  api::Mistakes mistakes;
  // Backends that are being deleted and may go: they are no part of the murder any more.
  struct Release {
    std::string why;
    bool with_mailboxes = false;  // by force: the master lists what it holds
  };
  std::map<std::string, Release> released;
  std::map<std::string, Hold> kept;  // being deleted and may not: why
  // The frontends as they have to stay while backends do not run the release that is wanted.
  std::optional<FrontendsHeld> frontends_held;
};
Wanted want(const Snapshot& snapshot);

// Nodes whose objects were found to be as they should be. While neither what they are made from nor what is there has
// changed they are not rendered and compared again: with two hundred Backends that is most of a pass.
struct Settled {
  struct Node {
    std::vector<ObjectPtr> objects;
    std::string files_digest;
  };
  std::string inputs;  // a digest of what all nodes' objects are made from
  std::map<std::string, Node> nodes;
};

struct Plan {
  std::vector<Action> actions;
  std::vector<Hold> holds;
  std::map<std::string, std::string> files_digest;  // by node: what its agents report when they have taken it up
  Settled settled;                                  // if carrying it out changes nothing
};
// Whether a pod's agent has taken up the files that the plan makes.
bool has_taken_up(const Snapshot& now, const Plan& plan, const PodSeen& pod);
// Backends that are being deleted and of which every frontend knows that they take no new mailboxes: what they hold
// from here on only becomes less.
std::set<std::string> cordoned(const Snapshot& now, const Wanted& wanted, const Plan& plan);

// Without what is `settled`, as an earlier plan of this murder had it, the same is decided with more work.
Plan decide(const Snapshot& snapshot, const Wanted& wanted, const Credentials& credentials,
            const Settled& settled = {});

}  // namespace murder::controller
