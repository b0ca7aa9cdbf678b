// Struct → JSON, in the order of the description. What is at its default is written too, so that a reader sees what is
// in force; what is absent or empty is left out, unless it is required.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "operator/api/schema/field.h"

namespace murder::api {

using Json = nlohmann::ordered_json;

class Writer {
 public:
  template <typename T>
  void field(const Field& field, T& value) {
    Json written = write(value);
    const bool absent = written.is_null() || (written.is_string() && written.get_ref<const std::string&>().empty());
    if (!absent || (field.required && !written.is_null())) object_[field.name] = std::move(written);
  }
  template <typename T, typename Predicate>
  void rule(const Rule&, const T&, Predicate) {}
  template <typename RefusedBecause>
  void key_rule(const KeyRule&, const std::map<std::string, std::string>&, RefusedBecause) {}
  void ignore(const char*) {}

  Json take() && { return std::move(object_); }

  // Of one value, for those who show defaults.
  template <typename T>
  static Json value(T& value) {
    return write(value);
  }

 private:
  static Json write(std::string& value) { return value; }
  static Json write(std::int64_t& value) { return value; }
  static Json write(bool& value) { return value; }
  static Json write(Quantity& value) { return value.text.empty() ? Json() : Json(value.text); }
  static Json write(RawJson& value) { return value.text.empty() ? Json() : Json::parse(value.text); }
  static Json write(std::map<std::string, std::string>& value) { return value.empty() ? Json() : Json(value); }
  template <NamedEnum E>
  static Json write(E& value) {
    return std::string(name_of(value));
  }
  template <typename T>
  static Json write(std::optional<T>& value) {
    return value ? write(*value) : Json();
  }
  template <typename T>
  static Json write(std::vector<T>& values) {
    if (values.empty()) return Json();
    Json list = Json::array();
    for (auto& value : values) list.push_back(write(value));
    return list;
  }
  template <typename T>
  requires std::is_class_v<T>
  static Json write(T& value) {
    Writer writer;
    fields(writer, value);
    return std::move(writer).take();
  }

  Json object_ = Json::object();
};

template <typename T>
Json to_json(T value) {
  Writer writer;
  fields(writer, value);
  return std::move(writer).take();
}

}  // namespace murder::api
