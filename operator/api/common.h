// What every resource has: metadata, a reference to another, conditions.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "operator/api/schema/field.h"

namespace murder::api {

inline constexpr const char* kGroup = "murder.cyrus.dev";
inline constexpr const char* kVersion = "v1alpha1";

// Where a resource was read, for mistakes found later. Not part of the resource.
struct Origin {
  std::string file;
  int line = 0;
  std::map<std::string, int, std::less<>> lines;  // of its fields: "spec.partitions[1].name"

  // The line of a field, or of the nearest object around it that was written.
  int line_of(std::string_view path) const;
};

struct ObjectMeta {
  std::string name;
  std::string namespace_;
  std::map<std::string, std::string> labels;
  std::map<std::string, std::string> annotations;
  std::int64_t generation = 0;  // of the API server; 0 for what was read from a file
};

struct LocalRef {
  std::string name;
  bool operator==(const LocalRef&) const = default;
};

// Of a Secret, which has more names to choose from than our own resources.
struct SecretRef {
  std::string name;
  bool operator==(const SecretRef&) const = default;
};

// A volume of its own on Kubernetes.
struct StorageSpec {
  Quantity size{"1Gi"};
  std::string storage_class_name;
  bool operator==(const StorageSpec&) const = default;
};

// Of a container: resource → amount, such as cpu: 500m.
struct ResourcesSpec {
  std::map<std::string, std::string> requests;
  std::map<std::string, std::string> limits;
  bool operator==(const ResourcesSpec&) const = default;
};

// What may be said of a role's pods. Everything else of them is the operator's.
struct PodSpec {
  std::map<std::string, std::string> labels;
  std::map<std::string, std::string> annotations;
  ResourcesSpec resources;        // of Cyrus
  ResourcesSpec agent_resources;  // of the agent beside it
  std::map<std::string, std::string> node_selector;
  RawJson affinity;                     // corev1.Affinity
  RawJson tolerations;                  // list of corev1.Toleration
  RawJson topology_spread_constraints;  // list of corev1.TopologySpreadConstraint
  std::string priority_class_name;
  std::string runtime_class_name;
  std::optional<std::int64_t> termination_grace_period_seconds;
  bool operator==(const PodSpec&) const = default;
};

enum class ConditionStatus { True, False, Unknown };
template <>
inline constexpr auto enum_names<ConditionStatus> = std::to_array<EnumName<ConditionStatus>>(
    {{ConditionStatus::True, "True"}, {ConditionStatus::False, "False"}, {ConditionStatus::Unknown, "Unknown"}});

// metav1.Condition.
struct Condition {
  std::string type;
  ConditionStatus status = ConditionStatus::Unknown;
  std::int64_t observed_generation = 0;
  std::string last_transition_time;  // RFC 3339
  std::string reason;
  std::string message;
  bool operator==(const Condition&) const = default;
};

// An RFC 1035 label: what Kubernetes takes as a Service's name, and what may stand before the first dot of a host name.
inline constexpr Pattern kName{"[a-z]([-a-z0-9]*[a-z0-9])?",
                               "a name of lower-case letters, digits and '-' that begins with a letter (at most 63)"};
// An RFC 1123 label, as names of Kubernetes' namespaces are.
inline constexpr Pattern kNamespace{"[a-z0-9]([-a-z0-9]*[a-z0-9])?",
                                    "a name of lower-case letters, digits and '-' (at most 63)"};
// Keys of labels and annotations, values of labels.
inline constexpr Pattern kQualifiedName{
    R"(([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)",
    "a name such as app or example.org/app"};
inline constexpr Pattern kLabelValue{"([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?",
                                     "a label's value: at most 63 letters, digits, '.', '-' and '_'"};
// An RFC 1123 subdomain: what most of Kubernetes' own objects are named by.
inline constexpr Pattern kObjectName{R"([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*)",
                                     "a name in lower case such as fast or fast.example.org"};
// corev1.ResourceName, of what containers ask for.
inline constexpr Pattern kResource{
    R"(cpu|memory|ephemeral-storage|hugepages-[1-9][0-9]{0,3}[KMG]i|)"
    R"([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)",
    "a resource of containers: cpu, memory, ephemeral-storage, hugepages-2Mi or one such as example.org/thing"};
inline constexpr Pattern kDomain{R"([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*)",
                                 "a domain name in lower case, such as mail.example.org"};
// imapd.conf(5), partition-NAME: letters and digits only, lower case.
inline constexpr Pattern kPartition{"[a-z0-9]+", "a partition name: lower-case letters and digits only"};
inline constexpr Pattern kAccount{"[a-z0-9]([-._a-z0-9]*[a-z0-9])?",
                                  "an account name: lower-case letters, digits, '.', '-' and '_'"};
inline constexpr Pattern kImapdKey{"[a-z0-9_-]+",
                                   "an option of imapd.conf(5): lower-case letters, digits, '-' and '_'"};
// An internal name: '.' between the levels, modified UTF-7, so ASCII; no wildcards, quotes or '!'.
inline constexpr Pattern kMailbox{
    R"([-A-Za-z0-9#$&'+,:=@^_`~]([-A-Za-z0-9 .#$&'+,:=@^_`~]*[-A-Za-z0-9#$&'+,:=@^_`~])?)",
    "the internal name of a mailbox, such as user.fred"};
// What stays one value behind "key: " in imapd.conf: neither blanks at an end nor a backslash, which would make the
// next line part of it.
inline constexpr Pattern kImapdValue{R"(([^ \t\r\n][^\r\n]*)?[^ \t\r\n\\])",
                                     "one line of text without blanks at its ends"};
// A reference of an image: [HOST[:PORT]/]PATH, and then :TAG, @DIGEST or both.
inline constexpr Pattern kImage{R"(([A-Za-z0-9]([-A-Za-z0-9.]*[A-Za-z0-9])?(:[0-9]{1,5})?/)?)"
                                R"([a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*)"
                                R"((:[A-Za-z0-9_][-A-Za-z0-9_.]{0,127}(@sha256:[0-9a-f]{64})?|@sha256:[0-9a-f]{64}))",
                                "an image with a tag or digest such as registry.example.org/cyrus-murder/cyrus:3.10"};
// In CIDR notation, of IPv4 or IPv6.
inline constexpr Pattern kNetwork{
    R"(((25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])/(3[0-2]|[12]?[0-9]))"
    R"(|[0-9A-Fa-f]{0,4}(:[0-9A-Fa-f]{0,4}){2,7}/(12[0-8]|1[01][0-9]|[1-9]?[0-9]))",
    "a network such as 192.0.2.0/24 or 2001:db8::/32"};
inline constexpr Pattern kMechanism{"[A-Z0-9_-]{1,20}", "a SASL mechanism such as PLAIN or SCRAM-SHA-256"};
inline constexpr Pattern kModule{"[a-z]+", "an httpd module such as caldav"};

}  // namespace murder::api
