// What is known of this node: written by the health and push threads, read by probes, metrics and gRPC. Readers get a
// copy of one moment.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sidecar/health/check.h"
#include "sidecar/push/report.h"

namespace murder::health {

using Time = std::chrono::system_clock::time_point;

struct PartitionUsage {
  std::string name;
  std::string path;
  std::uint64_t total_bytes = 0;
  std::uint64_t available_bytes = 0;
};

// How a frontend's mailbox list compares with the master's.
struct ListSync {
  std::uint64_t master_entries = 0;
  std::uint64_t entries = 0;
  std::uint64_t missing = 0;    // at the master, not here
  std::uint64_t extra = 0;      // here, not at the master
  std::uint64_t different = 0;  // other location, state or ACL
  std::optional<Time> compared_at = {};
  std::optional<Time> in_sync_at = {};  // when it was last found equal
  std::string error = {};               // why the last comparison failed

  bool in_sync() const { return error.empty() && missing + extra + different == 0; }
};

struct Snapshot {
  bool laid_out = false;  // directories and accounts are there, the log receiver is up: Cyrus may start
  bool alive = false;
  bool ready = false;
  std::vector<Check> checks = {};
  std::string cyrus_version = {};
  std::optional<Time> checked_at = {};
  std::uint64_t mailboxes = 0;
  std::chrono::steady_clock::time_point count_begun = {};  // of `mailboxes`
  bool counted = false;                                    // since it was asked for this status
  std::vector<PartitionUsage> partitions = {};
  std::optional<push::Report> last_push = {};
  std::optional<ListSync> list_sync = {};
  std::set<std::string> disabled_services = {};
  std::string files_digest = {};
};

class State {
 public:
  Snapshot read() const {
    const std::lock_guard lock(mutex_);
    return snapshot_;
  }
  void update(const std::function<void(Snapshot&)>& change) {
    const std::lock_guard lock(mutex_);
    change(snapshot_);
  }

 private:
  mutable std::mutex mutex_;
  Snapshot snapshot_;
};

}  // namespace murder::health
