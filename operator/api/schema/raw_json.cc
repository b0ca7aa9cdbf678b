#include "operator/api/schema/raw_json.h"

#include <charconv>
#include <nlohmann/json.hpp>
#include <string_view>

#include "operator/api/schema/reader.h"
#include "operator/api/schema/shown.h"

namespace murder::api {
namespace {

using Json = nlohmann::json;  // sorted by key, so that the same resource is the same text

constexpr const char* kTooLarge = "is larger than 16 KiB as JSON";

template <typename Number>
std::optional<Number> decimal(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  return number;
}

class Converter {
 public:
  Converter(const YAML::Node& whole, const std::string& path, const Complain& complain)
      : whole_(whole), path_(path), complain_(complain) {}

  std::optional<std::string> text() {
    const Json json = convert(whole_, path_, 1);
    if (failed_) return {};
    std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
    if (text.size() <= kLargestRawJson) return text;
    refuse(whole_, path_, kTooLarge);
    return {};
  }

 private:
  Json convert(const YAML::Node& node, const std::string& path, int depth) {
    if (failed_) return {};
    if (depth > kDeepestRawJson) {
      return refuse(node, path, "nested more than " + std::to_string(kDeepestRawJson) + " levels deep");
    }
    if (node.IsMap()) return object(node, path, depth);
    if (node.IsSequence()) {
      Json list = Json::array();
      std::size_t index = 0;
      for (const auto& item : node) {
        list.push_back(convert(item, path + "[" + std::to_string(index++) + "]", depth + 1));
        if (!has_room(1)) break;
      }
      return list;
    }
    return node.IsScalar() ? scalar(node, path) : Json();
  }

  Json object(const YAML::Node& node, const std::string& path, int depth) {
    Json object = Json::object();
    for (const auto& pair : node) {
      const YAML::Node& name = pair.first;
      if (!name.IsScalar() || scalar_type(name) != ScalarType::String) {
        const std::string text = name.IsScalar() ? name.Scalar() : "";
        return refuse(name, path, "keys must be strings" + (text.empty() ? "" : ": write " + in_quotes(text)));
      }
      const std::string& key = name.Scalar();
      const std::string key_path = path + "." + shown(key);
      if (object.contains(key)) return refuse(name, key_path, "is given twice: remove one");
      if (!has_room(key.size())) break;
      Json converted = convert(pair.second, key_path, depth + 1);
      if (failed_) break;
      object.emplace(key, std::move(converted));
    }
    return object;
  }

  Json scalar(const YAML::Node& node, const std::string& path) {
    const std::string& text = node.Scalar();
    if (!has_room(text.size())) return {};
    switch (scalar_type(node)) {
      case ScalarType::Null:
        return {};
      case ScalarType::Boolean:
        return is_true(text);
      case ScalarType::Integer:
        if (const auto number = decimal<std::int64_t>(text)) return *number;
        return refuse(node, path, in_quotes(text) + " is not a whole number in decimal digits");
      case ScalarType::Float:
        if (const auto number = decimal<double>(text)) return *number;
        return refuse(node, path, in_quotes(text) + " is not a number in decimal digits");
      case ScalarType::String:
        return text;
    }
    return {};
  }

  bool has_room(std::size_t octets) {
    octets_ += octets;
    if (octets_ > kLargestRawJson) refuse(whole_, path_, kTooLarge);
    return !failed_;
  }
  Json refuse(const YAML::Node& node, const std::string& path, std::string message) {
    if (!failed_) complain_(node, path, std::move(message));
    failed_ = true;
    return {};
  }

  const YAML::Node& whole_;
  const std::string& path_;
  const Complain& complain_;
  std::size_t octets_ = 0;  // at least so many will be written
  bool failed_ = false;
};

}  // namespace

std::optional<std::string> raw_json(const YAML::Node& node, const std::string& path, const Complain& complain) {
  return Converter(node, path, complain).text();
}

}  // namespace murder::api
