// Struct → a table of its fields for docs/resources.md: path, type, default, bounds, whether it can be changed.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "operator/api/schema/field.h"
#include "operator/api/schema/writer.h"

namespace murder::api {

class Reference {
 public:
  explicit Reference(std::string path) : path_(std::move(path)) {}

  template <typename T>
  void field(const Field& field, T& value) {
    const std::string path = path_ + "." + field.name;
    row(path, field, type_of(field, value), default_of(field, value));
    within(path, value);
  }
  template <typename T, typename Predicate>
  void rule(const Rule& rule, const T&, Predicate) {
    rules_ += "- `" + path_ + rule.field + "` " + rule.message + ".\n";
  }
  template <typename RefusedBecause>
  void key_rule(const KeyRule& rule, const std::map<std::string, std::string>&, RefusedBecause) {
    rules_ += "- `" + path_ + rule.field + "`: " + rule.message + ".\n";
  }
  void ignore(const char*) {}

  std::string rows() && { return std::move(rows_); }
  std::string rules() const { return rules_; }

 private:
  static std::string type_of(const Field&, const std::string&) { return "string"; }
  static std::string type_of(const Field&, const std::int64_t&) { return "integer"; }
  static std::string type_of(const Field&, const bool&) { return "boolean"; }
  static std::string type_of(const Field&, const Quantity&) { return "quantity"; }
  static std::string type_of(const Field& field, const std::map<std::string, std::string>&) {
    return field.amounts ? "map of quantities" : "map of strings";
  }
  static std::string type_of(const Field& field, const RawJson&) {
    return field.shape == Shape::Object ? "object of Kubernetes" : "list of objects of Kubernetes";
  }
  template <NamedEnum E>
  static std::string type_of(const Field&, const E&) {
    std::string names;
    for (const auto& entry : enum_names<E>) names += std::string(names.empty() ? "" : ", ") + "`" + entry.name + "`";
    return "one of " + names;
  }
  template <typename T>
  static std::string type_of(const Field& field, const std::optional<T>&) {
    return type_of(field, T{});
  }
  template <typename T>
  static std::string type_of(const Field& field, const std::vector<T>&) {
    return "list of " + (std::is_same_v<T, std::string> ? std::string("strings") : type_of(field, T{}) + "s");
  }
  template <typename T>
  requires std::is_class_v<T>
  static std::string type_of(const Field&, const T&) { return "object"; }

  template <typename T>
  static std::string default_of(const Field& field, T& value) {
    if (field.required) return "required";
    Json json = Writer::value(value);
    const bool has_none = json.is_null() || json.is_object() || (json.is_string() && json.get<std::string>().empty());
    return has_none ? "" : "`" + json.dump() + "`";
  }

  void row(const std::string& path, const Field& field, const std::string& type, const std::string& fallback) {
    std::string bounds;
    const auto bound = [&](const std::string& text) { bounds += (bounds.empty() ? "" : "; ") + text; };
    if (field.minimum) bound("at least " + std::to_string(*field.minimum));
    if (field.maximum) bound("at most " + std::to_string(*field.maximum));
    if (field.min_items) bound("at least " + std::to_string(*field.min_items) + " of them");
    if (field.max_items) bound("at most " + std::to_string(*field.max_items) + " of them");
    if (field.pattern) bound(std::string(field.pattern->words));
    if (field.list_key != nullptr) bound("`" + std::string(field.list_key) + "` tells them apart");
    if (field.immutable) bound("**cannot be changed**");
    std::string doc = std::string(field.doc);
    for (std::size_t bar = 0; (bar = doc.find('|', bar)) != std::string::npos; bar += 2) doc.insert(bar, "\\");
    rows_ += "| `" + path + "` | " + type + " | " + fallback + " | " + bounds + " | " + doc + " |\n";
  }

  template <typename T>
  void within(const std::string&, const T&) {}
  template <typename T>
  void within(const std::string& path, std::optional<T>&) {
    T value{};
    within(path, value);
  }
  template <typename T>
  void within(const std::string& path, std::vector<T>&) {
    T item{};
    within(path + "[]", item);
  }
  void within(const std::string&, std::string&) {}
  void within(const std::string&, Quantity&) {}
  void within(const std::string&, RawJson&) {}
  void within(const std::string&, std::map<std::string, std::string>&) {}
  template <typename T>
  requires(std::is_class_v<T> && !NamedEnum<T>) void within(const std::string& path, T& value) {
    Reference io(path);
    fields(io, value);
    rules_ += io.rules();
    rows_ += std::move(io).rows();
  }

  const std::string path_;
  std::string rows_;
  std::string rules_;
};

}  // namespace murder::api
