// What every resource has: metadata, a reference to another, conditions.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "operator/api/schema/field.h"

namespace murder::api {

inline constexpr const char* kGroup = "murder.cyrus.dev";
inline constexpr const char* kVersion = "v1alpha1";

// Where a resource was read, for mistakes found later. Not part of the resource.
struct Origin {
  std::string file;
  int line = 0;
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

enum class ConditionStatus { True, False, Unknown };

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

// An RFC 1123 label: what Kubernetes takes as a name, and what may stand before the first dot of a host name.
inline constexpr Pattern kName{"[a-z0-9]([-a-z0-9]*[a-z0-9])?",
                               "a name of lower-case letters, digits and '-' (at most 63)"};
inline constexpr Pattern kDomain{R"([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*)",
                                 "a domain name in lower case, such as mail.example.org"};
// imapd.conf(5), partition-NAME: letters and digits only, lower case.
inline constexpr Pattern kPartition{"[a-z0-9]+", "a partition name: lower-case letters and digits only"};
inline constexpr Pattern kAccount{"[a-z0-9]([-._a-z0-9]*[a-z0-9])?",
                                  "an account name: lower-case letters, digits, '.', '-' and '_'"};
inline constexpr Pattern kImapdKey{"[a-z0-9_-]+",
                                   "an option of imapd.conf(5): lower-case letters, digits, '-' and '_'"};
inline constexpr Pattern kMechanism{"[A-Z0-9_-]{1,20}", "a SASL mechanism such as PLAIN or SCRAM-SHA-256"};
inline constexpr Pattern kModule{"[a-z]+", "an httpd module such as caldav"};

}  // namespace murder::api
