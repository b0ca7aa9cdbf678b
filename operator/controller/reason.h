// Why something is as it is: one closed list for conditions, Events, logs and metrics.
#pragma once

#include <string_view>

namespace murder::controller {

enum class Reason {
  // All is well.
  Ready,
  Synced,
  Registered,
  Settled,
  // On the way.
  Creating,         // objects or pods are not there yet
  Starting,         // the pod runs and is not ready
  Reloading,        // running servers are told of new files
  Restarting,       // a pod is replaced
  Scaling,          // the number of frontends changes
  Created,          // an object was made
  ResourceChanged,  // objects were changed for a new spec
  Drifted,          // what somebody else has changed was changed back
  // What holds something back, or is wrong.
  Paused,
  InvalidSpec,
  ClusterMissing,
  ApplyFailed,
  MasterDown,
  NoFrontends,
  FrontendsNotReady,
  NoBackends,
  BackendsNotReady,
  ListsDiffer,
  NotPushed,
  MailboxConflict,
  MassDelete,
  PodFailed,  // image, volume, crash: the message says which
  AgentUnreachable,
  NotEmpty,  // a Backend that is to be deleted holds mailboxes
  MailboxesUnknown,
  Deleted,
};

std::string_view name_of(Reason reason);

}  // namespace murder::controller
