// What differs between two texts of a resource, field by field: what a person changed, as opposed to what comes of it.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace murder::plan {

using Json = nlohmann::ordered_json;

struct FieldChange {
  std::string path;  // "spec.imapd.frontend.imapidlepoll"
  Json before;       // null when it was not there
  Json after;        // null when it is not there any more

  // "spec.imapd.frontend.imapidlepoll: 60 → 7"
  std::string text() const;
  bool operator==(const FieldChange&) const = default;
};

// Down to single values; a list counts as one. In the order of `after`, then what is gone.
std::vector<FieldChange> changes(const Json& before, const Json& after);

// `resource` with this one change.
Json with(Json resource, const FieldChange& change);

}  // namespace murder::plan
