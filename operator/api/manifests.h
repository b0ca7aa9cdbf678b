// Files of YAML → resources, with all mistakes at once. Nothing is kept of a set of manifests that has one.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "operator/api/backend.h"
#include "operator/api/mailbox_move.h"
#include "operator/api/murder_cluster.h"
#include "operator/api/schema/mistake.h"

namespace murder::api {

struct Manifests {
  std::vector<MurderCluster> clusters;
  std::vector<Backend> backends;
  std::vector<MailboxMove> moves;
};

struct ManifestFile {
  std::string name;  // as mistakes should say it
  std::string text;
  bool operator==(const ManifestFile&) const = default;
};

// Reads each document of each file, then checks what needs several of them (check_references).
std::variant<Manifests, Mistakes> parse_manifests(const std::vector<ManifestFile>& files);

// One file's documents alone, added to `manifests`.
void parse_documents(const ManifestFile& file, Manifests& manifests, Mistakes& mistakes);

// What no single resource shows: names used twice, references to nothing, two backends whose passwords Cyrus cannot
// tell apart, partitions that are excluded but exist nowhere.
void check_references(const Manifests& manifests, Mistakes& mistakes);

// Reads the files, and all *.yaml, *.yml and *.json of the folders, in order of their names; "-" is standard input.
Result<std::vector<ManifestFile>> read_manifest_files(const std::vector<std::string>& paths);

}  // namespace murder::api
