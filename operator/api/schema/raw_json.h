// YAML → JSON, for what is passed on to Kubernetes as it was written. Values are of the types that kubectl would give
// them; what it would read in ways of its own (numbers that are not decimal, keys that are no strings) is refused.
#pragma once

#include <yaml-cpp/yaml.h>

#include <functional>
#include <optional>
#include <string>

namespace murder::api {

inline constexpr std::size_t kLargestRawJson = 16 << 10;  // of one field, in octets of compact JSON
inline constexpr int kDeepestRawJson = 16;                // objects and lists in each other

using Complain = std::function<void(const YAML::Node& where, const std::string& path, std::string message)>;

// The node as compact JSON with sorted keys; nothing after complaining of what is wrong with it. `path` is the node's.
// Takes neither time nor memory for more than kLargestRawJson, whatever aliases stand for.
std::optional<std::string> raw_json(const YAML::Node& node, const std::string& path, const Complain& complain);

}  // namespace murder::api
