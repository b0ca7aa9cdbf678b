// (Topology, its Backends, images, files) → the Kubernetes objects that run it. Pure: the same input gives the same
// bytes, and a field that is not needed is not there, so that a pod template only changes when its user changes it.
//
// The order is that in which they are made. What has to be unlike others by chance (passwords, certificates) is given.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "operator/api/backend.h"
#include "operator/config/render.h"
#include "operator/objects/names.h"
#include "operator/topology/topology.h"

namespace murder::objects {

struct Murder {
  std::string namespace_;
  topology::Topology topology;                   // of topology::pods_target
  std::map<std::string, api::Backend> backends;  // by name; those of the topology
  std::string cyrus_image;                       // unless the resource names one

  const api::Backend& backend(const topology::Node& node) const { return backends.at(node.name); }
};

// The operator's image for a release: "{version}" of a template is "3.10".
std::string image_for(std::string image_template, api::CyrusRelease release);

// --- Of the murder ---
std::vector<Json> service_accounts(const Murder& murder);
std::vector<Json> network_policies(const Murder& murder);    // none when they are switched off
std::vector<Json> disruption_budgets(const Murder& murder);  // never one that keeps a node from being drained
std::vector<Json> client_services(const Murder& murder);     // for mail clients and for MTAs

// --- Of a node (the frontends are one) ---
Json config_map(const Murder& murder, const topology::Node& node);
Json headless_service(const Murder& murder, const topology::Node& node);  // master and backends
// The node's volumes. They belong to nobody, so that they outlive what is deleted by mistake.
std::vector<Json> claims(const Murder& murder, const topology::Node& node);
// StatefulSet (updated by deleting its pod) or Deployment.
Json workload(const Murder& murder, const topology::Node& node);

// PEM texts of what a node shows.
struct Certificate {
  std::string certificate;
  std::string key;
};

// Files that hold secrets, and the agent's certificate with the CA that it is checked by.
Json node_secret(const Murder& murder, const topology::Node& node, const config::Passwords& passwords,
                 const Certificate& agent, const std::string& authority);
Json passwords_object(const Murder& murder, const config::Passwords& passwords);
Json authority_object(const Murder& murder, const Certificate& authority);
Json certificate_object(const Murder& murder, const Certificate& certificate, const std::string& authority);

// The texts in `data` of a Secret; empty for what is no base64.
std::map<std::string, std::string> secret_data(const Json& secret);

// Everything but Secrets, in order: what `kubectl apply` is given by hand.
std::vector<Json> without_secrets(const Murder& murder);

}  // namespace murder::objects
