#include "operator/api/manifests.h"

#include <algorithm>
#include <map>
#include <set>

#include "operator/api/backend_fields.h"
#include "operator/api/mailbox_move_fields.h"
#include "operator/api/murder_cluster_fields.h"
#include "operator/api/schema/reader.h"
#include "operator/api/schema/screen.h"
#include "operator/api/schema/shown.h"

namespace murder::api {
namespace {

std::string api_version() { return std::string(kGroup) + "/" + kVersion; }

}  // namespace

// In namespace api, where Reader looks for it.
template <typename Io>
void fields(Io& io, ObjectMeta& metadata) {
  io.field({.name = "name", .doc = "", .required = true, .pattern = kName, .max_length = 63}, metadata.name);
  io.field({.name = "namespace", .doc = "", .pattern = kNamespace, .max_length = 63}, metadata.namespace_);
  io.field({.name = "labels", .doc = "", .pattern = kQualifiedName, .value_pattern = kLabelValue}, metadata.labels);
  io.field({.name = "annotations", .doc = "", .pattern = kQualifiedName, .max_length = 262144}, metadata.annotations);
  for (const char* server :
       {"uid", "resourceVersion", "generation", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds",
        "finalizers", "ownerReferences", "managedFields", "generateName", "selfLink"}) {
    io.ignore(server);
  }
}

namespace {

template <typename Resource>
void read_resource(const YAML::Node& node, const std::string& file, std::vector<Resource>& into, Mistakes& mistakes) {
  const std::size_t before = mistakes.size();
  Resource resource;
  resource.origin = {file, node.Mark().line + 1, {}};
  Reader reader(node, file, "", mistakes, resource.origin.lines);
  for (const char* known : {"apiVersion", "kind", "status"}) reader.ignore(known);
  reader.field({.name = "metadata", .doc = "", .required = true}, resource.metadata);
  reader.field({.name = "spec", .doc = "", .required = true}, resource.spec);
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
                                        : in_quotes(version) + " is not known: write " + api_version()});
    return;
  }
  const std::string kind = text_of("kind");
  if (kind == "MurderCluster") return read_resource(node, file, manifests.clusters, mistakes);
  if (kind == "Backend") return read_resource(node, file, manifests.backends, mistakes);
  if (kind == "MailboxMove") return read_resource(node, file, manifests.moves, mistakes);
  mistakes.push_back({file, node["kind"] ? node["kind"].Mark().line + 1 : line, "kind",
                      kind.empty() ? "is required: MurderCluster, Backend or MailboxMove"
                                   : in_quotes(kind) + " is not one of MurderCluster, Backend, MailboxMove"});
}

void blame(const Origin& origin, std::string path, std::string message, Mistakes& mistakes) {
  const int line = origin.line_of(path);
  mistakes.push_back({origin.file, line, std::move(path), std::move(message)});
}

bool has_partition(const Backend& backend, const std::string& name) {
  return std::any_of(backend.spec.partitions.begin(), backend.spec.partitions.end(),
                     [&](const PartitionSpec& partition) { return partition.name == name; });
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
  const std::size_t before = mistakes.size();
  screen(file.name, file.text, mistakes);
  if (mistakes.size() != before) return;
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
    const auto& exclude = cluster.spec.placement.partitions.exclude;
    for (std::size_t i = 0; i < exclude.size(); ++i) {
      const bool exists =
          std::any_of(manifests.backends.begin(), manifests.backends.end(), [&](const Backend& backend) {
            return backend.spec.cluster_ref.name == cluster.metadata.name &&
                   backend.metadata.namespace_ == cluster.metadata.namespace_ && has_partition(backend, exclude[i]);
          });
      if (!exists) {
        blame(cluster.origin, "spec.placement.partitions.exclude[" + std::to_string(i) + "]",
              "no backend has a partition \"" + exclude[i] + "\"", mistakes);
      }
    }
  }
  for (const auto& move : manifests.moves) {
    if (find_cluster(move.spec.cluster_ref, move.metadata) == nullptr) {
      blame(move.origin, "spec.clusterRef.name",
            "no MurderCluster \"" + move.spec.cluster_ref.name + "\" is given in the same namespace", mistakes);
      continue;
    }
    const auto& to = move.spec.destination;
    const auto backend = std::find_if(manifests.backends.begin(), manifests.backends.end(), [&](const Backend& b) {
      return b.metadata.name == to.backend && b.metadata.namespace_ == move.metadata.namespace_ &&
             b.spec.cluster_ref == move.spec.cluster_ref;
    });
    if (backend == manifests.backends.end()) {
      blame(move.origin, "spec.destination.backend",
            "MurderCluster \"" + move.spec.cluster_ref.name + "\" has no Backend \"" + to.backend + "\"", mistakes);
    } else if (!to.partition.empty() && !has_partition(*backend, to.partition)) {
      blame(move.origin, "spec.destination.partition",
            "Backend \"" + to.backend + "\" has no partition \"" + to.partition + "\"", mistakes);
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
