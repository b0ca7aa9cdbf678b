// What common.h declares, described. See schema/field.h.
#pragma once

#include <map>
#include <string>

#include "operator/api/common.h"
#include "operator/api/owned_keys.h"

namespace murder::api {

inline constexpr const char* kPodDoc =
    "What may be said of the pods on Kubernetes; everything else of them is the operator's.";
inline constexpr const char* kOperatorsMetadata =
    "keys of app.kubernetes.io/, murder.cyrus.dev/ and internal.murder.cyrus.dev/ are the operator's: use a prefix of "
    "your own";

template <typename Io>
void fields(Io& io, LocalRef& ref) {
  io.field({.name = "name",
            .doc = "Name of the object, in the same namespace.",
            .required = true,
            .pattern = kName,
            .max_length = 63},
           ref.name);
}

template <typename Io>
void fields(Io& io, SecretRef& ref) {
  io.field({.name = "name",
            .doc = "Name of the Secret, in the same namespace.",
            .required = true,
            .pattern = kObjectName,
            .max_length = 253},
           ref.name);
}

template <typename Io>
void fields(Io& io, Condition& condition) {
  io.field({.name = "type",
            .doc = "Type of the condition.",
            .required = true,
            .pattern = Pattern{"[A-Za-z]([-A-Za-z0-9_.]*[A-Za-z0-9])?", "a condition's type such as Ready"},
            .max_length = 316},
           condition.type);
  io.field({.name = "status", .doc = "True, False or Unknown.", .required = true}, condition.status);
  io.field({.name = "observedGeneration", .doc = "The generation that this condition was computed from.", .minimum = 0},
           condition.observed_generation);
  io.field(
      {.name = "lastTransitionTime", .doc = "When the status last changed.", .required = true, .format = "date-time"},
      condition.last_transition_time);
  io.field({.name = "reason",
            .doc = "One word, for programs.",
            .required = true,
            .pattern = Pattern{"[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?", "one word such as MasterDown"},
            .max_length = 1024},
           condition.reason);
  io.field({.name = "message",
            .doc = "What a person wants to know: object, cause, what happens next.",
            .required = true,
            .max_length = 32768},
           condition.message);
}

// A map of overrides, with the rule that it touches nothing of the operator's.
template <typename Io>
void overrides(Io& io, const char* name, const char* doc, std::map<std::string, std::string>& into) {
  io.field({.name = name,
            .doc = doc,
            .pattern = kImapdKey,
            .value_pattern = kImapdValue,
            .max_items = 256,
            .max_length = 4096},
           into);
  const std::string field = std::string(".") + name;
  io.key_rule({.refused = owned_keys_regex(),
               .message = "options that the operator writes cannot be overridden; use the field that decides them "
                          "(docs/settings.md)",
               .field = field.c_str()},
              into, refused_because);
}

// A volume on Kubernetes: `object` has size and storage_class_name.
template <typename Io, typename Object>
void volume(Io& io, Object& object) {
  io.field({.name = "size", .doc = "Size of its volume on Kubernetes; volumes only grow."}, object.size);
  io.field({.name = "storageClassName",
            .doc = "Storage class of its volume; the cluster's default when absent.",
            .immutable = true,
            .pattern = kObjectName},
           object.storage_class_name);
  io.rule({.cel = "!has(oldSelf.size) || quantity(string(self.size)).compareTo(quantity(string(oldSelf.size))) >= 0",
           .message = "cannot be made smaller: volumes only grow",
           .field = ".size"},
          object, [](const Object&) { return true; });  // a file knows no earlier size
}

template <typename Io>
void fields(Io& io, StorageSpec& storage) {
  volume(io, storage);
}

// Labels or annotations that are added to those of the operator.
template <typename Io>
void added_metadata(Io& io, const Field& field, std::map<std::string, std::string>& into) {
  io.field(field, into);
  const std::string path = std::string(".") + field.name;
  io.key_rule({.refused = R"((app\.kubernetes\.io|(internal\.)?murder\.cyrus\.dev)/.*)",
               .message = kOperatorsMetadata,
               .field = path.c_str()},
              into, [](std::string_view key) -> std::string {
                const auto prefix = key.substr(0, key.find('/') + 1);
                const bool owned = prefix == "app.kubernetes.io/" || prefix == "murder.cyrus.dev/" ||
                                   prefix == "internal.murder.cyrus.dev/";
                return owned ? kOperatorsMetadata : "";
              });
}

template <typename Io>
void labels(Io& io, std::map<std::string, std::string>& into) {
  added_metadata(io,
                 {.name = "labels",
                  .doc = "Added to the operator's.",
                  .pattern = kQualifiedName,
                  .value_pattern = kLabelValue,
                  .max_items = 32,
                  .max_length = 63},
                 into);
}

template <typename Io>
void annotations(Io& io, std::map<std::string, std::string>& into) {
  added_metadata(io,
                 {.name = "annotations",
                  .doc = "Added to the operator's.",
                  .pattern = kQualifiedName,
                  .max_items = 32,
                  .max_length = 8192},
                 into);
}

template <typename Io>
void fields(Io& io, ResourcesSpec& resources) {
  io.field(
      {.name = "requests", .doc = "What is set aside for it.", .pattern = kResource, .max_items = 16, .amounts = true},
      resources.requests);
  io.field(
      {.name = "limits", .doc = "The most that it may use.", .pattern = kResource, .max_items = 16, .amounts = true},
      resources.limits);
}

// Stands in the CRDs once for each role, so its sentences are short.
template <typename Io>
void fields(Io& io, PodSpec& pod) {
  labels(io, pod.labels);
  annotations(io, pod.annotations);
  io.field({.name = "resources", .doc = "Of the container of Cyrus."}, pod.resources);
  io.field({.name = "agentResources", .doc = "Of the agent's container."}, pod.agent_resources);
  io.field({.name = "nodeSelector",
            .doc = "Labels of the nodes to run on.",
            .pattern = kQualifiedName,
            .value_pattern = kLabelValue,
            .max_items = 32,
            .max_length = 63},
           pod.node_selector);
  io.field({.name = "affinity", .doc = "An Affinity of Kubernetes, instead of the operator's."}, pod.affinity);
  io.field({.name = "tolerations", .doc = "Tolerations of Kubernetes.", .max_items = 64, .shape = Shape::ListOfObjects},
           pod.tolerations);
  io.field({.name = "topologySpreadConstraints",
            .doc = "TopologySpreadConstraints of Kubernetes, instead of the operator's.",
            .max_items = 16,
            .shape = Shape::ListOfObjects},
           pod.topology_spread_constraints);
  io.field({.name = "priorityClassName", .doc = "A PriorityClass.", .pattern = kObjectName}, pod.priority_class_name);
  io.field({.name = "runtimeClassName", .doc = "A RuntimeClass.", .pattern = kObjectName}, pod.runtime_class_name);
  io.field({.name = "terminationGracePeriodSeconds",
            .doc = "How long a pod may take to stop; the operator's for the role when absent.",
            .minimum = 1,
            .maximum = 86400},
           pod.termination_grace_period_seconds);
}

}  // namespace murder::api
