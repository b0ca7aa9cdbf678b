#include "operator/api/schema/json_to_yaml.h"

#include <yaml-cpp/yaml.h>

#include "operator/api/schema/reader.h"

namespace murder::api {
namespace {

void emit(YAML::Emitter& out, const nlohmann::ordered_json& json) {
  if (json.is_object()) {
    if (json.empty()) {
      out << YAML::Flow << YAML::BeginMap << YAML::EndMap;
      return;
    }
    out << YAML::BeginMap;
    for (const auto& [key, value] : json.items()) {
      out << YAML::Key << key << YAML::Value;
      emit(out, value);
    }
    out << YAML::EndMap;
  } else if (json.is_array()) {
    if (json.empty()) {
      out << YAML::Flow << YAML::BeginSeq << YAML::EndSeq;
      return;
    }
    out << YAML::BeginSeq;
    for (const auto& item : json) emit(out, item);
    out << YAML::EndSeq;
  } else if (json.is_string()) {
    const auto text = json.get<std::string>();
    // yaml-cpp writes YAML 1.2, where yes and 3.10 need no quotes to be strings; kubectl reads YAML 1.1, where they do.
    if (text.find('\n') != std::string::npos) {
      out << YAML::Literal << text;
    } else if (YAML::Node plain(text); scalar_type(plain) != ScalarType::String) {
      out << YAML::DoubleQuoted << text;
    } else {
      out << text;
    }
  } else if (json.is_boolean()) {
    out << (json.get<bool>() ? "true" : "false");
  } else {
    out << json.dump();
  }
}

}  // namespace

std::string to_yaml(const nlohmann::ordered_json& json) {
  YAML::Emitter out;
  emit(out, json);
  return std::string(out.c_str()) + "\n";
}

}  // namespace murder::api
