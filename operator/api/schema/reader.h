// YAML → struct. Finds all mistakes at once: what is missing, unknown (with the nearest known name), given twice, of
// the wrong type, or out of bounds. Types are those that the API server would see: an unquoted 3.10 is a number, an
// unquoted yes is a boolean (YAML 1.1, as kubectl reads it), and neither is a string.
#pragma once

#include <yaml-cpp/yaml.h>

#include <concepts>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "operator/api/schema/field.h"
#include "operator/api/schema/mistake.h"

namespace murder::api {

// What a scalar is to a YAML 1.1 reader.
enum class ScalarType { Null, Boolean, Integer, Float, String };
ScalarType scalar_type(const YAML::Node& scalar);

class Reader {
 public:
  // `node` is a map (anything else is a mistake). `path` is what mistakes put before field names.
  Reader(const YAML::Node& node, std::string file, std::string path, Mistakes& mistakes);

  template <typename T>
  void field(const Field& field, T& into) {
    const YAML::Node* value = take(field);
    if (value != nullptr) read(*value, at(field.name), field, into);
  }

  template <typename T, typename Predicate>
  void rule(const Rule& rule, const T& object, Predicate holds) {
    if (!broken_ && !holds(object)) blame(rule);
  }

  // A field that is known but not read: status, and metadata that is the API server's.
  void ignore(const char* name) { known_.emplace_back(name); }

  void refuse_unknown();

  // The line of a field of this object, or of the object itself when it is absent. From 1.
  int line_of(std::string_view name) const;

 private:
  struct Entry {
    std::string key;
    int line;
    YAML::Node value;
  };

  const YAML::Node* take(const Field& field);
  std::string at(std::string_view name) const;
  void blame(const Rule& rule);
  void wrong(const YAML::Node& node, const std::string& path, std::string message);

  void read(const YAML::Node& node, const std::string& path, const Field& field, std::string& into);
  void read(const YAML::Node& node, const std::string& path, const Field& field, std::int64_t& into);
  void read(const YAML::Node& node, const std::string& path, const Field& field, bool& into);
  void read(const YAML::Node& node, const std::string& path, const Field& field, Quantity& into);
  void read(const YAML::Node& node, const std::string& path, const Field& field,
            std::map<std::string, std::string>& into);
  bool list(const YAML::Node& node, const std::string& path, const Field& field);
  void unique(const YAML::Node& node, const std::string& path, const Field& field);
  std::optional<std::size_t> choose(const YAML::Node& node, const std::string& path,
                                    const std::vector<std::string_view>& names);

  template <NamedEnum E>
  void read(const YAML::Node& node, const std::string& path, const Field&, E& into) {
    std::vector<std::string_view> names;
    for (const auto& entry : enum_names<E>) names.emplace_back(entry.name);
    if (const auto index = choose(node, path, names)) into = enum_names<E>[*index].value;
  }
  template <typename T>
  void read(const YAML::Node& node, const std::string& path, const Field& field, std::optional<T>& into) {
    T value{};
    read(node, path, field, value);
    into = std::move(value);
  }
  template <typename T>
  void read(const YAML::Node& node, const std::string& path, const Field& field, std::vector<T>& into) {
    if (!list(node, path, field)) return;
    into.clear();
    std::size_t index = 0;
    for (const auto& item : node) {
      const std::string item_path = path + "[" + std::to_string(index++) + "]";
      read(item, item_path, field, into.emplace_back());
    }
    unique(node, path, field);
  }
  template <typename T>
  requires std::is_class_v<T>
  void read(const YAML::Node& node, const std::string& path, const Field&, T& into) {
    Reader reader(node, file_, path, mistakes_);
    fields(reader, into);
    reader.refuse_unknown();
  }

  const YAML::Node node_;
  const std::string file_;
  const std::string path_;
  Mistakes& mistakes_;
  bool broken_ = false;  // some field could not be read: rules would only repeat that in other words
  const std::size_t mistakes_before_;
  std::vector<Entry> entries_;
  std::vector<std::string_view> known_;
};

}  // namespace murder::api
