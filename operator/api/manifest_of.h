// A resource as its manifest, with every default written: the same is read again.
#pragma once

#include <nlohmann/json.hpp>

#include "operator/api/backend.h"
#include "operator/api/murder_cluster.h"

namespace murder::api {

nlohmann::ordered_json manifest_of(const MurderCluster& cluster);
nlohmann::ordered_json manifest_of(const Backend& backend);

}  // namespace murder::api
