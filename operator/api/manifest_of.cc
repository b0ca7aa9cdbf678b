#include "operator/api/manifest_of.h"

#include "operator/api/backend_fields.h"
#include "operator/api/murder_cluster_fields.h"
#include "operator/api/schema/writer.h"

namespace murder::api {
namespace {

template <typename Resource>
Json manifest(const char* kind, const Resource& resource) {
  Json metadata = {{"name", resource.metadata.name}};
  if (!resource.metadata.namespace_.empty()) metadata["namespace"] = resource.metadata.namespace_;
  if (!resource.metadata.labels.empty()) metadata["labels"] = resource.metadata.labels;
  if (!resource.metadata.annotations.empty()) metadata["annotations"] = resource.metadata.annotations;
  return {{"apiVersion", std::string(kGroup) + "/" + kVersion},
          {"kind", kind},
          {"metadata", std::move(metadata)},
          {"spec", to_json(resource.spec)}};
}

}  // namespace

Json manifest_of(const MurderCluster& cluster) { return manifest("MurderCluster", cluster); }
Json manifest_of(const Backend& backend) { return manifest("Backend", backend); }

}  // namespace murder::api
