#include "operator/plan/changes.h"

namespace murder::plan {
namespace {

// Keys may hold dots (annotations, labels): those are shown in brackets.
std::string joined(const std::string& path, const std::string& key) {
  if (key.find('.') != std::string::npos) return path + "[\"" + key + "\"]";
  return path.empty() ? key : path + "." + key;
}

void compare(const std::string& path, const Json* before, const Json* after, std::vector<FieldChange>& found);

void compare_members(const std::string& path, const Json& before, const Json& after, std::vector<FieldChange>& found) {
  for (const auto& [key, value] : after.items()) {
    const auto was = before.find(key);
    compare(joined(path, key), was == before.end() ? nullptr : &*was, &value, found);
  }
  for (const auto& [key, value] : before.items()) {
    if (!after.contains(key)) compare(joined(path, key), &value, nullptr, found);
  }
}

void compare(const std::string& path, const Json* before, const Json* after, std::vector<FieldChange>& found) {
  static const Json nothing = Json::object();
  if (before != nullptr && after != nullptr && *before == *after) return;
  const bool objects = (before == nullptr || before->is_object()) && (after == nullptr || after->is_object());
  if (objects) {
    return compare_members(path, before == nullptr ? nothing : *before, after == nullptr ? nothing : *after, found);
  }
  found.push_back({path, before == nullptr ? Json() : *before, after == nullptr ? Json() : *after});
}

// The steps of a path, as compare() has made it.
std::vector<std::string> steps_of(const std::string& path) {
  std::vector<std::string> steps;
  for (std::size_t at = 0; at < path.size();) {
    if (path.compare(at, 2, "[\"") == 0) {
      const auto end = path.find("\"]", at);
      steps.push_back(path.substr(at + 2, end - at - 2));
      at = end + 2;
    } else {
      const auto begin = path[at] == '.' ? at + 1 : at;
      const auto end = std::min(path.find_first_of(".[", begin), path.size());
      steps.push_back(path.substr(begin, end - begin));
      at = end;
    }
  }
  return steps;
}

std::string shown(const Json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

}  // namespace

std::string FieldChange::text() const {
  if (before.is_null()) return path + ": " + shown(after) + " (new)";
  if (after.is_null()) return path + " (removed)";
  return path + ": " + shown(before) + " → " + shown(after);
}

std::vector<FieldChange> changes(const Json& before, const Json& after) {
  std::vector<FieldChange> found;
  compare("", &before, &after, found);
  return found;
}

Json with(Json resource, const FieldChange& change) {
  Json* place = &resource;
  const auto steps = steps_of(change.path);
  for (std::size_t i = 0; i + 1 < steps.size(); ++i) place = &(*place)[steps[i]];
  if (change.after.is_null()) {
    if (place->is_object()) place->erase(steps.back());
  } else {
    (*place)[steps.back()] = change.after;
  }
  return resource;
}

}  // namespace murder::plan
