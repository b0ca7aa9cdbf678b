// Struct → OpenAPI v3 structural schema with CEL rules, as a CustomResourceDefinition carries it.
// Kubernetes: "Specifying a structural schema", "Validation rules".
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "operator/api/schema/field.h"
#include "operator/api/schema/writer.h"

namespace murder::api {

class OpenApi {
 public:
  // Spec has defaults; status has none, as only the operator writes it.
  enum class Defaults { Written, LeftOut };
  explicit OpenApi(Defaults defaults) : defaults_(defaults) {}

  template <typename T>
  void field(const Field& field, T& value) {
    Json schema = describe(field, value);
    if (defaults_ == Defaults::LeftOut) schema.erase("default");
    Json described{{"description", field.doc}};
    described.update(schema);
    if (field.immutable) {
      described["x-kubernetes-validations"].push_back(
          {{"rule", "self == oldSelf"},
           {"message", std::string(field.name) + " cannot be changed; make a new resource instead"}});
    }
    if (field.immutable && !field.required && !described.contains("default")) {
      // The rule above is asked only when the field was there before and is there still.
      rules_.push_back(
          {{"rule", "has(self." + std::string(field.name) + ") == has(oldSelf." + field.name + ")"},
           {"message", std::string(field.name) + " cannot be added or removed later; make a new resource instead"},
           {"fieldPath", "." + std::string(field.name)}});
    }
    properties_[field.name] = std::move(described);
    if (field.required) required_.push_back(field.name);
  }
  template <typename T, typename Predicate>
  void rule(const Rule& rule, const T&, Predicate) {
    Json entry{{"rule", rule.cel}, {"message", rule.message}};
    if (*rule.field != '\0') entry["fieldPath"] = rule.field;
    rules_.push_back(std::move(entry));
  }
  template <typename RefusedBecause>
  void key_rule(const KeyRule& rule, const std::map<std::string, std::string>&, RefusedBecause) {
    const std::string map = std::string("self") + rule.field;
    rules_.push_back({{"rule", "!has(" + map + ") || " + map + ".all(key, !" + matches("key", rule.refused) + ")"},
                      {"message", rule.message},
                      {"fieldPath", rule.field}});
  }
  void ignore(const char*) {}

  Json take() && {
    Json schema{{"type", "object"}};
    if (!required_.empty()) schema["required"] = std::move(required_);
    schema["properties"] = std::move(properties_);
    if (!rules_.empty()) schema["x-kubernetes-validations"] = std::move(rules_);
    return schema;
  }

 private:
  // In CEL, whose strings have escapes too.
  static std::string matches(const std::string& variable, const std::string& regex) {
    std::string text;
    for (const char c : regex) text += c == '\\' || c == '\'' ? std::string{'\\', c} : std::string{c};
    return variable + ".matches('^(" + text + ")$')";
  }
  static Json text(const Field& field) {
    Json schema{{"type", "string"}, {"maxLength", field.max_length}};
    if (field.pattern) schema["pattern"] = "^(" + std::string(field.pattern->regex) + ")$";
    if (field.format != nullptr) schema["format"] = field.format;
    return schema;
  }

  Json describe(const Field& field, std::string& value) {
    Json schema = text(field);
    if (!value.empty()) schema["default"] = value;
    return schema;
  }
  Json describe(const Field& field, std::int64_t& value) {
    Json schema{{"type", "integer"}, {"format", "int64"}};
    if (field.minimum) schema["minimum"] = *field.minimum;
    if (field.maximum) schema["maximum"] = *field.maximum;
    if (!field.required) schema["default"] = value;
    return schema;
  }
  Json describe(const Field& field, bool& value) {
    Json schema{{"type", "boolean"}};
    if (!field.required) schema["default"] = value;
    return schema;
  }
  Json describe(const Field&, Quantity& value) {
    Json schema{{"anyOf", Json::array({{{"type", "integer"}}, {{"type", "string"}}})},
                {"x-kubernetes-int-or-string", true},
                {"minimum", 1},  // of a number
                {"maximum", kLargestQuantity},
                {"maxLength", 24},  // of a string, as is the pattern
                {"pattern", "^(" + std::string(kQuantity.regex) + ")$"}};
    if (!value.text.empty()) schema["default"] = value.text;
    return schema;
  }
  static Json amount() {
    return {{"anyOf", Json::array({{{"type", "integer"}}, {{"type", "string"}}})},
            {"x-kubernetes-int-or-string", true},
            {"minimum", 0},
            {"maximum", kLargestQuantity},
            {"maxLength", 32},
            {"pattern", "^(" + std::string(kAmount.regex) + ")$"}};
  }
  Json describe(const Field& field, RawJson&) {
    Json object{{"type", "object"}, {"x-kubernetes-preserve-unknown-fields", true}};
    if (field.shape == Shape::Object) return object;
    Json schema{{"type", "array"}, {"items", std::move(object)}};
    if (field.min_items) schema["minItems"] = *field.min_items;
    if (field.max_items) schema["maxItems"] = *field.max_items;
    schema["x-kubernetes-list-type"] = "atomic";
    return schema;
  }
  Json describe(const Field& field, std::map<std::string, std::string>&) {
    Json value{{"type", "string"}, {"maxLength", field.max_length}};
    if (field.value_pattern) value["pattern"] = "^(" + std::string(field.value_pattern->regex) + ")$";
    Json schema{{"type", "object"}, {"additionalProperties", field.amounts ? amount() : std::move(value)}};
    if (field.max_items) schema["maxProperties"] = *field.max_items;
    if (field.pattern) {
      schema["x-kubernetes-validations"].push_back(
          {{"rule", "self.all(k, " + matches("k", field.pattern->regex) + ")"},
           {"message", std::string("each key must be ") + field.pattern->words}});
    }
    return schema;
  }
  template <NamedEnum E>
  Json describe(const Field& field, E& value) {
    Json schema{{"type", "string"}};
    for (const auto& entry : enum_names<E>) schema["enum"].push_back(entry.name);
    if (!field.required) schema["default"] = std::string(name_of(value));
    return schema;
  }
  template <typename T>
  Json describe(const Field& field, std::optional<T>& value) {
    T empty{};
    Json schema = describe(field, value ? *value : empty);
    if (!value) schema.erase("default");
    return schema;
  }
  template <typename T>
  Json describe(const Field& field, std::vector<T>& values) {
    T item{};
    Field of_item = field;
    of_item.required = false;
    Json items = describe(of_item, item);
    items.erase("default");
    Json schema{{"type", "array"}, {"items", std::move(items)}};
    if (field.min_items) schema["minItems"] = *field.min_items;
    if (field.max_items) schema["maxItems"] = *field.max_items;
    if (field.list_key != nullptr) {
      schema["x-kubernetes-list-type"] = "map";
      schema["x-kubernetes-list-map-keys"] = Json::array({field.list_key});
    } else {
      schema["x-kubernetes-list-type"] = std::is_same_v<T, std::string> ? "set" : "atomic";
    }
    if constexpr (std::is_same_v<T, std::string>) {
      if (!values.empty()) schema["default"] = values;
    }
    return schema;
  }
  template <typename T>
  requires std::is_class_v<T> Json describe(const Field& field, T& value) {
    OpenApi io(defaults_);
    fields(io, value);
    Json schema = std::move(io).take();
    // Defaults inside an object apply only where the object is: an absent one gets {} and then its own defaults. With
    // rules the whole must be written, as the API server asks them of the default alone.
    if (!field.required && !schema.contains("required")) {
      schema["default"] = schema.contains("x-kubernetes-validations") ? to_json(value) : Json::object();
    }
    return schema;
  }

  const Defaults defaults_;
  Json properties_ = Json::object();
  Json required_ = Json::array();
  Json rules_ = Json::array();
};

template <typename T>
Json openapi_schema(OpenApi::Defaults defaults) {
  T value{};
  OpenApi io(defaults);
  fields(io, value);
  return std::move(io).take();
}

}  // namespace murder::api
