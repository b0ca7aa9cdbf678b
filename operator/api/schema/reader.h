// YAML → struct. Finds all mistakes at once: what is missing, unknown (with the nearest known name), given twice, of
// the wrong type, or out of bounds. Types are those that the API server would see: an unquoted 3.10 is a number, an
// unquoted yes is a boolean (YAML 1.1, as kubectl reads it), and neither is a string.
#pragma once

#include <yaml-cpp/yaml.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <vector>

#include "operator/api/schema/field.h"
#include "operator/api/schema/mistake.h"

namespace murder::api {

// What a scalar is to a YAML 1.1 reader.
enum class ScalarType { Null, Boolean, Integer, Float, String };
ScalarType scalar_type(const YAML::Node& scalar);
bool is_true(std::string_view boolean);  // of a scalar of that type

// Path → line of every field that was read, for mistakes that are found later.
using Lines = std::map<std::string, int, std::less<>>;

class Reader {
 public:
  // `node` is a map (anything else is a mistake). `path` is what mistakes put before field names.
  Reader(const YAML::Node& node, std::string file, std::string path, Mistakes& mistakes, Lines& lines);

  template <typename T>
  void field(const Field& field, T& into) {
    const YAML::Node* value = take(field);
    if (value != nullptr) read(*value, at(field.name), field, into);
  }

  template <typename T, typename Predicate>
  void rule(const Rule& rule, const T& object, Predicate holds) {
    if (!concerns_a_mistake(rule) && !holds(object)) blame(rule);
  }

  // `refused_because` gives what is to be said of a key, or nothing when it is allowed.
  template <typename RefusedBecause>
  void key_rule(const KeyRule& rule, const std::map<std::string, std::string>& map, RefusedBecause refused_because) {
    for (const auto& [key, value] : map) {
      if (std::string message = refused_because(key); !message.empty()) blame_key(rule, key, std::move(message));
    }
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
  bool concerns_a_mistake(const Rule& rule) const;
  void blame(const Rule& rule);
  void blame_key(const KeyRule& rule, const std::string& key, std::string message);
  void wrong(const YAML::Node& node, const std::string& path, std::string message);
  void note(const std::string& path, const YAML::Node& node);

  void read(const YAML::Node& node, const std::string& path, const Field& field, std::string& into);
  void read(const YAML::Node& node, const std::string& path, const Field& field, std::int64_t& into);
  void read(const YAML::Node& node, const std::string& path, const Field& field, bool& into);
  void read(const YAML::Node& node, const std::string& path, const Field& field, Quantity& into);
  void read(const YAML::Node& node, const std::string& path, const Field& field, RawJson& into);
  void read(const YAML::Node& node, const std::string& path, const Field& field,
            std::map<std::string, std::string>& into);
  bool list(const YAML::Node& node, const std::string& path, const Field& field);
  void unique(const YAML::Node& node, const std::string& path, const Field& field);
  std::optional<std::size_t> choose(const YAML::Node& node, const std::string& path,
                                    const std::vector<std::string_view>& names);

  template <NamedEnum E>
  void read(const YAML::Node& node, const std::string& path, const Field&, E& into) {
    std::vector<std::string_view> names;
    names.reserve(enum_names<E>.size());
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
    into.reserve(node.size());
    std::size_t index = 0;
    for (const auto& item : node) {
      const std::string item_path = path + "[" + std::to_string(index++) + "]";
      note(item_path, item);
      read(item, item_path, field, into.emplace_back());
    }
    unique(node, path, field);
  }
  template <typename T>
  requires std::is_class_v<T>
  void read(const YAML::Node& node, const std::string& path, const Field&, T& into) {
    Reader reader(node, file_, path, mistakes_, lines_);
    fields(reader, into);
    reader.refuse_unknown();
  }

  const YAML::Node node_;
  const std::string file_;
  const std::string path_;
  Mistakes& mistakes_;
  Lines& lines_;
  const std::size_t mistakes_before_;
  std::vector<Entry> entries_;
  std::unordered_map<std::string_view, std::size_t> index_;  // key → its place in entries_
  std::vector<std::string_view> known_;
};

}  // namespace murder::api
