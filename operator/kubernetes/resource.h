// What the API server calls things: a kind of object with its paths, the key of one object, and what every object's
// metadata says. Objects themselves are JSON, as the API server sends them.
#pragma once

#include <compare>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace murder::kubernetes {

using Json = nlohmann::json;

// Which object of a kind. `namespace_` is empty for what is cluster-scoped.
struct ObjectKey {
  std::string namespace_;
  std::string name;

  // "mail/be1", or "be1" for what is cluster-scoped.
  std::string text() const;

  auto operator<=>(const ObjectKey&) const = default;
};

// A kind of object, and where the API server keeps it.
struct Resource {
  std::string group;  // "apps"; empty for the core group
  std::string version;
  std::string plural;
  std::string kind;
  bool namespaced = true;

  // "apps/v1", "v1".
  std::string api_version() const;
  // Of all objects in a namespace; of all in the cluster when it is empty.
  std::string collection_path(std::string_view namespace_ = {}) const;
  // Of one object, or of its subresource ("status", "scale").
  std::string object_path(const ObjectKey& key, std::string_view subresource = {}) const;

  bool operator==(const Resource&) const = default;
};

// The member at a path of names, or nullptr when there is none: find(pod, {"status", "phase"}).
const Json* find(const Json& object, std::initializer_list<std::string_view> path);
// The same as text, empty when there is none or it is no string.
std::string text_at(const Json& object, std::initializer_list<std::string_view> path);

// What metadata says. Absent members read as empty, 0 or false: an object that was pruned, or was never sent, has them.
ObjectKey key_of(const Json& object);
std::string uid_of(const Json& object);
std::string resource_version_of(const Json& object);
std::int64_t generation_of(const Json& object);
bool is_being_deleted(const Json& object);
std::optional<std::string> label_of(const Json& object, const std::string& name);
std::optional<std::string> annotation_of(const Json& object, const std::string& name);

// Who made an object and takes it along when deleted (metadata.ownerReferences).
struct OwnerReference {
  std::string api_version;
  std::string kind;
  std::string name;
  std::string uid;

  bool operator==(const OwnerReference&) const = default;
};

// The one owner with `controller: true`.
std::optional<OwnerReference> controller_of(const Json& object);
// A reference that makes `owner` the controller, for metadata.ownerReferences. The owner must be in the same namespace,
// or cluster-scoped: the garbage collector deletes children of owners elsewhere.
Json controller_reference(const Json& owner);

// Whether `a` is an earlier version than `b` of objects of one resource. Comparable since Kubernetes 1.35 (KEP-5504):
// decimal digits without a leading 0, shorter is less. Nothing for what does not look like that, which older servers
// may send: then nothing can be said.
std::optional<bool> is_earlier_version(std::string_view a, std::string_view b);

}  // namespace murder::kubernetes
