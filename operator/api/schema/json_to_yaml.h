// JSON as YAML that a person likes to read: block style, keys in their order, strings quoted only where they must be.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace murder::api {

std::string to_yaml(const nlohmann::ordered_json& json);

}  // namespace murder::api
