// Objects by key, as they were last seen. Read by any number of threads while one writes; what was read stays valid and
// unchanged for as long as it is held.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <shared_mutex>
#include <string>
#include <vector>

#include "operator/kubernetes/resource.h"

namespace murder::kubernetes {

using ObjectPtr = std::shared_ptr<const Json>;
// The values under which an index finds an object, such as the uid of its owner.
using IndexFunction = std::function<std::vector<std::string>(const Json&)>;

// An object before and after; either is null when there was, or is, none.
struct Change {
  ObjectPtr before;
  ObjectPtr after;

  const Json& object() const { return after ? *after : *before; }
  ObjectKey key() const { return key_of(object()); }
  // Whether what a user wants of the object may differ: generation, labels, annotations, owners, finalizers or
  // deletionTimestamp. An update of status alone is none.
  bool is_of_intent() const;
};

class Store {
 public:
  explicit Store(std::map<std::string, IndexFunction> indexes = {});

  ObjectPtr get(const ObjectKey& key) const;
  std::vector<ObjectPtr> list() const;  // in the order of their keys
  std::vector<ObjectPtr> list_namespace(const std::string& namespace_) const;
  // Whose `index`, one of those given to the constructor, has this value.
  std::vector<ObjectPtr> list_by(const std::string& index, const std::string& value) const;
  std::size_t size() const;

  // Each returns what has changed; an object in the version that is held already is no change.
  std::vector<Change> apply(Json object);
  std::vector<Change> erase(const ObjectKey& key);
  // Everything that is not among `objects` is gone.
  std::vector<Change> replace(std::vector<Json> objects);

 private:
  using Objects = std::map<ObjectKey, ObjectPtr>;

  void put(ObjectPtr after, std::vector<Change>& changes);
  Objects::iterator take_out(Objects::iterator at, std::vector<Change>& changes);
  void index(const ObjectKey& key, const Json* before, const Json* after);

  const std::map<std::string, IndexFunction> functions_;
  mutable std::shared_mutex mutex_;
  Objects objects_;
  std::map<std::string, std::map<std::string, std::set<ObjectKey>>> indexes_;
};

// An index by the uid of the controlling owner.
std::vector<std::string> by_controller_uid(const Json& object);

}  // namespace murder::kubernetes
