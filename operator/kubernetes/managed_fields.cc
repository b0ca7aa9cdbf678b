// Reads metadata.managedFields (kubernetes.io, "Server-Side Apply", "Field management"): who owns which field.
#include <algorithm>

#include "operator/kubernetes/apply.h"

namespace murder::kubernetes {
namespace {

// One step of a path: a member, or an element by its key ("name=cyrus") or index ("0").
struct Segment {
  std::string text;
  bool is_element = false;
};

std::vector<Segment> split(const std::string& path) {
  std::vector<Segment> segments;
  std::string member;
  const auto flush = [&] {
    if (!member.empty()) segments.push_back({std::exchange(member, {}), false});
  };
  for (std::size_t at = 0; at < path.size(); ++at) {
    if (path[at] == '.') {
      flush();
    } else if (path[at] == '[') {
      flush();
      const auto end = std::min(path.find(']', at), path.size());
      const auto inside = path.substr(at + 1, end - at - 1);
      const bool is_member = inside.size() >= 2 && inside.front() == '"';
      segments.push_back(is_member ? Segment{inside.substr(1, inside.size() - 2), false} : Segment{inside, true});
      at = end;
    } else {
      member += path[at];
    }
  }
  flush();
  return segments;
}

// Whether `k:{"name":"cyrus"}` is the element "name=cyrus": each part of the field's key is in the text.
bool is_element(const std::string& field, const std::string& text) {
  if (!field.starts_with("k:")) return false;
  const Json key = Json::parse(field.begin() + 2, field.end(), nullptr, /*allow_exceptions=*/false);
  if (!key.is_object()) return false;
  const auto parts = "," + text + ",";
  return std::ranges::all_of(key.items(), [&](const auto& part) {
    const auto value = part.value().is_string() ? part.value().template get<std::string>() : part.value().dump();
    return parts.find("," + part.key() + "=" + value + ",") != std::string::npos;
  });
}

bool owns(const Json& fields, const std::vector<Segment>& path) {
  const Json* at = &fields;
  for (const auto& segment : path) {
    if (!at->is_object()) return false;
    // Nothing below: the whole is owned, as a list that is replaced as one.
    if (at->empty()) return true;
    const Json* next = nullptr;
    for (const auto& [name, below] : at->items()) {
      if (segment.is_element ? is_element(name, segment.text) : name == "f:" + segment.text) next = &below;
    }
    if (next == nullptr) return false;
    at = next;
  }
  return true;
}

}  // namespace

std::string manager_of(const Json& object, const std::string& path) {
  const auto* const entries = find(object, {"metadata", "managedFields"});
  if (entries == nullptr || !entries->is_array()) return {};
  const auto segments = split(path);
  std::string manager;
  std::string latest;
  for (const auto& entry : *entries) {
    const auto* const fields = find(entry, {"fieldsV1"});
    auto time = text_at(entry, {"time"});  // RFC 3339 in UTC: later is greater
    if (fields == nullptr || time < latest || !owns(*fields, segments)) continue;
    manager = text_at(entry, {"manager"});
    latest = std::move(time);
  }
  return manager;
}

}  // namespace murder::kubernetes
