#include "operator/api/schema/json_to_yaml.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>

#include "operator/api/schema/reader.h"

namespace murder::api {
namespace {

bool is_control(char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }

// Whether a literal block, as yaml-cpp writes it (without indentation or chomping indicators), is read as this text.
bool fits_block(const std::string& text) {
  return text.ends_with('\n') && !text.ends_with("\n\n") && text.front() != ' ' && text.front() != '\n' &&
         std::none_of(text.begin(), text.end(), [](char c) { return c != '\n' && is_control(c); });
}

// yaml-cpp writes YAML 1.2, where yes and 3.10 need no quotes to be strings; kubectl reads YAML 1.1, where they do. A
// line break or a lone carriage return it would write as it is.
void emit_text(YAML::Emitter& out, const std::string& text) {
  const bool quoted = text == "<<" || std::any_of(text.begin(), text.end(), is_control) ||
                      scalar_type(YAML::Node(text)) != ScalarType::String;
  if (quoted) out << YAML::DoubleQuoted;
  out << text;
}

void emit(YAML::Emitter& out, const nlohmann::ordered_json& json) {
  if (json.is_object()) {
    if (json.empty()) {
      out << YAML::Flow << YAML::BeginMap << YAML::EndMap;
      return;
    }
    out << YAML::BeginMap;
    for (const auto& [key, value] : json.items()) {
      out << YAML::Key;
      emit_text(out, key);
      out << YAML::Value;
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
    if (text.find('\n') != std::string::npos && fits_block(text)) {
      out << YAML::Literal << text;
    } else {
      emit_text(out, text);
    }
  } else if (json.is_boolean()) {
    out << (json.get<bool>() ? "true" : "false");
  } else if (json.is_null()) {
    out << YAML::Null;
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
