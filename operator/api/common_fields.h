// What common.h declares, described. See schema/field.h.
#pragma once

#include <map>
#include <string>

#include "operator/api/common.h"
#include "operator/api/owned_keys.h"

namespace murder::api {

template <typename Io>
void fields(Io& io, LocalRef& ref) {
  io.field({.name = "name",
            .doc = "Name of the object, in the same namespace.",
            .required = true,
            .pattern = kName,
            .max_length = 63},
           ref.name);
}

template <typename Io>
void fields(Io& io, Condition& condition) {
  io.field({.name = "type", .doc = "Type of the condition.", .required = true, .max_length = 316}, condition.type);
  io.field({.name = "status", .doc = "True, False or Unknown.", .required = true}, condition.status);
  io.field({.name = "observedGeneration", .doc = "The generation that this condition was computed from.", .minimum = 0},
           condition.observed_generation);
  io.field(
      {.name = "lastTransitionTime", .doc = "When the status last changed.", .required = true, .format = "date-time"},
      condition.last_transition_time);
  io.field({.name = "reason", .doc = "One word, for programs.", .required = true, .max_length = 1024},
           condition.reason);
  io.field({.name = "message",
            .doc = "What a person wants to know: object, cause, what happens next.",
            .required = true,
            .max_length = 32768},
           condition.message);
}

// A map of overrides, with the rule that it touches nothing of the operator's.
template <typename Io>
void overrides(Io& io, const char* name, const char* doc, std::map<std::string, std::string>& into) {
  io.field({.name = name, .doc = doc, .pattern = kImapdKey, .max_items = 256, .max_length = 4096}, into);
  std::string cel = std::string("!has(self.") + name + ") || self." + name + ".all(k, !(k in [";
  for (const auto& owned : kOwnedKeys) {
    if (&owned != kOwnedKeys.data()) cel += ", ";
    cel += "'" + std::string(owned.key) + "'";
  }
  cel +=
      "]) && !k.startsWith('" + std::string(kOwnedPrefix) + "') && !k.endsWith('" + std::string(kOwnedSuffix) + "'))";
  std::string blame;
  for (const auto& [key, value] : into) {
    const auto owner = owner_of(key);
    if (!owner.empty()) blame += (blame.empty() ? "" : "; ") + key + ": use " + std::string(owner);
  }
  static constexpr const char* kGeneral =
      "options that the operator writes cannot be overridden; use the field that decides them (docs/settings.md)";
  const std::string field = std::string(".") + name;
  io.rule({.cel = std::move(cel),
           .message = blame.empty() ? kGeneral : "cannot override what the operator writes: " + blame,
           .field = field.c_str()},
          into, [](const auto& map) {
            for (const auto& [key, value] : map) {
              if (!owner_of(key).empty()) return false;
            }
            return true;
          });
}

}  // namespace murder::api
