// The kinds of objects that the operator reads and writes.
#pragma once

#include <array>
#include <string_view>

#include "operator/kubernetes/resource.h"

namespace murder::controller {

using kubernetes::Json;
using kubernetes::ObjectKey;
using kubernetes::Resource;

inline const Resource kClusters = {"murder.cyrus.dev", "v1alpha1", "murderclusters", "MurderCluster", true};
inline const Resource kBackends = {"murder.cyrus.dev", "v1alpha1", "backends", "Backend", true};
inline const Resource kMoves = {"murder.cyrus.dev", "v1alpha1", "mailboxmoves", "MailboxMove", true};

inline const Resource kPods = {"", "v1", "pods", "Pod", true};
inline const Resource kServiceAccounts = {"", "v1", "serviceaccounts", "ServiceAccount", true};
inline const Resource kServices = {"", "v1", "services", "Service", true};
inline const Resource kConfigMaps = {"", "v1", "configmaps", "ConfigMap", true};
inline const Resource kSecrets = {"", "v1", "secrets", "Secret", true};
inline const Resource kClaims = {"", "v1", "persistentvolumeclaims", "PersistentVolumeClaim", true};
inline const Resource kStatefulSets = {"apps", "v1", "statefulsets", "StatefulSet", true};
inline const Resource kDeployments = {"apps", "v1", "deployments", "Deployment", true};
inline const Resource kDisruptionBudgets = {"policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget", true};
inline const Resource kNetworkPolicies = {"networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy", true};

// What the operator makes. Claims are last: nothing may go on using one that is deleted.
inline const std::array kOwned = {kServiceAccounts, kNetworkPolicies, kDisruptionBudgets, kSecrets, kConfigMaps,
                                  kServices,        kStatefulSets,    kDeployments,       kClaims};

// Of the owned ones, by kind; ends the process for another, which only a mistake of ours can ask for.
const Resource& owned_kind(std::string_view kind);

// What people may write, and what the operator writes.
inline constexpr const char* kPausedAnnotation = "murder.cyrus.dev/paused";             // "true"
inline constexpr const char* kForceDeleteAnnotation = "murder.cyrus.dev/force-delete";  // "true", on a Backend
// On a Backend whose push is held (choices.h); removed when it was carried out.
inline constexpr const char* kResolveAnnotation = "murder.cyrus.dev/resolve-conflicts";
inline constexpr const char* kAllowMassDeleteAnnotation = "murder.cyrus.dev/allow-mass-delete";  // "true"
inline constexpr const char* kRestartedAnnotation = "kubectl.kubernetes.io/restartedAt";
inline constexpr const char* kBackendFinalizer = "murder.cyrus.dev/backend-deregister";
inline constexpr const char* kAppliedAnnotation = "murder.cyrus.dev/applied-hash";

}  // namespace murder::controller
