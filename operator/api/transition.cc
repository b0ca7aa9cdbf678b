#include "operator/api/transition.h"

#include "operator/api/backend_fields.h"
#include "operator/api/murder_cluster_fields.h"
#include "operator/api/schema/writer.h"

namespace murder::api {
namespace {

// Visits a description (schema/field.h) for the paths of what is immutable: "namespace.altNamespace". What lists hold
// is not among it: their items come and go.
class ImmutablePaths {
 public:
  template <typename T>
  void field(const Field& field, T& value) {
    const std::string path = prefix_ + field.name;
    if (field.immutable) {
      paths_.push_back(path);
    } else {
      enter(path, value);
    }
  }
  template <typename T, typename Predicate>
  void rule(const Rule&, const T&, Predicate) {}
  template <typename RefusedBecause>
  void key_rule(const KeyRule&, const std::map<std::string, std::string>&, RefusedBecause) {}
  void ignore(const char*) {}

  std::vector<std::string> take() && { return std::move(paths_); }

 private:
  template <typename T>
  void enter(const std::string&, T&) {}
  template <typename T>
  requires requires(ImmutablePaths& io, T& described) { fields(io, described); }
  void enter(const std::string& path, T& described) {
    const std::string outside = std::exchange(prefix_, path + ".");
    fields(*this, described);
    prefix_ = outside;
  }

  std::string prefix_;
  std::vector<std::string> paths_;
};

Json at(const Json& resource, const std::string& path) {
  const Json* place = &resource;
  for (std::size_t begin = 0; begin <= path.size();) {
    const auto end = std::min(path.find('.', begin), path.size());
    const auto member = place->find(path.substr(begin, end - begin));
    if (member == place->end()) return {};
    place = &*member;
    begin = end + 1;
  }
  return *place;
}

std::string shown(const Json& value) {
  if (value.is_null()) return "absent";
  return value.is_string() ? value.get<std::string>() : value.dump();
}

template <typename Spec>
Mistakes check(const Spec& before, Spec after, const Origin& origin) {
  ImmutablePaths paths;
  fields(paths, after);
  const Json was = to_json(before);
  const Json is = to_json(after);
  Mistakes mistakes;
  for (const auto& path : std::move(paths).take()) {
    if (at(was, path) == at(is, path)) continue;
    mistakes.push_back({origin.file, origin.line_of("spec." + path), "spec." + path,
                        "cannot be changed (it is " + shown(at(was, path)) + ", not " + shown(at(is, path)) +
                            "): write what it was, or make a new one"});
  }
  return mistakes;
}

}  // namespace

Mistakes check_transition(const MurderCluster& before, const MurderCluster& after) {
  return check(before.spec, after.spec, after.origin);
}
Mistakes check_transition(const Backend& before, const Backend& after) {
  return check(before.spec, after.spec, after.origin);
}

}  // namespace murder::api
