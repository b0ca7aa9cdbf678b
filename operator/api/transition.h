// What a resource may become: a file by itself knows no earlier one, an API server asks CEL's oldSelf.
#pragma once

#include "operator/api/backend.h"
#include "operator/api/murder_cluster.h"
#include "operator/api/schema/mistake.h"

namespace murder::api {

// Fields that cannot be changed any more, and were.
Mistakes check_transition(const MurderCluster& before, const MurderCluster& after);
Mistakes check_transition(const Backend& before, const Backend& after);

}  // namespace murder::api
