// Which of the fields that we want are not there, or not so.
#include <algorithm>
#include <array>
#include <set>

#include "operator/kubernetes/apply.h"

namespace murder::kubernetes {
namespace {

// What identifies an element of a list, in the order in which it is tried: the keys of the API's list maps
// (x-kubernetes-list-map-keys of the built-in types).
using ListKey = std::array<std::string_view, 2>;
constexpr std::array<ListKey, 10> list_keys = {{{"uid", ""},
                                                {"name", ""},
                                                {"mountPath", ""},
                                                {"devicePath", ""},
                                                {"containerPort", "protocol"},
                                                {"port", "protocol"},
                                                {"topologyKey", "whenUnsatisfiable"},
                                                {"ip", ""},
                                                {"type", ""},
                                                {"key", ""}}};

// The server's default for a part of a key that may be left out.
std::string key_part(const Json& element, std::string_view name) {
  const auto* const member = find(element, {name});
  if (member == nullptr) return name == "protocol" ? "TCP" : "";
  return member->is_string() ? member->get<std::string>() : member->dump();
}

std::string key_text(const Json& element, const ListKey& key) {
  std::string text = std::string(key[0]) + "=" + key_part(element, key[0]);
  if (!key[1].empty()) text += "," + std::string(key[1]) + "=" + key_part(element, key[1]);
  return text;
}

bool identifies(const ListKey& key, const Json& list) {
  std::set<std::string> seen;
  return std::ranges::all_of(list, [&](const Json& element) {
    return find(element, {key[0]}) != nullptr && seen.insert(key_text(element, key)).second;
  });
}

bool is_empty(const Json& value) {
  return value.is_null() || ((value.is_object() || value.is_array()) && value.empty());
}

// A member that is absent, and one that the server leaves out because it says nothing: false, 0, "".
bool is_zero(const Json& value) {
  return is_empty(value) || value == false || value == 0 ||
         (value.is_string() && value.get_ref<const std::string&>().empty());
}

bool same_scalar(const Json& wanted, const Json& live) {
  if (wanted == live) return true;
  const auto text = [](const Json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); };
  const bool comparable = (wanted.is_string() || wanted.is_number()) && (live.is_string() || live.is_number());
  // Only where one of them looks like an amount with a unit, or they are of different types: "1" and "1.0" as the
  // value of an environment variable are not the same.
  return comparable && wanted.type() != live.type() ? same_quantity(text(wanted), text(live)) : false;
}

class Comparison {
 public:
  std::vector<Difference> take() && { return std::move(found_); }

  void compare(const std::string& path, const Json& wanted, const Json& live) {
    if (wanted.is_object() && live.is_object()) {
      compare_members(path, wanted, live);
    } else if (wanted.is_array() && live.is_array()) {
      compare_lists(path, wanted, live);
    } else if (!(is_empty(wanted) && is_empty(live)) && !same_scalar(wanted, live) &&
               !same_amount(path, wanted, live)) {
      found_.push_back({path, wanted, live});
    }
  }

 private:
  // Amounts are where the API has quantities: under these names only.
  static bool same_amount(const std::string& path, const Json& wanted, const Json& live) {
    if (!wanted.is_string() || !live.is_string()) return false;
    constexpr std::array<std::string_view, 6> holders = {".requests.", ".limits.",   ".capacity.",
                                                         ".hard.",     ".sizeLimit", ".divisor"};
    const bool is_amount =
        std::ranges::any_of(holders, [&](std::string_view holder) { return path.find(holder) != std::string::npos; });
    return is_amount && same_quantity(wanted.get_ref<const std::string&>(), live.get_ref<const std::string&>());
  }

  // spec.replicas, metadata.labels["app.kubernetes.io/name"]
  static std::string member_path(const std::string& path, const std::string& name) {
    if (name.find_first_of(".[]") != std::string::npos)
      return std::string(path).append("[\"").append(name).append("\"]");
    return path.empty() ? name : path + "." + name;
  }

  void compare_members(const std::string& path, const Json& wanted, const Json& live) {
    for (const auto& [name, value] : wanted.items()) {
      const auto below = member_path(path, name);
      const auto member = live.find(name);
      if (member != live.end()) {
        compare(below, value, *member);
      } else if (!is_zero(value)) {
        found_.push_back({below, value, nullptr});
      }
    }
  }

  void compare_lists(const std::string& path, const Json& wanted, const Json& live) {
    const auto objects = [](const Json& list) {
      return !list.empty() && std::ranges::all_of(list, [](const Json& element) { return element.is_object(); });
    };
    if (objects(wanted) && objects(live)) {
      for (const auto& key : list_keys) {
        if (!identifies(key, wanted) || !identifies(key, live)) continue;
        return compare_by_key(path, key, wanted, live);
      }
    }
    if (path == "metadata.finalizers") return compare_as_set(path, wanted, live);
    if (wanted.size() != live.size()) {
      found_.push_back({path, wanted, live});
      return;
    }
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      compare(std::string(path).append("[").append(std::to_string(i)).append("]"), wanted[i], live[i]);
    }
  }

  void compare_by_key(const std::string& path, const ListKey& key, const Json& wanted, const Json& live) {
    std::map<std::string, const Json*> others;
    for (const auto& other : live) others.emplace(key_text(other, key), &other);
    for (const auto& element : wanted) {
      const auto text = key_text(element, key);
      const auto same = others.find(text);
      const auto below = std::string(path).append("[").append(text).append("]");
      if (same == others.end()) {
        found_.push_back({below, element, nullptr});
      } else {
        compare(below, element, *same->second);
      }
    }
  }

  void compare_as_set(const std::string& path, const Json& wanted, const Json& live) {
    for (const auto& element : wanted) {
      if (std::ranges::find(live, element) == live.end()) found_.push_back({path, element, nullptr});
    }
  }

  std::vector<Difference> found_;
};

std::string shortened(const Json& value) {
  constexpr std::size_t longest = 60;
  auto text = value.is_null() ? std::string("absent") : value.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (text.size() > longest) text = text.substr(0, longest) + "…";
  return text;
}

}  // namespace

std::vector<Difference> differences(const Json& wanted, const Json& live) {
  Comparison comparison;
  comparison.compare("", wanted, live);
  return std::move(comparison).take();
}

std::string Difference::text() const {
  auto text = path + ": " + shortened(found) + " instead of " + shortened(wanted);
  if (!manager.empty()) text += " (by " + manager + ")";
  return text;
}

}  // namespace murder::kubernetes
