#include "operator/kubernetes/resource.h"

#include <algorithm>

namespace murder::kubernetes {
namespace {

std::optional<std::string> entry_of(const Json& object, std::string_view map, const std::string& name) {
  const Json* const entries = find(object, {"metadata", map});
  if (entries == nullptr || !entries->is_object()) return {};
  const auto entry = entries->find(name);
  if (entry == entries->end() || !entry->is_string()) return {};
  return entry->get<std::string>();
}

bool is_version(std::string_view text) {
  return !text.empty() && text.front() != '0' && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::string ObjectKey::text() const { return namespace_.empty() ? name : namespace_ + "/" + name; }

std::string Resource::api_version() const { return group.empty() ? version : group + "/" + version; }

std::string Resource::collection_path(std::string_view namespace_) const {
  std::string path = (group.empty() ? "/api/" : "/apis/") + api_version();
  if (namespaced && !namespace_.empty()) path.append("/namespaces/").append(namespace_);
  return path.append("/").append(plural);
}

std::string Resource::object_path(const ObjectKey& key, std::string_view subresource) const {
  std::string path = collection_path(key.namespace_) + "/" + key.name;
  if (!subresource.empty()) path.append("/").append(subresource);
  return path;
}

const Json* find(const Json& object, std::initializer_list<std::string_view> path) {
  const Json* at = &object;
  for (const auto name : path) {
    if (!at->is_object()) return nullptr;
    const auto member = at->find(name);
    if (member == at->end()) return nullptr;
    at = &*member;
  }
  return at;
}

std::string text_at(const Json& object, std::initializer_list<std::string_view> path) {
  const Json* const member = find(object, path);
  return member != nullptr && member->is_string() ? member->get<std::string>() : std::string();
}

ObjectKey key_of(const Json& object) {
  return {text_at(object, {"metadata", "namespace"}), text_at(object, {"metadata", "name"})};
}

std::string uid_of(const Json& object) { return text_at(object, {"metadata", "uid"}); }

std::string resource_version_of(const Json& object) { return text_at(object, {"metadata", "resourceVersion"}); }

std::int64_t generation_of(const Json& object) {
  const Json* const generation = find(object, {"metadata", "generation"});
  return generation != nullptr && generation->is_number_integer() ? generation->get<std::int64_t>() : 0;
}

bool is_being_deleted(const Json& object) { return !text_at(object, {"metadata", "deletionTimestamp"}).empty(); }

std::optional<std::string> label_of(const Json& object, const std::string& name) {
  return entry_of(object, "labels", name);
}

std::optional<std::string> annotation_of(const Json& object, const std::string& name) {
  return entry_of(object, "annotations", name);
}

std::optional<OwnerReference> controller_of(const Json& object) {
  const Json* const owners = find(object, {"metadata", "ownerReferences"});
  if (owners == nullptr || !owners->is_array()) return {};
  for (const auto& owner : *owners) {
    const Json* const controls = find(owner, {"controller"});
    if (controls == nullptr || *controls != true) continue;
    return OwnerReference{text_at(owner, {"apiVersion"}), text_at(owner, {"kind"}), text_at(owner, {"name"}),
                          text_at(owner, {"uid"})};
  }
  return {};
}

Json controller_reference(const Json& owner) {
  return {{"apiVersion", text_at(owner, {"apiVersion"})},
          {"kind", text_at(owner, {"kind"})},
          {"name", key_of(owner).name},
          {"uid", uid_of(owner)},
          {"controller", true},
          {"blockOwnerDeletion", true}};
}

std::optional<bool> is_earlier_version(std::string_view a, std::string_view b) {
  if (!is_version(a) || !is_version(b)) return {};
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

}  // namespace murder::kubernetes
