#include "operator/api/manifests.h"

#include <algorithm>
#include <map>
#include <set>

#include "operator/api/backend_fields.h"
#include "operator/api/mailbox_move_fields.h"
#include "operator/api/murder_cluster_fields.h"
#include "operator/api/schema/reader.h"

namespace murder::api {
namespace {

constexpr std::size_t kLargestFile = 4 << 20;  // an API server takes no larger request either

std::string api_version() { return std::string(kGroup) + "/" + kVersion; }

void read_metadata(Reader& object, const YAML::Node& node, const std::string& file, ObjectMeta& metadata,
                   Mistakes& mistakes) {
  (void)object;
  if (!node || !node.IsMap()) return;
  Reader reader(node, file, "metadata", mistakes);
  reader.field({.name = "name", .doc = "", .required = true, .pattern = kName, .max_length = 63}, metadata.name);
  reader.field({.name = "namespace", .doc = "", .pattern = kName, .max_length = 63}, metadata.namespace_);
  reader.field({.name = "labels", .doc = "", .max_length = 63}, metadata.labels);
  reader.field({.name = "annotations", .doc = "", .max_length = 262144}, metadata.annotations);
  for (const char* server :
       {"uid", "resourceVersion", "generation", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds",
        "finalizers", "ownerReferences", "managedFields", "generateName", "selfLink"}) {
    reader.ignore(server);
  }
  reader.refuse_unknown();
}

template <typename Resource>
void read_resource(const YAML::Node& node, const std::string& file, std::vector<Resource>& into, Mistakes& mistakes) {
  const std::size_t before = mistakes.size();
  Resource resource;
  resource.origin = {file, node.Mark().line + 1};
  Reader reader(node, file, "", mistakes);
  for (const char* known : {"apiVersion", "kind", "metadata", "status"}) reader.ignore(known);
  reader.field({.name = "spec", .doc = "", .required = true}, resource.spec);
  if (const YAML::Node metadata = node["metadata"]; metadata && metadata.IsMap()) {
    read_metadata(reader, metadata, file, resource.metadata, mistakes);
  } else {
    mistakes.push_back({file, resource.origin.line, "metadata", "is required, with a name"});
  }
  reader.refuse_unknown();
  if (mistakes.size() == before) into.push_back(std::move(resource));
}

void read_document(const YAML::Node& node, const std::string& file, Manifests& manifests, Mistakes& mistakes) {
  const int line = node.Mark().line + 1;
  if (!node.IsMap()) {
    mistakes.push_back({file, line, "", "a document must be an object with apiVersion, kind, metadata and spec"});
    return;
  }
  const auto text_of = [&](const char* name) -> std::string {
    const YAML::Node field = node[name];
    return field && field.IsScalar() ? field.Scalar() : "";
  };
  const std::string version = text_of("apiVersion");
  if (version != api_version()) {
    mistakes.push_back({file, node["apiVersion"] ? node["apiVersion"].Mark().line + 1 : line, "apiVersion",
                        version.empty() ? "is required: write " + api_version()
                                        : "\"" + version + "\" is not known: write " + api_version()});
    return;
  }
  const std::string kind = text_of("kind");
  if (kind == "MurderCluster") return read_resource(node, file, manifests.clusters, mistakes);
  if (kind == "Backend") return read_resource(node, file, manifests.backends, mistakes);
  if (kind == "MailboxMove") return read_resource(node, file, manifests.moves, mistakes);
  mistakes.push_back({file, node["kind"] ? node["kind"].Mark().line + 1 : line, "kind",
                      kind.empty() ? "is required: MurderCluster, Backend or MailboxMove"
                                   : "\"" + kind + "\" is not one of MurderCluster, Backend, MailboxMove"});
}

void blame(const Origin& origin, std::string path, std::string message, Mistakes& mistakes) {
  mistakes.push_back({origin.file, origin.line, std::move(path), std::move(message)});
}

template <typename Resource>
void check_unique(const std::vector<Resource>& resources, const char* kind, Mistakes& mistakes) {
  std::map<std::string, Origin> seen;
  for (const auto& resource : resources) {
    const auto key = resource.metadata.namespace_ + "/" + resource.metadata.name;
    const auto [twin, fresh] = seen.emplace(key, resource.origin);
    if (!fresh) {
      blame(resource.origin, "metadata.name",
            std::string("another ") + kind + " is named \"" + resource.metadata.name + "\": " + twin->second.file +
                ":" + std::to_string(twin->second.line),
            mistakes);
    }
  }
}

}  // namespace

void parse_documents(const ManifestFile& file, Manifests& manifests, Mistakes& mistakes) {
  if (file.text.size() > kLargestFile) {
    mistakes.push_back({file.name, 0, "", "is larger than 4 MiB: is it a manifest?"});
    return;
  }
  std::vector<YAML::Node> documents;
  try {
    documents = YAML::LoadAll(file.text);
  } catch (const YAML::Exception& exception) {
    mistakes.push_back(
        {file.name, exception.mark.is_null() ? 0 : exception.mark.line + 1, "", "is not YAML: " + exception.msg});
    return;
  }
  for (const auto& document : documents) {
    if (document.IsNull() || !document.IsDefined()) continue;  // "---" at an end
    read_document(document, file.name, manifests, mistakes);
  }
}

void check_references(const Manifests& manifests, Mistakes& mistakes) {
  check_unique(manifests.clusters, "MurderCluster", mistakes);
  check_unique(manifests.backends, "Backend", mistakes);
  check_unique(manifests.moves, "MailboxMove", mistakes);

  const auto find_cluster = [&](const LocalRef& ref, const ObjectMeta& from) -> const MurderCluster* {
    for (const auto& cluster : manifests.clusters) {
      if (cluster.metadata.name == ref.name && cluster.metadata.namespace_ == from.namespace_) return &cluster;
    }
    return nullptr;
  };
  for (const auto& backend : manifests.backends) {
    const auto* cluster = find_cluster(backend.spec.cluster_ref, backend.metadata);
    if (cluster == nullptr) {
      blame(backend.origin, "spec.clusterRef.name",
            "no MurderCluster \"" + backend.spec.cluster_ref.name + "\" is given in the same namespace", mistakes);
      continue;
    }
    const auto& placement = cluster->spec.placement.partitions;
    if (placement.mode && !backend.spec.default_partition.empty()) {
      blame(backend.origin, "spec.defaultPartition",
            "has no use with placement.partitions.mode of MurderCluster \"" + cluster->metadata.name +
                "\" (Cyrus would ignore the mode): remove one of them",
            mistakes);
    }
    if (placement.mode &&
        std::all_of(backend.spec.partitions.begin(), backend.spec.partitions.end(), [&](const auto& p) {
          return std::find(placement.exclude.begin(), placement.exclude.end(), p.name) != placement.exclude.end();
        })) {
      blame(backend.origin, "spec.partitions",
            "all are in placement.partitions.exclude of MurderCluster \"" + cluster->metadata.name +
                "\": no partition is left for new mailboxes",
            mistakes);
    }
  }
  for (const auto& cluster : manifests.clusters) {
    for (const auto& name : cluster.spec.placement.partitions.exclude) {
      const bool exists =
          std::any_of(manifests.backends.begin(), manifests.backends.end(), [&](const Backend& backend) {
            return backend.spec.cluster_ref.name == cluster.metadata.name &&
                   backend.metadata.namespace_ == cluster.metadata.namespace_ &&
                   std::any_of(backend.spec.partitions.begin(), backend.spec.partitions.end(),
                               [&](const auto& partition) { return partition.name == name; });
          });
      if (!exists) {
        blame(cluster.origin, "spec.placement.partitions.exclude", "no backend has a partition \"" + name + "\"",
              mistakes);
      }
    }
  }
  for (const auto& move : manifests.moves) {
    if (find_cluster(move.spec.cluster_ref, move.metadata) == nullptr) {
      blame(move.origin, "spec.clusterRef.name",
            "no MurderCluster \"" + move.spec.cluster_ref.name + "\" is given in the same namespace", mistakes);
    }
  }
}

std::variant<Manifests, Mistakes> parse_manifests(const std::vector<ManifestFile>& files) {
  Manifests manifests;
  Mistakes mistakes;
  for (const auto& file : files) parse_documents(file, manifests, mistakes);
  // A resource that could not be read would be missed by what refers to it.
  if (mistakes.empty()) check_references(manifests, mistakes);
  if (mistakes.empty()) return manifests;
  sort_as_written(mistakes);
  return mistakes;
}

}  // namespace murder::api
