// Reads what the API server sends, without building what nobody looks at: `managedFields`, about half of all metadata,
// is skipped while it is read.
#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "operator/kubernetes/resource.h"

namespace murder::kubernetes {

// Nothing when it is no JSON. `prune` is called for each member of the list `items` as soon as it is read, so that a
// list is never held in full.
std::optional<Json> parse_lean(std::string_view text, const std::function<void(Json&)>& prune = {});

}  // namespace murder::kubernetes
