// Backend: one server that holds mailboxes. Described in backend_fields.h.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "operator/api/common.h"

namespace murder::api {

struct PartitionSpec {
  std::string name;
  Quantity size{"10Gi"};
  std::string storage_class_name;
  bool operator==(const PartitionSpec&) const = default;
};

// What becomes of the volumes of a Backend that is deleted.
enum class VolumeRetention { Retain, Delete };

struct BackendSpec {
  LocalRef cluster_ref;
  std::vector<PartitionSpec> partitions;
  std::string default_partition;
  bool accepts_new_mailboxes = true;
  StorageSpec storage{.size = Quantity{"2Gi"}};  // of Cyrus's databases and the Sieve scripts
  VolumeRetention volume_retention = VolumeRetention::Retain;
  std::optional<PodSpec> pod;  // instead of the cluster's backend.pod
  std::map<std::string, std::string> imapd;
};

struct PartitionStatus {
  std::string name;
  std::int64_t total_bytes = 0;
  std::int64_t available_bytes = 0;
};

struct MailboxConflict {
  std::string mailbox;
  std::string here;
  std::string master;
};

struct BackendStatus {
  std::int64_t observed_generation = 0;
  std::string server_name;
  std::int64_t mailboxes = 0;
  std::string used;
  std::string synced;
  std::string last_push;
  std::vector<PartitionStatus> partitions;
  std::vector<MailboxConflict> conflicts;
  std::vector<Condition> conditions;
};

struct Backend {
  ObjectMeta metadata;
  BackendSpec spec;
  BackendStatus status;
  Origin origin;
};

template <>
inline constexpr auto enum_names<VolumeRetention> = std::to_array<EnumName<VolumeRetention>>(
    {{VolumeRetention::Retain, "Retain"}, {VolumeRetention::Delete, "Delete"}});

}  // namespace murder::api
