#include "operator/controller/reason.h"

namespace murder::controller {

std::string_view name_of(Reason reason) {
  switch (reason) {
    case Reason::Ready:
      return "Ready";
    case Reason::Synced:
      return "Synced";
    case Reason::Registered:
      return "Registered";
    case Reason::Settled:
      return "Settled";
    case Reason::Creating:
      return "Creating";
    case Reason::Starting:
      return "Starting";
    case Reason::Reloading:
      return "Reloading";
    case Reason::Restarting:
      return "Restarting";
    case Reason::Scaling:
      return "Scaling";
    case Reason::Created:
      return "Created";
    case Reason::Drifted:
      return "Drifted";
    case Reason::ResourceChanged:
      return "ResourceChanged";
    case Reason::Paused:
      return "Paused";
    case Reason::InvalidSpec:
      return "InvalidSpec";
    case Reason::ClusterMissing:
      return "ClusterMissing";
    case Reason::ApplyFailed:
      return "ApplyFailed";
    case Reason::MasterDown:
      return "MasterDown";
    case Reason::NoFrontends:
      return "NoFrontends";
    case Reason::FrontendsNotReady:
      return "FrontendsNotReady";
    case Reason::NoBackends:
      return "NoBackends";
    case Reason::BackendsNotReady:
      return "BackendsNotReady";
    case Reason::ListsDiffer:
      return "ListsDiffer";
    case Reason::NotPushed:
      return "NotPushed";
    case Reason::MailboxConflict:
      return "MailboxConflict";
    case Reason::MassDelete:
      return "MassDelete";
    case Reason::PodFailed:
      return "PodFailed";
    case Reason::AgentUnreachable:
      return "AgentUnreachable";
    case Reason::NotEmpty:
      return "NotEmpty";
    case Reason::MailboxesUnknown:
      return "MailboxesUnknown";
    case Reason::Deleted:
      return "Deleted";
  }
  return "";
}

}  // namespace murder::controller
