// What the objects of a murder are called, and how they are told apart.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "operator/topology/topology.h"

namespace murder::objects {

using Json = nlohmann::json;

inline constexpr std::string_view kOperator = "murder-operator";

// Labels and annotations of our own.
inline constexpr std::string_view kClusterLabel = "murder.cyrus.dev/cluster";
inline constexpr std::string_view kBackendLabel = "murder.cyrus.dev/backend";
inline constexpr std::string_view kNodeLabel = "murder.cyrus.dev/node";
// Of a workload, not of its pods: the release of Cyrus that it runs.
inline constexpr std::string_view kVersionLabel = "app.kubernetes.io/version";
// Of a pod template: a digest of what only a restart of Cyrus changes (config/restart.h).
inline constexpr std::string_view kRestartAnnotation = "murder.cyrus.dev/restart-digest";
// Of a pod: a digest of all its files. Setting it has the kubelet look at ConfigMaps and Secrets at once.
inline constexpr std::string_view kFilesAnnotation = "murder.cyrus.dev/files-digest";

// "mail-be1": StatefulSet, Deployment, Service, ConfigMap and Secret of a node.
std::string node_object(const topology::Topology& topology, const topology::Node& node);
// "mail-backend": what all pods of a role have in common.
std::string role_object(const topology::Topology& topology, Role role);

std::string passwords_secret(const topology::Topology& topology);    // every account's password, by account
std::string authority_secret(const topology::Topology& topology);    // the CA, with its key: for the operator alone
std::string certificate_secret(const topology::Topology& topology);  // what clients see, unless one is brought
std::string client_service(const topology::Topology& topology);      // mail clients
std::string lmtp_service(const topology::Topology& topology);        // MTAs

// A volume: the first word says what it holds, so no name of a backend or partition can make two alike.
std::string state_claim(const topology::Topology& topology, const topology::Node& node);
std::string partition_claim(const topology::Topology& topology, const topology::Node& node, std::string_view partition);

// app.kubernetes.io/component: "mupdate", "backend", "frontend".
std::string_view component(Role role);

// Immutable ones alone, for selectors.
Json role_selector(const topology::Topology& topology, Role role);
Json node_selector(const topology::Topology& topology, const topology::Node& node);
// Of every object of the murder; of a role or a node too.
Json cluster_labels(const topology::Topology& topology);
Json role_labels(const topology::Topology& topology, Role role);
Json node_labels(const topology::Topology& topology, const topology::Node& node);

// "murder.cyrus.dev/cluster=mail", for `kubectl get -l` and watches.
std::string cluster_selector_text(const std::string& cluster);
std::string frontend_selector_text(const topology::Topology& topology);

// apiVersion, kind and metadata.
Json object(std::string_view api_version, std::string_view kind, const std::string& namespace_, const std::string& name,
            Json labels);

}  // namespace murder::objects
