#include "operator/kubernetes/store.h"

namespace murder::kubernetes {
namespace {

const Json* metadata_member(const ObjectPtr& object, std::string_view name) {
  return object ? find(*object, {"metadata", name}) : nullptr;
}

bool same(const Json* a, const Json* b) { return a == nullptr || b == nullptr ? a == b : *a == *b; }

}  // namespace

bool Change::is_of_intent() const {
  if (!before || !after) return true;
  constexpr std::array<std::string_view, 7> members = {
      "uid", "generation", "labels", "annotations", "ownerReferences", "finalizers", "deletionTimestamp"};
  for (const auto name : members) {
    if (!same(metadata_member(before, name), metadata_member(after, name))) return true;
  }
  return false;
}

Store::Store(std::map<std::string, IndexFunction> indexes) : functions_(std::move(indexes)) {
  for (const auto& [name, function] : functions_) indexes_[name];
}

ObjectPtr Store::get(const ObjectKey& key) const {
  const std::shared_lock lock(mutex_);
  const auto found = objects_.find(key);
  return found == objects_.end() ? nullptr : found->second;
}

std::vector<ObjectPtr> Store::list() const {
  const std::shared_lock lock(mutex_);
  std::vector<ObjectPtr> all;
  all.reserve(objects_.size());
  for (const auto& [key, object] : objects_) all.push_back(object);
  return all;
}

std::vector<ObjectPtr> Store::list_namespace(const std::string& namespace_) const {
  const std::shared_lock lock(mutex_);
  std::vector<ObjectPtr> all;
  for (auto at = objects_.lower_bound({namespace_, ""}); at != objects_.end() && at->first.namespace_ == namespace_;
       ++at) {
    all.push_back(at->second);
  }
  return all;
}

std::vector<ObjectPtr> Store::list_by(const std::string& index, const std::string& value) const {
  const std::shared_lock lock(mutex_);
  std::vector<ObjectPtr> all;
  const auto& values = indexes_.at(index);
  const auto keys = values.find(value);
  if (keys == values.end()) return all;
  for (const auto& key : keys->second) all.push_back(objects_.at(key));
  return all;
}

std::size_t Store::size() const {
  const std::shared_lock lock(mutex_);
  return objects_.size();
}

std::vector<Change> Store::apply(Json object) {
  const std::unique_lock lock(mutex_);
  std::vector<Change> changes;
  put(std::make_shared<const Json>(std::move(object)), changes);
  return changes;
}

std::vector<Change> Store::erase(const ObjectKey& key) {
  const std::unique_lock lock(mutex_);
  std::vector<Change> changes;
  if (const auto found = objects_.find(key); found != objects_.end()) take_out(found, changes);
  return changes;
}

std::vector<Change> Store::replace(std::vector<Json> objects) {
  // Under one lock: nobody sees a mixture of two lists.
  const std::unique_lock lock(mutex_);
  std::vector<Change> changes;
  std::set<ObjectKey> present;
  for (auto& object : objects) {
    present.insert(key_of(object));
    put(std::make_shared<const Json>(std::move(object)), changes);
  }
  for (auto at = objects_.begin(); at != objects_.end();) {
    at = present.contains(at->first) ? std::next(at) : take_out(at, changes);
  }
  return changes;
}

void Store::put(ObjectPtr after, std::vector<Change>& changes) {
  auto key = key_of(*after);
  auto& place = objects_[key];
  const auto before = place;
  if (before && resource_version_of(*before) == resource_version_of(*after) && uid_of(*before) == uid_of(*after)) {
    return;
  }
  place = after;
  index(key, before.get(), after.get());
  changes.push_back({before, std::move(after)});
}

Store::Objects::iterator Store::take_out(Objects::iterator at, std::vector<Change>& changes) {
  index(at->first, at->second.get(), nullptr);
  changes.push_back({at->second, nullptr});
  return objects_.erase(at);
}

void Store::index(const ObjectKey& key, const Json* before, const Json* after) {
  for (const auto& [name, function] : functions_) {
    auto& values = indexes_[name];
    if (before != nullptr) {
      for (const auto& value : function(*before)) {
        const auto keys = values.find(value);
        if (keys == values.end()) continue;
        keys->second.erase(key);
        if (keys->second.empty()) values.erase(keys);
      }
    }
    if (after != nullptr) {
      for (const auto& value : function(*after)) values[value].insert(key);
    }
  }
}

std::vector<std::string> by_controller_uid(const Json& object) {
  const auto owner = controller_of(object);
  if (!owner) return {};
  return {owner->uid};
}

}  // namespace murder::kubernetes
